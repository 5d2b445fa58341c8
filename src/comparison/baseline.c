#include "comparison/baseline.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "comparison/ranks.h"

enum { SECONDS = 1000000000 }; /* no run takes so long */

static const char schema[] = "flags.compare/2";

/* Whether each cell has the times of its runs, in seconds that we can count. */
static bool has_times(const json_t *cells)
{
    for (size_t i = 0; i < json_array_size(cells); i++) {
        const json_t *runs = json_object_get(json_array_get(cells, i), "runs");

        if (!json_is_array(runs))
            return false;
        for (size_t j = 0; j < json_array_size(runs); j++) {
            const json_t *run = json_array_get(runs, j);
            double seconds = json_number_value(run);

            if (!json_is_number(run) || !(seconds >= 0 && seconds < SECONDS))
                return false;
        }
    }
    return true;
}

int baseline_open(struct baseline *baseline, const char *file,
                  char why[BASELINE_WHY_SIZE])
{
    FILE *in = fopen(file, "re");
    json_error_t error;
    const char *kind;
    json_t *report;
    int unread = 0; /* why, if it could not be */

    if (!in)
        return -errno;
    errno = 0;
    report = json_loadf(in, 0, &error);
    if (ferror(in))
        unread = errno != 0 && errno != EINVAL ? -errno : -EIO;
    fclose(in);
    if (unread < 0) {
        json_decref(report);
        return unread;
    }
    if (!report && json_error_code(&error) == json_error_out_of_memory)
        return -ENOMEM;
    kind = json_string_value(json_object_get(report, "schema"));
    if (!kind || strcmp(kind, schema) != 0 ||
        !json_is_array(json_object_get(report, "cells")) ||
        !has_times(json_object_get(report, "cells"))) {
        json_decref(report);
        snprintf(why, BASELINE_WHY_SIZE, "no comparison of the form %s",
                 schema);
        return -EINVAL;
    }
    baseline->report = report;
    return 0;
}

void baseline_close(struct baseline *baseline)
{
    json_decref(baseline->report);
    baseline->report = NULL;
}

/* Its runs, or NULL. */
static const json_t *runs_of(const struct baseline *baseline,
                             const struct comparison_cell *cell)
{
    return json_object_get(baseline_like(baseline->report, cell), "runs");
}

/* At least 1, for one has to be divided by. */
static int64_t at_least_one(double us)
{
    return us >= 1 ? llround(us) : 1;
}

/* The times of a cell's runs and of those of its like. */
struct pair {
    size_t now_count, before_count;
    int64_t *now, *before;
    size_t *now_weather, *before_weather;
};

static void pair_close(struct pair *pair)
{
    free(pair->now);
    free(pair->before);
    free(pair->now_weather);
    free(pair->before_weather);
}

/* The weather of one of its runs, by our seeds; WEATHERS_MOST: none of ours. */
static size_t weather_of(const json_t *details, size_t i, int64_t seed)
{
    json_int_t theirs =
        json_integer_value(json_object_get(json_array_get(details, i), "seed"));

    return theirs >= seed && theirs - seed < WEATHERS_MOST
               ? (size_t)(theirs - seed)
               : WEATHERS_MOST;
}

/* -ENOMEM; the close is to be called in any case. */
static int pair_open(struct pair *pair, const struct comparison_cell *cell,
                     const json_t *like, int64_t seed)
{
    const json_t *runs = json_object_get(like, "runs");
    size_t count = json_array_size(runs);

    *pair = (struct pair){
        .now_count = cell->run_count,
        .before_count = count,
        .now = calloc(cell->run_count + 1, sizeof(*pair->now)),
        .before = calloc(count + 1, sizeof(*pair->before)),
        .now_weather = calloc(cell->run_count + 1, sizeof(*pair->now_weather)),
        .before_weather = calloc(count + 1, sizeof(*pair->before_weather)),
    };
    if (!pair->now || !pair->before || !pair->now_weather ||
        !pair->before_weather)
        return -ENOMEM;
    for (size_t i = 0; i < cell->run_count; i++) {
        pair->now[i] = at_least_one((double)cell->runs[i].observed_us);
        pair->now_weather[i] = cell->runs[i].weather;
    }
    for (size_t i = 0; i < count; i++) {
        pair->before[i] =
            at_least_one(json_number_value(json_array_get(runs, i)) * 1e6);
        pair->before_weather[i] =
            weather_of(json_object_get(like, "details"), i, seed);
    }
    return 0;
}

/* By the ranks of both cells' times. -ENOMEM. */
static int relate_ranks(struct interval *ratio, const struct pair *pair,
                        double error)
{
    struct ranks ranks;
    int rc = ranks_open(&ranks, pair->now_count, pair->before_count);

    if (rc < 0)
        return rc;
    statistics_sort(pair->now, pair->now_count);
    statistics_sort(pair->before, pair->before_count);
    ranks_ratio(&ranks, ratio, pair->now, pair->before, error);
    ranks_close(&ranks);
    return 0;
}

/* Weather by weather. -ENOMEM. */
static int relate_weathers(struct interval *ratio, const struct pair *pair,
                           double error)
{
    struct weathers weathers;
    int rc = weathers_relate(
        &weathers,
        &(struct weathers_runs){pair->now, pair->now_weather, pair->now_count},
        &(struct weathers_runs){pair->before, pair->before_weather,
                                pair->before_count});

    if (rc == 0)
        *ratio = weathers_interval(&weathers, error);
    return rc;
}

static int relate(struct comparison *comparison, struct comparison_cell *cell,
                  const json_t *like, double error)
{
    struct pair pair;
    int rc = pair_open(&pair, cell, like, comparison->setup.seed);

    if (rc == 0)
        rc = comparison_has_weathers(comparison)
                 ? relate_weathers(&cell->baseline, &pair, error)
                 : relate_ranks(&cell->baseline, &pair, error);
    if (rc == 0 && (pair.before_count < COMPARISON_RUNS_LEAST ||
                    pair.now_count < COMPARISON_RUNS_LEAST))
        cell->baseline.low = cell->baseline.high = (double)NAN;
    pair_close(&pair);
    return rc;
}

int baseline_relate(const struct baseline *baseline,
                    struct comparison *comparison)
{
    size_t related = 0;
    int rc = 0;

    if (!baseline->report)
        return 0;
    for (size_t i = 0; i < comparison->cell_count; i++) {
        const struct comparison_cell *cell = &comparison->cells[i];

        related += !cell->again && cell->run_count > 0 &&
                   json_array_size(runs_of(baseline, cell)) > 0;
    }
    for (size_t i = 0; i < comparison->cell_count && rc == 0; i++) {
        struct comparison_cell *cell = &comparison->cells[i];
        const json_t *like = baseline_like(baseline->report, cell);

        if (cell->run_count > 0 &&
            json_array_size(json_object_get(like, "runs")) > 0 && !cell->again)
            rc = relate(comparison, cell, like,
                        comparison_error(comparison) / (double)related);
    }
    return rc;
}
