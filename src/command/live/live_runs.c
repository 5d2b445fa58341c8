#include "command/live/live_runs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "comparison/child_run.h"
#include "comparison/ideals.h"
#include "comparison/program_run.h"
#include "comparison/server_stats.h"

/* Cells of its own, so that those of the comparison stay as they are. */
static int open_look(struct comparison *look,
                     const struct comparison *comparison)
{
    *look = *comparison;
    look->setup.weathers = 1; /* that of the race */
    look->cells = calloc(look->cell_count, sizeof(*look->cells));
    if (!look->cells)
        return -ENOMEM;
    memcpy(look->cells, comparison->cells,
           look->cell_count * sizeof(*look->cells));
    return comparison_derive(look);
}

int live_runs_open(struct live_runs *live, struct compare_runs *runs)
{
    const struct comparison *comparison = runs->comparison;
    int rc;

    *live = (struct live_runs){.runs = runs};
    rc = open_look(&live->look, comparison);
    if (rc == 0)
        rc = race_open(&live->race, comparison->cell_count,
                       comparison->setup.item_count);
    for (size_t i = 0; i < comparison->cell_count && rc == 0; i++)
        snprintf(live->race.lanes[i].name, RACE_NAME_SIZE, "%s",
                 live->look.cells[i].name);
    return rc;
}

void live_runs_close(struct live_runs *live)
{
    results_close(&live->results);
    race_close(&live->race);
    if (live->look.cells)
        comparison_close(&live->look);
}

/* The failures of items are told by the runs that count. */
static struct compare_run_options options_of(const struct live_runs *live,
                                             size_t cell)
{
    struct compare_run_options options =
        compare_runs_options(live->runs, &live->look.cells[cell]);

    options.hush = true;
    return options;
}

struct compare_run_options *live_runs_options(const struct live_runs *live)
{
    size_t count = live->look.cell_count;
    struct compare_run_options *options = calloc(count + 1, sizeof(*options));

    for (size_t i = 0; i < count && options; i++)
        options[i] = options_of(live, i);
    return options;
}

static bool is_failure(int status)
{
    return status == EXIT_STATUS_USAGE || status >= EXIT_STATUS_LOCAL;
}

static int record_strategy(struct live_runs *live, size_t cell)
{
    const struct compare_run_options options = options_of(live, cell);
    struct race_lane *lane = &live->race.lanes[cell];
    struct compare_run run;
    int rc = compare_run(&run, &options);

    if (rc < 0 && rc != -EPROTO)
        return rc;
    if (rc < 0 || is_failure(run.exit_status)) {
        snprintf(lane->why, sizeof(lane->why), "it ended with status %d",
                 run.exit_status);
        compare_run_close(&run);
        return 0;
    }
    race_take_record(&live->race, lane, &run.record);
    return results_add(&live->results, cell, 1, &run);
}

/* When the server saw what of a program that has just run. */
static int take_answers(struct live_runs *live, struct race_lane *lane,
                        const struct compare_run *run)
{
    const struct program_work *programs = &live->runs->programs;
    size_t count = run->record.item_count;
    const char **paths = calloc(count + 1, sizeof(*paths));
    struct server_answer *answers = calloc(count + 1, sizeof(*answers));
    int rc = paths && answers ? 0 : -ENOMEM;

    for (size_t i = 0; i < count && rc == 0; i++)
        paths[i] = program_path_of(programs->item_urls[i]);
    if (rc == 0)
        rc = server_stats_answers(programs->url, paths, answers, count);
    for (size_t i = 0; i < count && rc == 0; i++) {
        const struct record_item *item = &run->record.items[i];

        lane->items[i] = (struct race_item){
            .started_us = answers[i].began_us,
            .ended_us = answers[i].ended_us,
            .in_place = status_in_place(item->status),
        };
        if (answers[i].ended_us > lane->ended_us)
            lane->ended_us = answers[i].ended_us;
    }
    free(paths);
    free(answers);
    return rc;
}

static int record_program(struct live_runs *live, size_t cell)
{
    const struct comparison_cell *about = &live->look.cells[cell];
    struct program_work *programs = &live->runs->programs;
    struct race_lane *lane = &live->race.lanes[cell];
    char why[PROGRAM_WHY_SIZE];
    struct compare_run run;
    int rc;

    programs->seed = live->runs->settings->seed;
    programs->predictions = live->runs->predictions;
    rc = program_run(&run, programs, about->command, about->max_req, why);

    if (rc < 0)
        return rc;
    if (why[0])
        snprintf(lane->why, sizeof(lane->why), "%s", why);
    else
        rc = take_answers(live, lane, &run);
    if (rc == 0 && !why[0])
        return results_add(&live->results, cell, 1, &run);
    compare_run_close(&run);
    return rc;
}

int live_runs_record(struct live_runs *live)
{
    bool progress = live->runs->progress;
    int rc = 0;

    for (size_t i = 0; i < live->look.cell_count && rc == 0; i++) {
        const struct comparison_cell *cell = &live->look.cells[i];

        if (progress)
            fprintf(stderr, "\r\x1b[K%s, for the race\r", cell->name);
        rc = cell->program ? record_program(live, i) : record_strategy(live, i);
        if (progress)
            fputs("\r\x1b[K", stderr);
    }
    return rc;
}

int live_runs_find_ideals(struct live_runs *live)
{
    const struct compare_runs *runs = live->runs;
    struct comparison *look = &live->look;
    struct prediction *predictions = NULL;
    int rc = compare_predict_work(&predictions, &live->results, &look->setup,
                                  runs->work, runs->settings);

    free(predictions);
    if (rc == 0)
        rc = results_look(&live->results, look);
    if (rc == 0 && !look->nothing)
        rc = compare_ideals(look, &live->results, runs->work, runs->settings);
    for (size_t i = 0; i < look->cell_count && rc == 0; i++) {
        const struct comparison_cell *cell = &look->cells[i];
        struct race_lane *lane = &live->race.lanes[i];

        lane->ideal_us = cell->ideal_us;
        lane->ideal_mark = cell->ideal_is_bound    ? '>'
                           : look->ideal_estimated ? '~'
                                                   : '\0';
    }
    return rc;
}
