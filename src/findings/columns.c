#include "findings/columns.h"

#include <math.h>
#include <stdio.h>

#define FIELD(field) .position = offsetof(struct comparison_cell, field)

const struct column columns_of_times[] = {
    {.title = "runs", .kind = COLUMN_COUNT, FIELD(run_count)},
    {.title = "median", .kind = COLUMN_TIME, FIELD(observed.median)},
    {.title = "mean",
     .kind = COLUMN_TIME,
     .where = COLUMN_PAGE,
     FIELD(observed.mean)},
    {.title = "std. dev.",
     .kind = COLUMN_TIME,
     .where = COLUMN_PAGE,
     .least_runs = 2,
     FIELD(observed.stddev)},
    {.title = "min",
     .kind = COLUMN_TIME,
     .where = COLUMN_PAGE,
     FIELD(observed.min)},
    {.title = "max",
     .kind = COLUMN_TIME,
     .where = COLUMN_PAGE,
     FIELD(observed.max)},
    {.title = "min to max", .kind = COLUMN_RANGE, .where = COLUMN_SUMMARY},
    {.title = "ratio (95 %)", .kind = COLUMN_RATIO},
    {.title = "ideal", .kind = COLUMN_TIME, .of_ideal = true, FIELD(ideal_us)},
    {.title = "overhead",
     .kind = COLUMN_TIME,
     .where = COLUMN_PAGE,
     .of_ideal = true,
     FIELD(overhead_us)},
    {.title = "efficiency",
     .kind = COLUMN_PERCENT,
     .of_ideal = true,
     FIELD(efficiency)},
    {0},
};

const struct column columns_of_costs[] = {
    {.title = "process time",
     .kind = COLUMN_TIME,
     .where = COLUMN_PAGE,
     FIELD(process_us)},
    {.title = "CPU", .kind = COLUMN_TIME, FIELD(cpu_us)},
    {.title = "user",
     .kind = COLUMN_TIME,
     .where = COLUMN_PAGE,
     FIELD(user_us)},
    {.title = "system",
     .kind = COLUMN_TIME,
     .where = COLUMN_PAGE,
     FIELD(system_us)},
    {.title = "peak memory", .kind = COLUMN_SIZE, FIELD(peak_rss)},
    {.title = "threads", .kind = COLUMN_NUMBER, FIELD(threads)},
    {.title = "descriptors",
     .kind = COLUMN_NUMBER,
     .where = COLUMN_PAGE,
     FIELD(descriptors)},
    {.title = "switches, voluntary", .kind = COLUMN_NUMBER, FIELD(voluntary)},
    {.title = "involuntary", .kind = COLUMN_NUMBER, FIELD(involuntary)},
    {.title = "connections",
     .kind = COLUMN_NUMBER,
     .where = COLUMN_SUMMARY,
     FIELD(connections)},
    {0},
};

const struct column columns_of_requests[] = {
    {.title = "requests", .kind = COLUMN_NUMBER, FIELD(requests)},
    {.title = "p50", .kind = COLUMN_TIME, FIELD(p50_us)},
    {.title = "p90", .kind = COLUMN_TIME, FIELD(p90_us)},
    {.title = "p99", .kind = COLUMN_TIME, FIELD(p99_us)},
    {.title = "connections", .kind = COLUMN_NUMBER, FIELD(connections)},
    {.title = "peak in flight", .kind = COLUMN_NUMBER, FIELD(peak_in_flight)},
    {.title = "bytes sent", .kind = COLUMN_SIZE, FIELD(server_bytes)},
    {.title = "errors", .kind = COLUMN_COUNT, FIELD(errors)},
    {.title = "in runs", .kind = COLUMN_COUNT, FIELD(error_runs)},
    {.title = "left out", .kind = COLUMN_COUNT, FIELD(invalid)},
    {0},
};

static void range_text(char text[COLUMN_TEXT_SIZE],
                       const struct statistics *observed)
{
    char min[COMPARISON_TEXT_SIZE];
    char max[COMPARISON_TEXT_SIZE];

    comparison_time(min, observed->min);
    comparison_time(max, observed->max);
    snprintf(text, COLUMN_TEXT_SIZE, "%s to %s", min, max);
}

static void ratio_text(char text[COLUMN_TEXT_SIZE],
                       const struct interval *ratio)
{
    if (ratio->low == ratio->high)
        snprintf(text, COLUMN_TEXT_SIZE, "%.3g", ratio->value);
    else
        snprintf(text, COLUMN_TEXT_SIZE, "%.3g (%.3g to %.3g)", ratio->value,
                 ratio->low, ratio->high);
}

static void number_text(char text[COMPARISON_TEXT_SIZE], enum column_kind kind,
                        double value)
{
    switch (kind) {
    case COLUMN_TIME:
        comparison_time(text, value);
        return;
    case COLUMN_SIZE:
        comparison_size(text, value);
        return;
    case COLUMN_PERCENT:
        snprintf(text, COMPARISON_TEXT_SIZE, "%.3g %%", 100 * value);
        return;
    default:
        snprintf(text, COMPARISON_TEXT_SIZE, "%.9g", value);
    }
}

void column_text(char text[COLUMN_TEXT_SIZE], const struct column *column,
                 const struct comparison *comparison,
                 const struct comparison_cell *cell)
{
    const char *field = (const char *)cell + column->position;
    char number[COMPARISON_TEXT_SIZE];
    double value;

    text[0] = '\0';
    switch (column->kind) {
    case COLUMN_COUNT:
        snprintf(text, COLUMN_TEXT_SIZE, "%zu", *(const size_t *)field);
        return;
    case COLUMN_RANGE:
        if (cell->observed.count > 0)
            range_text(text, &cell->observed);
        return;
    case COLUMN_RATIO:
        if (isfinite(cell->ratio.value))
            ratio_text(text, &cell->ratio);
        return;
    default:
        value = *(const double *)field;
    }
    if (!isfinite(value) || cell->run_count < column->least_runs)
        return;
    number_text(number, column->kind, value);
    snprintf(text, COLUMN_TEXT_SIZE, "%s%s",
             column->of_ideal && comparison->ideal_estimated ? "~" : "",
             number);
}
