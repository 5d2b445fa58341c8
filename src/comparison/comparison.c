#include "comparison/comparison.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of the bootstrap: any will do, as long as it stays the same. */
enum { RESAMPLING_SEED = 20 };

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

/* How many decimals show three significant digits of `value`, from 0.995 up
   to 999.5. */
static int decimals(double value)
{
    return value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
}

void comparison_time(char text[COMPARISON_TEXT_SIZE], double us)
{
    double size = fabs(us);
    const char *unit = "s";
    double value = size / 1e6;

    if (size < 999.5) {
        unit = "us";
        value = size;
    } else if (size < 999.5e3) {
        unit = "ms";
        value = size / 1e3;
    }
    if (isnan(us))
        snprintf(text, COMPARISON_TEXT_SIZE, "-");
    else
        snprintf(text, COMPARISON_TEXT_SIZE, "%s%.*f %s", us < 0 ? "-" : "",
                 decimals(value), value, unit);
}

void comparison_size(char text[COMPARISON_TEXT_SIZE], double bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    size_t unit = 0;

    /* What would be written as 1024 is 1 of the next unit. */
    while (fabs(bytes) >= 1023.5 && unit + 1 < sizeof(units) / sizeof(*units)) {
        bytes /= 1024;
        unit++;
    }
    if (isnan(bytes))
        snprintf(text, COMPARISON_TEXT_SIZE, "-");
    else
        snprintf(text, COMPARISON_TEXT_SIZE, "%.*f %s",
                 unit > 0 && fabs(bytes) < 99.95 ? 1 : 0, bytes, units[unit]);
}

/* What tells this cell from the others of its strategy. */
static void name_cell(const struct comparison *comparison,
                      struct comparison_cell *cell)
{
    bool limits = false;
    bool reuses = false;
    char limit[16] = "";

    for (size_t i = 0; i < comparison->cell_count; i++) {
        const struct comparison_cell *other = &comparison->cells[i];

        if (strcmp(other->strategy, cell->strategy) == 0) {
            limits |= other->max_req != cell->max_req;
            reuses |= other->reuse != cell->reuse;
        }
    }
    if (limits)
        snprintf(limit, sizeof(limit), " -m %u", cell->max_req);
    snprintf(cell->name, sizeof(cell->name), "%s%s%s", cell->strategy, limit,
             reuses && !cell->reuse ? " no reuse" : "");
}

static const struct interval unknown_interval = {NAN, NAN, NAN};

static void forget(struct comparison_cell *cell)
{
    cell->observed = (struct statistics){
        .median = NAN, .mean = NAN, .min = NAN, .max = NAN, .stddev = NAN};
    cell->ratio = unknown_interval;
    cell->outliers = 0;
    cell->overhead_us = cell->efficiency = NAN;
    cell->process_us = cell->cpu_us = cell->user_us = cell->system_us = NAN;
    cell->peak_rss = cell->threads = cell->descriptors = NAN;
    cell->voluntary = cell->involuntary = cell->switches = NAN;
    cell->connections = cell->peak_in_flight = NAN;
    cell->requests = cell->server_bytes = NAN;
    cell->p50_us = cell->p90_us = cell->p99_us = NAN;
}

/* The fields of a run whose medians are fields of its cell. */
static const struct {
    size_t value, median;
} medians[] = {
#define MEDIAN(field)                               \
    {                                               \
        offsetof(struct comparison_run, field),     \
            offsetof(struct comparison_cell, field) \
    }
    MEDIAN(process_us),     MEDIAN(user_us),     MEDIAN(system_us),
    MEDIAN(peak_rss),       MEDIAN(threads),     MEDIAN(descriptors),
    MEDIAN(voluntary),      MEDIAN(involuntary), MEDIAN(connections),
    MEDIAN(peak_in_flight), MEDIAN(requests),    MEDIAN(server_bytes),
#undef MEDIAN
};

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

/* The median of two fields' sums: not the sum of their medians. */
static double median_of_sums(const struct comparison_cell *cell,
                             int64_t *values, size_t one, size_t other)
{
    for (size_t i = 0; i < cell->run_count; i++) {
        int64_t a;
        int64_t b;

        memcpy(&a, (const char *)&cell->runs[i] + one, sizeof(a));
        memcpy(&b, (const char *)&cell->runs[i] + other, sizeof(b));
        values[i] = a >= 0 && b >= 0 ? a + b : -1;
    }
    return median_of(values, cell->run_count);
}

static void derive_resources(struct comparison_cell *cell, int64_t *values)
{
    for (size_t i = 0; i < sizeof(medians) / sizeof(*medians); i++) {
        for (size_t j = 0; j < cell->run_count; j++)
            memcpy(&values[j], (char *)&cell->runs[j] + medians[i].value,
                   sizeof(*values));
        *(double *)((char *)cell + medians[i].median) =
            median_of(values, cell->run_count);
    }
    cell->cpu_us =
        median_of_sums(cell, values, offsetof(struct comparison_run, user_us),
                       offsetof(struct comparison_run, system_us));
    cell->switches =
        median_of_sums(cell, values, offsetof(struct comparison_run, voluntary),
                       offsetof(struct comparison_run, involuntary));
}

/* The times of the runs, and which of them are outliers. */
static int derive_times(struct comparison_cell *cell, int64_t *values,
                        bool *outlier)
{
    int error;

    for (size_t i = 0; i < cell->run_count; i++)
        values[i] = cell->runs[i].observed_us;
    error =
        statistics_outliers(values, cell->run_count, outlier, &cell->outliers);
    for (size_t i = 0; i < cell->run_count; i++)
        cell->runs[i].outlier = !error && outlier[i];
    cell->observed = statistics_of(values, cell->run_count);
    cell->overhead_us = cell->observed.median - cell->ideal_us;
    cell->efficiency = cell->ideal_us / cell->observed.median;
    return error;
}

static int derive_cell(struct comparison_cell *cell)
{
    int64_t *values;
    bool *outlier;
    int error = -ENOMEM;

    if (cell->run_count == 0)
        return 0;
    values = malloc(cell->run_count * sizeof(*values));
    outlier = malloc(cell->run_count * sizeof(*outlier));
    if (values && outlier) {
        error = derive_times(cell, values, outlier);
        derive_resources(cell, values);
    }
    free(values);
    free(outlier);
    if (cell->request_count > 0) {
        cell->p50_us =
            statistics_quantile(cell->request_us, cell->request_count, 0.5);
        cell->p90_us =
            statistics_quantile(cell->request_us, cell->request_count, 0.9);
        cell->p99_us =
            statistics_quantile(cell->request_us, cell->request_count, 0.99);
    }
    return error;
}

int comparison_derive(struct comparison *comparison)
{
    int error = 0;

    for (size_t i = 0; i < comparison->cell_count; i++) {
        struct comparison_cell *cell = &comparison->cells[i];
        int failed;

        name_cell(comparison, cell);
        forget(cell);
        failed = derive_cell(cell);
        if (!failed)
            failed = comparison_relate(comparison, i, 0, &cell->ratio);
        if (failed)
            error = failed;
    }
    return error;
}

void comparison_close(struct comparison *comparison)
{
    for (size_t i = 0; i < comparison->cell_count; i++) {
        free(comparison->cells[i].runs);
        free(comparison->cells[i].request_us);
        record_close(&comparison->cells[i].record);
    }
    free(comparison->cells);
    comparison->cells = NULL;
    comparison->cell_count = 0;
}

/* The times, none below 1, for one has to be divided by. The caller frees
   them; NULL for lack of memory. */
static int64_t *times_of(const struct comparison_cell *cell)
{
    int64_t *times = malloc(cell->run_count * sizeof(*times));

    for (size_t i = 0; times && i < cell->run_count; i++) {
        int64_t observed_us = cell->runs[i].observed_us;

        times[i] = observed_us > 0 ? observed_us : 1;
    }
    return times;
}

int comparison_relate(const struct comparison *comparison, size_t cell,
                      size_t to, struct interval *ratio)
{
    const struct comparison_cell *over = &comparison->cells[cell];
    const struct comparison_cell *under = &comparison->cells[to];
    int64_t *a;
    int64_t *b;
    int error = -ENOMEM;

    if (over->run_count == 0 || under->run_count == 0) {
        *ratio = unknown_interval;
        return 0;
    }
    if (over == under) {
        *ratio = (struct interval){1, 1, 1};
        return 0;
    }
    a = times_of(over);
    b = times_of(under);
    if (a && b)
        error = statistics_ratio(ratio, a, over->run_count, b, under->run_count,
                                 RESAMPLING_SEED);
    free(a);
    free(b);
    return error;
}
