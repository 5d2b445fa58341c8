#include "comparison/results.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "comparison/requests.h"
#include "comparison/weathers.h"

static void result_close(struct result *run)
{
    record_close(&run->record);
    requests_close(&run->figures);
    free(run->wait_us);
}

void results_close(struct results *results)
{
    for (size_t i = 0; i < results->count; i++)
        result_close(&results->runs[i]);
    free(results->runs);
    same_work_close(&results->same);
    *results = (struct results){0};
}

static int measure_waits(struct result *result, const struct record *record)
{
    result->item_count = record->item_count;
    result->wait_us = calloc(record->item_count + 1, sizeof(*result->wait_us));
    if (!result->wait_us)
        return -ENOMEM;
    for (size_t i = 0; i < record->request_count; i++) {
        const struct record_request *request = &record->requests[i];

        result->wait_us[request->item] += requests_answer_us(request);
    }
    return 0;
}

/* The whole record, as long as there is room. */
static void keep_record(struct results *results, struct result *result,
                        struct record *record)
{
    size_t rows = record->item_count + record->request_count;

    if (rows > RESULTS_ROWS - results->rows)
        return;
    results->rows += rows;
    result->record = *record;
    *record = (struct record){0};
}

int results_add(struct results *results, size_t cell, int64_t number,
                struct compare_run *run)
{
    struct result result = {
        .cell = cell, .figures = run->figures, .exit_status = run->exit_status};
    struct result *grown =
        reallocarray(results->runs, results->count + 1, sizeof(*grown));
    int rc = grown ? 0 : -ENOMEM;

    run->figures.requests = NULL; /* it is the result's now */
    if (rc == 0) {
        results->runs = grown;
        rc = measure_waits(&result, &run->record);
    }
    if (rc == 0)
        rc = same_work_add(&results->same, run, &result.work);
    if (rc < 0) {
        result_close(&result);
    } else {
        result.figures.number = number;
        if (!run->is_program)
            keep_record(results, &result, &run->record);
        grown[results->count++] = result;
    }
    compare_run_close(run);
    return rc;
}

/* Whether it did the work that all were to do under its weather. */
static bool did_it(const struct results *results, const struct result *run)
{
    return run->work == same_work_model(&results->same, run->figures.weather);
}

/* Whether the run is one of a cell's, of those that count or (`replaced`) of
   those that others were made for. */
static bool belongs(const struct results *results, const struct result *run,
                    size_t cell, bool replaced)
{
    return run->cell == cell && run->figures.replaced == replaced &&
           did_it(results, run);
}

/* Copies of these, to be freed; NULL: no memory. */
static struct comparison_run *copy_runs(const struct results *results,
                                        size_t cell, bool replaced,
                                        size_t *count)
{
    struct comparison_run *runs = calloc(results->count + 1, sizeof(*runs));

    *count = 0;
    for (size_t i = 0; runs && i < results->count; i++) {
        if (belongs(results, &results->runs[i], cell, replaced))
            runs[(*count)++] = results->runs[i].figures;
    }
    return runs;
}

/* Those of a cell that count, and those that were replaced. */
static int collect(const struct results *results, size_t index,
                   struct comparison_cell *cell)
{
    if (cell->excluded[0])
        index = SIZE_MAX; /* what it did before does not count, either */
    cell->runs = copy_runs(results, index, false, &cell->run_count);
    cell->replaced = copy_runs(results, index, true, &cell->replaced_count);
    return cell->runs && cell->replaced ? 0 : -ENOMEM;
}

/* The record of the run that is nearest to the cell's median: what a run of it
   looks like. */
static int choose_record(struct results *results, size_t index,
                         struct comparison_cell *cell)
{
    struct result *nearest = NULL;
    int64_t *times;
    double median;

    if (cell->run_count == 0)
        return 0;
    times = calloc(cell->run_count, sizeof(*times));
    if (!times)
        return -ENOMEM;
    for (size_t i = 0; i < cell->run_count; i++)
        times[i] = cell->runs[i].observed_us;
    median = statistics_of(times, cell->run_count).median;
    free(times);
    for (size_t i = 0; i < results->count; i++) {
        struct result *run = &results->runs[i];

        if (!belongs(results, run, index, false) || run->record.item_count == 0)
            continue;
        if (!nearest || fabs((double)run->figures.observed_us - median) <
                            fabs((double)nearest->figures.observed_us - median))
            nearest = run;
    }
    if (nearest) {
        cell->record = nearest->record;
        nearest->record = (struct record){0};
    }
    return 0;
}

static size_t greater(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* Of the weather under which there are most. */
static void describe_model(const struct work_done *work,
                           struct comparison *comparison)
{
    size_t not_found = 0;
    size_t errors = 0;
    size_t retried = 0;

    for (size_t i = 0; i < work->count; i++) {
        not_found += work->items[i].status == STATUS_NOT_FOUND;
        errors += work->items[i].status == STATUS_ERROR;
        retried += work->items[i].attempts > 1;
    }
    comparison->not_found = greater(comparison->not_found, not_found);
    comparison->errors = greater(comparison->errors, errors);
    comparison->retried = greater(comparison->retried, retried);
}

/* -ENOMEM. */
static int describe_models(const struct results *results,
                           struct comparison *comparison)
{
    size_t first = same_work_model(&results->same, 0);

    for (size_t i = 0; i < WEATHERS_MOST; i++) {
        size_t model = same_work_model(&results->same, i);

        if (model != SIZE_MAX)
            describe_model(&results->same.works[model], comparison);
    }
    return first == SIZE_MAX
               ? 0
               : same_work_files(&results->same, first, comparison->files);
}

/* Runs that do not count, and errors that others had not. */
static void sort_out(const struct results *results,
                     struct comparison *comparison,
                     void (*on_invalid)(void *arg, const struct result *run,
                                        const char *why),
                     void *arg)
{
    for (size_t i = 0; i < results->count; i++) {
        const struct result *run = &results->runs[i];
        struct comparison_cell *cell = &comparison->cells[run->cell];
        size_t model = same_work_model(&results->same, run->figures.weather);
        size_t errors;
        char difference[128];
        char why[192];

        if (did_it(results, run))
            continue;
        errors = same_work_errors(&results->same, run->work, model);
        cell->invalid++;
        cell->errors += errors;
        cell->error_runs += errors > 0;
        comparison->same_work = false;
        same_work_difference(&results->same, run->work, model, difference,
                             sizeof(difference));
        if (!same_work_has_any(&results->same, run->work) &&
            same_work_has_any(&results->same, model))
            snprintf(why, sizeof(why), "it downloaded nothing (%s)",
                     difference);
        else
            snprintf(why, sizeof(why), "other work than %s: %s",
                     results->same.works[model].is_predicted
                         ? "weather and files predict"
                         : "most runs did",
                     difference);
        if (on_invalid)
            on_invalid(arg, run, why);
    }
}

/* Whether no run that counts left anything in place. */
static bool leaves_nothing(const struct results *results)
{
    bool any = false;

    for (size_t i = 0; i < results->count; i++) {
        if (!did_it(results, &results->runs[i]))
            continue;
        if (same_work_has_any(&results->same, results->runs[i].work))
            return false;
        any = true;
    }
    return any;
}

int results_status(const struct results *results)
{
    for (size_t i = 0; i < results->count; i++) {
        if (did_it(results, &results->runs[i]))
            return results->runs[i].exit_status;
    }
    return 0;
}

static int count(const struct results *results, struct comparison *comparison,
                 void (*on_invalid)(void *arg, const struct result *run,
                                    const char *why),
                 void *arg)
{
    int rc = describe_models(results, comparison);

    if (rc < 0)
        return rc;
    sort_out(results, comparison, on_invalid, arg);
    comparison->nothing = leaves_nothing(results);
    if (comparison->nothing)
        return 0;
    for (size_t i = 0; i < comparison->cell_count && rc == 0; i++)
        rc = collect(results, i, &comparison->cells[i]);
    return rc;
}

int results_look(const struct results *results, struct comparison *comparison)
{
    if (results->count == 0)
        return 0;
    return count(results, comparison, NULL, NULL);
}

int results_finish(struct results *results, struct comparison *comparison,
                   void (*on_invalid)(void *arg, const struct result *run,
                                      const char *why),
                   void *arg)
{
    int rc;

    if (results->count == 0)
        return 0;
    rc = count(results, comparison, on_invalid, arg);
    for (size_t i = 0; i < comparison->cell_count && rc == 0; i++)
        rc = choose_record(results, i, &comparison->cells[i]);
    return rc;
}

int results_waits(const struct results *results, size_t cell, size_t items,
                  int64_t **wait_us)
{
    int64_t *waits = calloc(items + 1, sizeof(*waits));
    int64_t *column = calloc(results->count + 1, sizeof(*column));
    bool found = false;

    *wait_us = NULL;
    if (!waits || !column) {
        free(waits);
        free(column);
        return -ENOMEM;
    }
    for (size_t item = 0; item < items; item++) {
        size_t runs = 0;

        for (size_t i = 0; i < results->count; i++) {
            const struct result *run = &results->runs[i];

            if (belongs(results, run, cell, false) && item < run->item_count)
                column[runs++] = run->wait_us[item];
        }
        found |= runs > 0;
        if (runs > 0)
            waits[item] = (int64_t)llround(statistics_of(column, runs).median);
    }
    free(column);
    if (found)
        *wait_us = waits;
    else
        free(waits);
    return 0;
}
