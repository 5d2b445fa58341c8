#pragma once

#include "command/compare_runs.h"
#include "comparison/race/race.h"

/*
 * live_runs: the runs of a race (comparison/race/race.h), one of each cell of a
 * comparison, and the ideals that they are held against.
 *
 * Ownership: embedded by the caller; live_runs_close() once, also after a
 * failure. Borrows the runs of the comparison.
 */

struct live_runs {
    struct compare_runs *runs;
    struct race race;       /* a lane for each cell */
    struct results results; /* the recorded ones, for the ideals */
    struct comparison look; /* names and ideals of cells of its own */
};

/* Lanes with names. 0 or -ENOMEM. */
int live_runs_open(struct live_runs *live, struct compare_runs *runs);

/* Run each cell once, one after the other: its lane is what it did, or why
   there is nothing to be seen of it. 0; as compare_run(): it cannot go on. */
int live_runs_record(struct live_runs *live);

/* The ideals of the lanes, as far as they are known before any run or from the
   recorded ones. 0, or a negative errno value. */
int live_runs_find_ideals(struct live_runs *live);

/* What a `flags get` of each cell is started with; to be freed. NULL: no
   memory. */
struct compare_run_options *live_runs_options(const struct live_runs *live);

void live_runs_close(struct live_runs *live);
