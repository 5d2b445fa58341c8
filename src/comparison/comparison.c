#include "comparison/comparison.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "comparison/ranks.h"

const char *comparison_order_name(enum comparison_order order)
{
    static const char *const names[] = {
        [ORDER_INTERLEAVED] = "interleaved",
        [ORDER_RANDOM] = "random",
        [ORDER_BLOCKED] = "blocked",
    };

    return names[order];
}

const char *comparison_verdict_name(enum comparison_verdict verdict)
{
    static const char *const names[] = {
        [VERDICT_PASSED] = "passed",
        [VERDICT_FAILED] = "failed",
        [VERDICT_UNDECIDED] = "undecided",
        [VERDICT_IMPOSSIBLE] = "impossible",
    };

    return names[verdict];
}

/* What tells this cell from the others of its strategy. */
static void name_cell(const struct comparison *comparison,
                      struct comparison_cell *cell)
{
    bool limits = false;
    bool reuses = false;
    bool versions = false;
    char limit[16] = "";

    for (size_t i = 0; i < comparison->cell_count; i++) {
        const struct comparison_cell *other = &comparison->cells[i];

        if (strcmp(other->strategy, cell->strategy) == 0) {
            limits |= other->max_req != cell->max_req;
            reuses |= other->reuse != cell->reuse;
            versions |= other->http != cell->http;
        }
    }
    if (limits)
        snprintf(limit, sizeof(limit), " -m %u", cell->max_req);
    snprintf(cell->name, sizeof(cell->name), "%s%s%s%s%s", cell->strategy,
             limit, reuses && !cell->reuse ? " no reuse" : "",
             versions && cell->http == 2 ? " h2" : "",
             cell->again ? " again" : "");
}

static const struct interval unknown_interval = {NAN, NAN, NAN};

static void forget(struct comparison_cell *cell)
{
    cell->observed = (struct statistics){
        .median = NAN, .mean = NAN, .min = NAN, .max = NAN, .stddev = NAN};
    cell->ratio = unknown_interval;
    cell->baseline = unknown_interval;
    cell->outliers = 0;
    for (size_t i = 0; i < FIGURES; i++)
        cell->found[i] = (double)NAN;
}

/* Of the values that are known. */
static double median_of(int64_t *values, size_t count)
{
    size_t known = 0;

    for (size_t i = 0; i < count; i++) {
        if (values[i] >= 0)
            values[known++] = values[i];
    }
    return known > 0 ? statistics_of(values, known).median : NAN;
}

static void derive_measured(struct comparison_cell *cell, int64_t *values)
{
    for (enum figure_id id = 0; id < FIGURES; id++) {
        if (!figure_is_of_runs(id))
            continue;
        for (size_t i = 0; i < cell->run_count; i++)
            values[i] = figure_of_run(&cell->runs[i], id);
        cell->found[id] = median_of(values, cell->run_count);
    }
}

/* What a run took, as if it had met the weather of which the ideal is the
   cell's: where there is one, or none is known, as it is. */
static int64_t levelled(const struct comparison_cell *cell,
                        const struct comparison_run *run)
{
    double shift_us = cell->ideal_us - cell->ideals_us[run->weather];

    return run->observed_us + (isfinite(shift_us) ? llround(shift_us) : 0);
}

/* The times of the runs, and which of them are outliers. */
static int derive_times(struct comparison_cell *cell, int64_t *values,
                        bool *outlier, bool levels)
{
    int error;

    for (size_t i = 0; i < cell->run_count; i++)
        values[i] =
            levels ? levelled(cell, &cell->runs[i]) : cell->runs[i].observed_us;
    error =
        statistics_outliers(values, cell->run_count, outlier, &cell->outliers);
    for (size_t i = 0; i < cell->run_count; i++)
        cell->runs[i].outlier = !error && outlier[i];
    for (size_t i = 0; i < cell->run_count; i++)
        values[i] = cell->runs[i].observed_us;
    cell->observed = statistics_of(values, cell->run_count);
    return error;
}

static int derive_cell(struct comparison_cell *cell, bool levels)
{
    int64_t *values;
    bool *outlier;
    int error = -ENOMEM;

    if (cell->run_count == 0)
        return 0;
    values = malloc(cell->run_count * sizeof(*values));
    outlier = malloc(cell->run_count * sizeof(*outlier));
    if (values && outlier) {
        error = derive_times(cell, values, outlier, levels);
        derive_measured(cell, values);
    }
    free(values);
    free(outlier);
    return error;
}

/* Whether the answers of a cell take so much longer than one by one that they
   queue, at the server or on the way to it. Not if the client computed for half
   of the time or more: it may be what they waited for. */
static bool is_queued(const struct comparison_cell *cell,
                      const struct comparison_cell *alone)
{
    static const double longer = 1.5;
    static const double busy = 0.5;

    return cell != alone &&
           figure_of(cell, FIGURE_ANSWER_P50) >
               longer * figure_of(alone, FIGURE_ANSWER_P50) &&
           !(figure_of(cell, FIGURE_CPU) >= busy * cell->observed.median);
}

/* After all cells are derived. */
static void find_queues(struct comparison *comparison)
{
    const struct comparison_cell *alone = comparison_sequential(comparison);

    for (size_t i = 0; i < comparison->cell_count; i++) {
        struct comparison_cell *cell = &comparison->cells[i];

        cell->queued =
            comparison->setup.server && alone && is_queued(cell, alone);
    }
}

int comparison_derive(struct comparison *comparison)
{
    int error = 0;

    for (size_t i = 0; i < comparison->cell_count; i++) {
        struct comparison_cell *cell = &comparison->cells[i];
        int failed;

        name_cell(comparison, cell);
        forget(cell);
        failed = derive_cell(cell, comparison_has_weathers(comparison));
        if (!failed)
            failed = comparison_relate(
                comparison, i, 0, comparison_error(comparison), &cell->ratio);
        if (failed)
            error = failed;
    }
    find_queues(comparison);
    return error;
}

void comparison_close(struct comparison *comparison)
{
    for (size_t i = 0; i < comparison->cell_count; i++) {
        free(comparison->cells[i].runs);
        free(comparison->cells[i].replaced);
        record_close(&comparison->cells[i].record);
    }
    free(comparison->cells);
    comparison->cells = NULL;
    comparison->cell_count = 0;
}

bool comparison_knows_disturbed(const struct comparison_run *run)
{
    return run->measured[FIGURE_CLIENT_WAIT] >= 0 ||
           run->measured[FIGURE_SERVER_WAIT] >= 0;
}

bool comparison_is_disturbed(const struct comparison_run *run)
{
    int64_t client_us = run->measured[FIGURE_CLIENT_WAIT];
    int64_t server_us = run->measured[FIGURE_SERVER_WAIT];
    int64_t wait_us =
        (client_us > 0 ? client_us : 0) + (server_us > 0 ? server_us : 0);

    return (double)wait_us > COMPARISON_DISTURBED * (double)run->observed_us;
}

const char *comparison_http(int http)
{
    return http == 2 ? "2" : http == 1 ? "1.1" : NULL;
}

size_t comparison_weathers(const struct comparison *comparison)
{
    size_t weathers = comparison->setup.weathers;

    return weathers > 0 ? weathers : 1;
}

bool comparison_has_weathers(const struct comparison *comparison)
{
    return comparison->setup.weathers > 1;
}

int64_t comparison_seed(const struct comparison *comparison, size_t weather)
{
    return comparison->setup.seed + (int64_t)weather;
}

double comparison_error(const struct comparison *comparison)
{
    size_t looks = comparison->looks.planned;

    return COMPARISON_ERROR / (looks > 0 ? (double)looks : 1);
}

const struct comparison_cell *comparison_sequential(
    const struct comparison *comparison)
{
    for (size_t i = 0; i < comparison->cell_count; i++) {
        const struct comparison_cell *cell = &comparison->cells[i];

        if (cell->run_count > 0 && strcmp(cell->strategy, "sequential") == 0)
            return cell;
    }
    return NULL;
}

bool comparison_has_runs(const struct comparison *comparison)
{
    for (size_t i = 0; i < comparison->cell_count; i++) {
        if (comparison->cells[i].observed.count > 0)
            return true;
    }
    return false;
}

/* The times, sorted, and none below 1, for one has to be divided by. The caller
   frees them; NULL for lack of memory. */
static int64_t *times_of(const struct comparison_cell *cell)
{
    int64_t *times = malloc(cell->run_count * sizeof(*times));

    for (size_t i = 0; times && i < cell->run_count; i++) {
        int64_t observed_us = cell->runs[i].observed_us;

        times[i] = observed_us > 0 ? observed_us : 1;
    }
    if (times)
        statistics_sort(times, cell->run_count);
    return times;
}

/* What two cells that have runs have to do with each other, by their ranks. */
static int relate(const struct comparison_cell *over,
                  const struct comparison_cell *under, double error,
                  struct interval *ratio, double *chance)
{
    int64_t *a = times_of(over);
    int64_t *b = times_of(under);
    struct ranks ranks;
    int rc = -ENOMEM;

    if (a && b)
        rc = ranks_open(&ranks, over->run_count, under->run_count);
    if (rc == 0) {
        if (ratio)
            ranks_ratio(&ranks, ratio, a, b, error);
        if (chance)
            *chance = ranks_alike(&ranks, a, b);
        ranks_close(&ranks);
    }
    free(a);
    free(b);
    return rc;
}

/* Likewise, under several weathers. */
static int relate_weathers(const struct comparison_cell *over,
                           const struct comparison_cell *under,
                           struct weathers *weathers)
{
    const struct comparison_cell *cells[] = {over, under};
    struct weathers_runs runs[2] = {{.count = 0}};
    size_t all = over->run_count + under->run_count;
    int64_t *times = calloc(all, sizeof(*times));
    size_t *weather = calloc(all, sizeof(*weather));
    size_t at = 0;
    int rc = -ENOMEM;

    for (size_t i = 0; times && weather && i < 2; i++) {
        runs[i] = (struct weathers_runs){times + at, weather + at,
                                         cells[i]->run_count};
        for (size_t j = 0; j < cells[i]->run_count; j++, at++) {
            int64_t observed_us = cells[i]->runs[j].observed_us;

            times[at] = observed_us > 0 ? observed_us : 1;
            weather[at] = cells[i]->runs[j].weather;
        }
    }
    if (times && weather)
        rc = weathers_relate(weathers, &runs[0], &runs[1]);
    free(times);
    free(weather);
    return rc;
}

static bool has_few_runs(const struct comparison_cell *cell)
{
    return cell->run_count < COMPARISON_RUNS_LEAST;
}

int comparison_relate(const struct comparison *comparison, size_t cell,
                      size_t to, double error, struct interval *ratio)
{
    const struct comparison_cell *over = &comparison->cells[cell];
    const struct comparison_cell *under = &comparison->cells[to];
    int rc;

    if (over->run_count == 0 || under->run_count == 0) {
        *ratio = unknown_interval;
        return 0;
    }
    if (over == under) {
        *ratio = (struct interval){1, 1, 1};
        return 0;
    }
    if (comparison_has_weathers(comparison)) {
        struct weathers weathers;

        rc = relate_weathers(over, under, &weathers);
        if (rc == 0)
            *ratio = weathers_interval(&weathers, error);
    } else {
        rc = relate(over, under, error, ratio, NULL);
    }
    if (rc == 0 && (has_few_runs(over) || has_few_runs(under)))
        ratio->low = ratio->high = (double)NAN;
    return rc;
}

int comparison_alike(const struct comparison *comparison, size_t cell,
                     size_t to, double *chance)
{
    const struct comparison_cell *over = &comparison->cells[cell];
    const struct comparison_cell *under = &comparison->cells[to];
    struct weathers weathers;
    int rc;

    *chance = 1;
    if (over == under || has_few_runs(over) || has_few_runs(under))
        return 0;
    if (!comparison_has_weathers(comparison))
        return relate(over, under, 1, NULL, chance);
    rc = relate_weathers(over, under, &weathers);
    if (rc == 0)
        *chance = weathers_alike(&weathers);
    return rc;
}
