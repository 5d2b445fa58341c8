#include "comparison/condition_series.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "comparison/ranks.h"

void draws_again(struct draws *draws, uint64_t *state)
{
    if (draws->count == 0)
        return;
    memset(draws->times, 0, draws->count * sizeof(*draws->times));
    for (size_t i = 0; i < draws->count; i++)
        draws->times[statistics_index(state, draws->count)]++;
}

void draws_close(struct draws *draws)
{
    free(draws->times);
    *draws = (struct draws){.times = NULL};
}

static int make_draws(struct draws *draws, size_t count)
{
    if (draws->count > 0)
        return 0;
    draws->times = malloc(count * sizeof(*draws->times));
    if (!draws->times)
        return -ENOMEM;
    draws->count = count;
    for (size_t i = 0; i < count; i++)
        draws->times[i] = 1;
    return 0;
}

static int allocate(struct series *series, struct draws *draws, size_t count)
{
    series->sorted = malloc(count * sizeof(*series->sorted));
    series->which = malloc(count * sizeof(*series->which));
    series->draws = draws;
    if (!series->sorted || !series->which)
        return -ENOMEM;
    return make_draws(draws, count);
}

/* -1: unknown. */
static int64_t value_of(const struct comparison_run *run, enum figure_id field)
{
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
    int error = allocate(series, draws, cell->run_count);

    for (size_t i = 0; !error && i < cell->run_count; i++) {
        int64_t value = value_of(&cell->runs[i], field);

        if (value < 0)
            return -ENODATA;
        /* As in comparison_relate(), for one has to be divided by. */
        if (is_observed && value == 0)
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
