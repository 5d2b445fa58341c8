#include "comparison/condition_series.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "comparison/ranks.h"

void draws_weathers_again(struct draws_weathers *weathers, uint64_t *state)
{
    for (size_t i = 0; weathers->count > 1 && i < weathers->count; i++)
        weathers->drawn[i] = statistics_index(state, weathers->count);
}

/* One of a weather's; if the cell has none of that, of all. */
static size_t draw_run(const struct draws *draws, size_t weather,
                       uint64_t *state)
{
    size_t begin = draws->begin[weather];
    size_t count = draws->begin[weather + 1] - begin;

    return count > 0 ? draws->runs[begin + statistics_index(state, count)]
                     : statistics_index(state, draws->count);
}

void draws_again(struct draws *draws, const struct draws_weathers *weathers,
                 uint64_t *state)
{
    if (draws->count == 0)
        return;
    memset(draws->times, 0, draws->count * sizeof(*draws->times));
    for (size_t i = 0; i < draws->count; i++)
        draws->times[weathers->count > 1
                         ? draw_run(draws, weathers->drawn[i % weathers->count],
                                    state)
                         : statistics_index(state, draws->count)]++;
}

void draws_close(struct draws *draws)
{
    free(draws->times);
    free(draws->runs);
    *draws = (struct draws){.times = NULL};
}

static int make_draws(struct draws *draws, const struct comparison_cell *cell)
{
    size_t at = 0;

    if (draws->count > 0)
        return 0;
    draws->times = malloc(cell->run_count * sizeof(*draws->times));
    draws->runs = malloc(cell->run_count * sizeof(*draws->runs));
    if (!draws->times || !draws->runs)
        return -ENOMEM;
    draws->count = cell->run_count;
    for (size_t i = 0; i < draws->count; i++)
        draws->times[i] = 1;
    for (size_t weather = 0; weather < WEATHERS_MOST; weather++) {
        draws->begin[weather] = at;
        for (size_t i = 0; i < draws->count; i++) {
            if (cell->runs[i].weather == weather)
                draws->runs[at++] = i;
        }
    }
    draws->begin[WEATHERS_MOST] = at;
    return 0;
}

static int allocate(struct series *series, struct draws *draws,
                    const struct comparison_cell *cell)
{
    size_t count = cell->run_count;

    series->sorted = malloc(count * sizeof(*series->sorted));
    series->which = malloc(count * sizeof(*series->which));
    series->draws = draws;
    if (!series->sorted || !series->which)
        return -ENOMEM;
    return make_draws(draws, cell);
}

/* -1: unknown. */
static int64_t value_of(const struct comparison_cell *cell,
                        const struct comparison_run *run, enum figure_id field)
{
    if (field == FIGURE_IDEAL)
        return llround(cell->ideals_us[run->weather]);
    return figure_is_of_runs(field) ? figure_of_run(run, field)
                                    : run->observed_us;
}

/* Into its place among the `count` that are there. */
static void insert(struct series *series, size_t count, double value,
                   size_t which)
{
    size_t place = count;

    for (; place > 0 && series->sorted[place - 1] > value; place--) {
        series->sorted[place] = series->sorted[place - 1];
        series->which[place] = series->which[place - 1];
    }
    series->sorted[place] = value;
    series->which[place] = which;
}

int series_of_runs(struct series *series, const struct comparison_cell *cell,
                   struct draws *draws, enum figure_id field)
{
    bool is_observed = !figure_is_of_runs(field);
    bool is_time = is_observed || figures[field].unit == UNIT_TIME;
    int error = allocate(series, draws, cell);

    for (size_t i = 0; !error && i < cell->run_count; i++) {
        int64_t value = value_of(cell, &cell->runs[i], field);

        if (value < 0)
            return -ENODATA;
        /* As in comparison_relate(), for one has to be divided by. */
        if (is_observed && field != FIGURE_IDEAL && value == 0)
            value = 1;
        /* Divided, as a millionth is not a number that a double holds. */
        insert(series, i, is_time ? (double)value / 1e6 : (double)value, i);
    }
    return error;
}

void series_close(struct series *series)
{
    free(series->sorted);
    free(series->which);
    free(series->drawn);
    *series = (struct series){.sorted = NULL};
}

/* How often the i-th value is in the sample. */
static uint32_t times(const struct series *series, size_t i)
{
    return series->draws->times[series->which[i]];
}

double series_quantile(const struct series *series, double q)
{
    double position = (double)(series->draws->count - 1) * q;
    size_t rank = (size_t)position;
    double share = position - (double)rank;
    size_t seen = times(series, 0);
    size_t lower = 0;
    size_t upper;

    while (seen <= rank)
        seen += times(series, ++lower);
    upper = lower;
    while (share > 0 && seen <= rank + 1)
        seen += times(series, ++upper);
    return series->sorted[lower] +
           share * (series->sorted[upper] - series->sorted[lower]);
}

double series_mean(const struct series *series)
{
    double sum = 0;

    for (size_t i = 0; i < series->draws->count; i++)
        sum += series->sorted[i] * times(series, i);
    return sum / (double)series->draws->count;
}

double series_stddev(const struct series *series)
{
    size_t count = series->draws->count;
    double mean = series_mean(series);
    double squares = 0;

    for (size_t i = 0; i < count; i++) {
        double distance = series->sorted[i] - mean;

        squares += distance * distance * times(series, i);
    }
    return count > 1 ? sqrt(squares / (double)(count - 1)) : 0;
}

int series_relates(struct series *series)
{
    series->drawn = malloc(series->draws->count * sizeof(*series->drawn));
    return series->drawn ? 0 : -ENOMEM;
}

/* The sample's times, in their order. */
static const int64_t *draw(const struct series *series)
{
    size_t count = 0;

    for (size_t i = 0; i < series->draws->count; i++) {
        for (uint32_t j = 0; j < times(series, i); j++)
            series->drawn[count++] = llround(series->sorted[i] * 1e6);
    }
    return series->drawn;
}

double series_ratio(const struct series *over, const struct series *under)
{
    return ranks_factor(draw(over), over->draws->count, draw(under),
                        under->draws->count);
}
