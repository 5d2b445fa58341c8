#include "command/compare_runs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/command.h"
#include "cli/message.h"
#include "clock/clock.h"
#include "command/compare_say.h"
#include "command/live/live.h"
#include "comparison/child_run.h"
#include "comparison/grid.h"
#include "comparison/ideals.h"
#include "comparison/looks.h"
#include "comparison/requests.h"
#include "process/child.h"
#include "process/interrupt.h"

/* Of a run that did no work to be compared; NULL: it did. */
static const char *why_invalid(const struct compare_run *run, int rc,
                               char *room, size_t size)
{
    if (rc == -EPROTO)
        snprintf(room, size, "it ended with status %d before its work",
                 run->exit_status);
    else if (run->exit_status == EXIT_STATUS_USAGE ||
             run->exit_status >= EXIT_STATUS_LOCAL)
        snprintf(room, size, "it ended with status %d", run->exit_status);
    else
        return NULL;
    return room;
}

/* The errors of a run that is no work to be compared: all that it has. */
static void count_errors(struct comparison_cell *cell,
                         const struct record *record)
{
    size_t errors = 0;

    for (size_t i = 0; i < record->item_count; i++)
        errors += record->items[i].status == STATUS_ERROR;
    cell->errors += errors;
    cell->error_runs += errors > 0;
}

/* The weather of a run, by its number. */
static size_t weather_of(const struct compare_runs *runs,
                         const struct grid_run *which)
{
    return which->number > 0
               ? (size_t)((which->number - 1) % runs->settings->seeds)
               : 0;
}

static int64_t seed_of(const struct compare_runs *runs,
                       const struct grid_run *which)
{
    return runs->settings->seed + (int64_t)weather_of(runs, which);
}

/* What its requests took, under the weather that it met. */
static int measure_requests(const struct compare_runs *runs,
                            const struct grid_run *which,
                            struct compare_run *run)
{
    struct compare_work work = *runs->work; /* lent */

    work.weather.seed = (uint64_t)seed_of(runs, which);
    return requests_measure(&run->figures, &run->record, &work);
}

/* All are compared by what the server saw as soon as one has no other time. */
static int take(struct compare_runs *runs, const struct grid_run *which,
                struct compare_run *run)
{
    int rc;

    run->figures.weather = weather_of(runs, which);
    if (runs->comparison->by_server)
        run->figures.observed_us = run->figures.measured[FIGURE_SPAN];
    run->figures.place = runs->made;
    run->figures.started_us = runs->latest_us - runs->first_us;
    rc = measure_requests(runs, which, run);
    if (rc < 0) {
        compare_run_close(run);
        return rc;
    }
    return results_add(&runs->results, which->cell, which->number, run);
}

/* A program that did not do the work has no time to be compared. */
static void exclude(struct compare_runs *runs, struct comparison_cell *cell,
                    const char *why)
{
    compare_say_excluded(cell, why);
    snprintf(cell->excluded, sizeof(cell->excluded), "%s", why);
    runs->comparison->same_work = false;
}

void compare_runs_on_invalid(void *arg, const struct result *run,
                             const char *why)
{
    struct compare_runs *runs = arg;
    struct comparison_cell *cell = &runs->comparison->cells[run->cell];

    if (!cell->program)
        compare_say_invalid(cell, run->figures.number, why);
    else if (!cell->excluded[0])
        exclude(runs, cell, why);
}

/* Of a server that is not ours nobody foretells the files: the first run that
   has all that there is shows them. One with errors, or without any, shows
   nothing. 0; -ECANCELED: the runs are not to go on; -ENOMEM. */
static int look_at_files(struct compare_runs *runs,
                         const struct compare_run *run)
{
    char files[DIGEST_TEXT_SIZE] = "";
    bool any = false;
    int rc;

    if (runs->seen || runs->predictions || !runs->on_files)
        return 0;
    for (size_t i = 0; i < run->record.item_count; i++) {
        if (run->record.items[i].status == STATUS_ERROR)
            return 0;
        any |= run->record.items[i].status == STATUS_OK;
    }
    if (!any)
        return 0;
    rc = same_work_files_of(run, files);
    if (rc < 0)
        return rc;
    runs->seen = true;
    return runs->on_files(runs->arg, files) ? 0 : -ECANCELED;
}

/* Take the run for the results, or say why not. */
static int judge(struct compare_runs *runs, const struct grid_run *which,
                 struct compare_run *run, int rc)
{
    struct comparison_cell *cell = &runs->comparison->cells[which->cell];
    char room[64];
    const char *why = why_invalid(run, rc, room, sizeof(room));

    rc = why ? 0 : look_at_files(runs, run);
    if (rc < 0) {
        compare_run_close(run);
        return rc;
    }
    if (!why && which->number > 0)
        return take(runs, which, run);
    runs->local |= run->exit_status == EXIT_STATUS_LOCAL;
    if (why) {
        compare_say_invalid(cell, which->number, why);
        runs->comparison->same_work = false;
    }
    if (why && which->number > 0) {
        cell->invalid++;
        count_errors(cell, &run->record);
    }
    compare_run_close(run);
    return 0;
}

/* A run begins: its place and its start. */
static void begin_run(struct compare_runs *runs, const struct grid_run *which)
{
    runs->latest_us = clock_monotonic_us();
    if (runs->made++ == 0)
        runs->first_us = runs->latest_us;
    compare_say_progress(runs, which);
}

struct compare_run_options compare_runs_options(
    const struct compare_runs *runs, const struct comparison_cell *cell)
{
    const struct compare_work *work = runs->work;

    return (struct compare_run_options){
        .directory = runs->directory.path,
        .strategy = cell->strategy,
        .max_req = cell->max_req,
        .reuse = cell->reuse,
        .http = cell->http,
        .url = work->url,
        .server_is_ours = work->server_started,
        .seed = runs->settings->seed,
        .server = work->server_started ? work->server.child.pid : 0,
        .arguments = (const char *const *)work->arguments.items,
    };
}

/* One run of a strategy, reported as the options say. */
static int run_strategy(struct compare_runs *runs, const struct grid_run *which)
{
    const struct comparison_cell *cell = &runs->comparison->cells[which->cell];
    bool in_book = runs->settings->book && which->number > 0;
    struct compare_run_options options = compare_runs_options(runs, cell);
    struct compare_run run;
    int rc;

    options.seed = seed_of(runs, which);
    options.hush = runs->told;
    options.on_final = in_book ? book_final : NULL;
    options.arg = &runs->book;
    if (in_book)
        book_begin(&runs->book, cell->strategy, which->number,
                   runs->settings->runs);
    begin_run(runs, which);
    rc = compare_run(&run, &options);
    compare_say_progress(runs, NULL);
    if (rc < 0 && rc != -EPROTO)
        return rc;
    if (in_book && rc == 0)
        book_end(&runs->book, run.figures.observed_us);
    runs->told = runs->told || rc == 0;
    return judge(runs, which, &run, rc);
}

/* One run of a program, if it has not been left out. */
static int run_program(struct compare_runs *runs, const struct grid_run *which)
{
    struct comparison_cell *cell = &runs->comparison->cells[which->cell];
    char why[PROGRAM_WHY_SIZE];
    struct compare_run run;
    int rc;

    if (cell->excluded[0])
        return 0;
    begin_run(runs, which);
    runs->programs.seed = seed_of(runs, which);
    runs->programs.predictions =
        runs->predictions ? runs->predictions + weather_of(runs, which) *
                                                    runs->work->selection.count
                          : NULL;
    rc = program_run(&run, &runs->programs, cell->command, cell->max_req, why);
    compare_say_progress(runs, NULL);
    run.figures.weather = weather_of(runs, which);
    if (rc == 0 && !why[0])
        rc = same_work_check(&runs->results.same, &run, why, sizeof(why));
    if (rc < 0) {
        compare_run_close(&run);
        return rc;
    }
    if (!why[0] && which->number > 0)
        return take(runs, which, &run);
    if (why[0]) {
        exclude(runs, cell, why);
        cell->invalid++;
    }
    compare_run_close(&run);
    return 0;
}

static bool has_programs(const struct comparison *comparison)
{
    for (size_t i = 0; i < comparison->cell_count; i++) {
        if (comparison->cells[i].program)
            return true;
    }
    return false;
}

/* What is foretold, and what programs need. */
int compare_runs_begin(struct compare_runs *runs)
{
    int64_t limit_us = 0;
    size_t model;
    int rc = compare_predict_work(&runs->predictions, &runs->results,
                                  &runs->comparison->setup, runs->work,
                                  runs->settings);

    runs->comparison->by_server = has_programs(runs->comparison);
    model = same_work_model(&runs->results.same, 0);
    if (rc == 0 && model != SIZE_MAX)
        rc = same_work_files(&runs->results.same, model,
                             runs->comparison->files);
    if (rc < 0 || !runs->comparison->by_server)
        return rc;
    rc = compare_limit(&limit_us, runs->work, runs->settings);
    return rc < 0 ? rc
                  : program_work_begin(&runs->programs, runs->work,
                                       runs->directory.path, limit_us,
                                       runs->settings->keep_query);
}

int compare_runs_open(struct compare_runs *runs)
{
    return compare_directory_open(&runs->directory);
}

/* Make a run of whatever cell it is, and see whether that was the last. */
static int make(struct compare_runs *runs, const struct grid_run *which)
{
    int rc = runs->comparison->cells[which->cell].program
                 ? run_program(runs, which)
                 : run_strategy(runs, which);

    if (rc == 0 && runs->flush_stdout)
        rc = command_flush_stdout();
    return rc == 0 && interrupt_signal() ? -EINTR : rc;
}

/* Each disturbed run of those from number `first` on in the results is made
   once more, when all the others are over: what disturbed it may be, too. */
static int make_again(struct compare_runs *runs, size_t first)
{
    size_t end = runs->results.count;
    int rc = 0;

    for (size_t i = first; i < end && rc == 0; i++) {
        const struct result *run = &runs->results.runs[i];
        const struct grid_run which = {run->cell, run->figures.number};
        size_t before = runs->results.count;

        if (!comparison_is_disturbed(&run->figures))
            continue;
        rc = make(runs, &which);
        if (runs->results.count > before) /* else it failed */
            runs->results.runs[i].figures.replaced = true;
    }
    return rc;
}

/* The runs of each cell up to number `to`, in their order. */
static int make_more(struct compare_runs *runs, int64_t from, int64_t to)
{
    const struct comparison *comparison = runs->comparison;
    size_t first = runs->results.count;
    size_t count = 0;
    struct grid_run *all =
        grid_runs(runs->settings, comparison->cell_count, from, to, &count);
    int rc = 0;

    if (!all)
        return -ENOMEM;
    runs->comparison->setup.runs = to;
    for (size_t i = 0; i < count && rc == 0; i++)
        rc = make(runs, &all[i]);
    free(all);
    return rc == 0 && runs->settings->rerun_disturbed ? make_again(runs, first)
                                                      : rc;
}

int compare_runs_make(struct compare_runs *runs)
{
    const struct comparison_looks *looks = &runs->comparison->looks;
    int64_t from = 0;
    bool over = false;
    int rc = 0;

    if (rc == 0 && runs->settings->live != LIVE_NOT)
        rc = live_race(runs);
    if (rc == 0 && looks->planned == 0)
        return make_more(runs, 0, runs->settings->runs);
    while (rc == 0 && !over) {
        int64_t to = looks->runs[looks->taken];

        rc = make_more(runs, from, to);
        if (rc == 0)
            rc = looks_take(runs->comparison, &runs->results, runs->work,
                            runs->settings, runs->checks, &over);
        from = to;
    }
    return rc;
}

void compare_runs_close(struct compare_runs *runs)
{
    results_close(&runs->results);
    program_work_close(&runs->programs);
    free(runs->predictions);
    runs->predictions = NULL;
    compare_directory_close(&runs->directory);
}
