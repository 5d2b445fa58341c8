#include "comparison/weathers.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "comparison/ranks.h"

enum { SAMPLES = 2000, SEED = 17, SIDES = 2 };

/* The runs of both cells under one weather, each side sorted. */
struct group {
    int64_t *times[SIDES];
    size_t count[SIDES];
};

struct groups {
    struct group items[WEATHERS_MOST];
    size_t count;
    int64_t *times;  /* what all of them have */
    int64_t *sample; /* room for that of one side, and of the other behind */
    size_t *drawn;   /* room to count */
};

static size_t count_under(const struct weathers_runs *runs, size_t weather)
{
    size_t count = 0;

    for (size_t i = 0; i < runs->count; i++)
        count += runs->weather[i] == weather;
    return count;
}

static int64_t *gather(struct group *group, size_t side,
                       const struct weathers_runs *runs, size_t weather,
                       int64_t *room)
{
    group->times[side] = room;
    for (size_t i = 0; i < runs->count; i++) {
        if (runs->weather[i] == weather)
            *room++ = runs->times[i];
    }
    group->count[side] = (size_t)(room - group->times[side]);
    statistics_sort(group->times[side], group->count[side]);
    return room;
}

static void groups_close(struct groups *groups)
{
    free(groups->times);
    free(groups->sample);
    free(groups->drawn);
}

static int groups_open(struct groups *groups, const struct weathers_runs *over,
                       const struct weathers_runs *under)
{
    size_t all = over->count + under->count + 1;
    int64_t *room;

    groups->count = 0;
    groups->times = calloc(all, sizeof(*groups->times));
    groups->sample = calloc(all, sizeof(*groups->sample));
    groups->drawn = calloc(all, sizeof(*groups->drawn));
    room = groups->times;
    if (!groups->times || !groups->sample || !groups->drawn)
        return -ENOMEM;
    for (size_t i = 0; i < WEATHERS_MOST; i++) {
        struct group *group = &groups->items[groups->count];

        if (count_under(over, i) == 0 || count_under(under, i) == 0)
            continue;
        room = gather(group, 0, over, i, room);
        room = gather(group, 1, under, i, room);
        groups->count++;
    }
    return 0;
}

/* As many of `count` sorted times as there are, drawn with replacement, sorted:
   how often each of them is there is all that is drawn. */
static void resample(struct groups *groups, const int64_t *times, size_t count,
                     int64_t *sample, uint64_t *state)
{
    memset(groups->drawn, 0, count * sizeof(*groups->drawn));
    for (size_t i = 0; i < count; i++)
        groups->drawn[statistics_index(state, count)]++;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < groups->drawn[i]; j++)
            *sample++ = times[i];
    }
}

static double log_of_sample(struct groups *groups, const struct group *group,
                            uint64_t *state)
{
    int64_t *over = groups->sample;
    int64_t *under = over + group->count[0];

    resample(groups, group->times[0], group->count[0], over, state);
    resample(groups, group->times[1], group->count[1], under, state);
    return log(ranks_factor(over, group->count[0], under, group->count[1]));
}

static double log_of(const struct groups *groups)
{
    double sum = 0;

    for (size_t i = 0; i < groups->count; i++) {
        const struct group *group = &groups->items[i];

        sum += log(ranks_factor(group->times[0], group->count[0],
                                group->times[1], group->count[1]));
    }
    return sum / (double)groups->count;
}

static double error_of(struct groups *groups)
{
    double count = (double)groups->count;
    uint64_t state = SEED;
    double mean = 0;
    double squares = 0; /* Welford, "Note on a Method for Calculating Corrected
                           Sums of Squares and Products", 1962 */

    for (size_t i = 1; i <= SAMPLES; i++) {
        double sum = 0;
        double distance;

        for (size_t j = 0; j < groups->count; j++)
            sum += log_of_sample(
                groups, &groups->items[statistics_index(&state, groups->count)],
                &state);
        distance = sum / count - mean;
        mean += distance / (double)i;
        squares += distance * (sum / count - mean);
    }
    return sqrt(squares / (SAMPLES - 1) * count / (count - 1));
}

int weathers_relate(struct weathers *weathers, const struct weathers_runs *over,
                    const struct weathers_runs *under)
{
    struct groups groups;
    int rc = groups_open(&groups, over, under);

    if (rc == 0)
        *weathers = (struct weathers){
            .count = groups.count,
            .log = groups.count > 0 ? log_of(&groups) : (double)NAN,
            .log_err = groups.count > 1 ? error_of(&groups) : (double)NAN,
        };
    groups_close(&groups);
    return rc;
}

struct interval weathers_interval(const struct weathers *weathers, double error)
{
    double value = exp(weathers->log);
    double reach;

    if (weathers->count < WEATHERS_LEAST)
        return (struct interval){value, NAN, NAN};
    reach = weathers->log_err * statistics_t_bound(error, weathers->count - 1);
    return (struct interval){value, exp(weathers->log - reach),
                             exp(weathers->log + reach)};
}

/* Of samples of so many weathers, what takes the place of the error. */
static double expanded(size_t weathers, double error)
{
    double n = (double)weathers;

    return erfc(sqrt(n / (n - 1)) * statistics_t_bound(error, weathers - 1) /
                M_SQRT2);
}

/* Whether there is one of them beyond either bound. */
static bool reaches(size_t count, double error)
{
    return error * (double)count >= 2;
}

size_t weathers_least(size_t count, double error)
{
    size_t weathers = WEATHERS_LEAST;

    while (weathers <= WEATHERS_MOST &&
           !reaches(count, expanded(weathers, error)))
        weathers++;
    return weathers;
}

void weathers_bounds(struct interval *interval, double *estimates, size_t count,
                     size_t weathers, double error)
{
    if (weathers > 1)
        error = expanded(weathers, error);
    if (weathers > 1 && (weathers < WEATHERS_LEAST || !reaches(count, error))) {
        interval->low = interval->high = (double)NAN;
        return;
    }
    statistics_bounds(interval, estimates, count, error);
}

double weathers_alike(const struct weathers *weathers)
{
    double distance = fabs(weathers->log);

    if (weathers->count < WEATHERS_LEAST)
        return 1;
    if (weathers->log_err <= 0)
        return distance > 0 ? 0 : 1;
    return statistics_t_chance(distance / weathers->log_err,
                               weathers->count - 1);
}
