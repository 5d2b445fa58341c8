#pragma once

#include <stdbool.h>

#include "command/compare_book.h"
#include "comparison/checks.h"
#include "comparison/comparison.h"
#include "comparison/directory.h"
#include "comparison/plan.h"
#include "comparison/program_run.h"
#include "comparison/results.h"
#include "comparison/settings.h"

/*
 * compare_runs: the runs of a `flags compare`, one after the other, and what is
 * said of them on stderr meanwhile.
 *
 * Ownership: embedded by the caller, who sets the fields of the first group,
 * all borrowed, and zeroes the others; compare_runs_close() once.
 */

struct compare_runs {
    const struct compare_settings *settings;
    const struct compare_work *work;
    struct comparison *comparison;
    struct compare_checks *checks; /* what may have to be decided */
    bool flush_stdout; /* after each run: the book's texts go there */
    bool progress;     /* on a terminal: which run it is */
    /* Asked once, at a server that is not ours, what the first run without
       errors left in place (same_work_files()): whether to go on. NULL: it is
       not asked. */
    bool (*on_files)(void *arg, const char *files);
    void *arg;

    struct results results;
    struct prediction *predictions; /* of each item, under the first weather,
                                       then the next; NULL: unknown */
    struct program_work programs;
    struct book book;
    struct compare_directory directory;
    int64_t made; /* runs, warm-ups included */
    int64_t
        first_us; /* when the first of them began, by clock_monotonic_us() */
    int64_t latest_us; /* the last one */
    bool seen;         /* on_files was asked */
    bool told;         /* what is not there was, by the first run */
    bool local;        /* a run failed of this machine, as of a full disk */
};

/* Make a directory for them. A negative errno value. */
int compare_runs_open(struct compare_runs *runs);

/* After compare_work_begin(), find out what is foretold of them: the
   comparison's `files`, too. A negative errno value. */
int compare_runs_begin(struct compare_runs *runs);

/* After that, make them all, in their order, or as many as
   there have to be (comparison/looks.h): the comparison's setup tells how many
   of each cell. A negative errno value: it ended early, as by a signal
   (-EINTR), or because on_files said so (-ECANCELED).
 */
int compare_runs_make(struct compare_runs *runs);

/* What a `flags get` of that cell is started with, but for the failures of
   items, which it tells. */
struct compare_run_options compare_runs_options(
    const struct compare_runs *runs, const struct comparison_cell *cell);

/* Say that a run does not count, and why: results_finish() finds out more.
   `arg` are the runs. */
void compare_runs_on_invalid(void *arg, const struct result *run,
                             const char *why);

void compare_runs_close(struct compare_runs *runs);
