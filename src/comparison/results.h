#pragma once

#include <stddef.h>
#include <stdint.h>

#include "comparison/child_run.h"
#include "comparison/comparison.h"
#include "comparison/same_work.h"

/*
 * compare_results: the runs of a comparison as they come in, and what a
 * comparison (comparison/comparison.h) gets of them in the end, when it is
 * known which of them did what most did.
 *
 * Memory: of each run a few numbers for each item. The whole records, for
 * timelines, are kept up to RESULTS_ROWS rows in all runs together; runs
 * beyond have none.
 *
 * Ownership: embedded by the caller, zeroed; results_close() once.
 */

enum { RESULTS_ROWS = 1000000 };

struct result {
    size_t cell;
    size_t work; /* index in `same` */
    struct comparison_run figures;
    int exit_status;
    struct record record; /* may be empty: no room */
    int64_t *wait_us;     /* of each item, for its answers to begin */
    size_t item_count;
};

struct results {
    struct result *runs; /* in the order of time */
    size_t count;
    struct same_work same;
    size_t rows; /* in the records that are kept */
};

/* Take a run over, the run number `number` (from 1) of cell `cell`; its
   requests are then lent to the comparison's cells. -ENOMEM: it has been
   closed, and is not in the results. */
int results_add(struct results *results, size_t cell, int64_t number,
                struct compare_run *run);

/*
 * Move what counts into the comparison's cells, which have none yet, and say
 * what the model is; where that leaves nothing in place, no run counts. For
 * each run that does not count, on_invalid gets a phrase that says why.
 * -ENOMEM: it is not complete.
 */
int results_finish(struct results *results, struct comparison *comparison,
                   void (*on_invalid)(void *arg, const struct result *run,
                                      const char *why),
                   void *arg);

/*
 * The same for a look at what there is so far, into a comparison that has cells
 * of its own: the results stay as they are, the cells get no record, and nobody
 * is told of runs that do not count.
 */
int results_look(const struct results *results, struct comparison *comparison);

/*
 * How long each of `items` items waits at a server that nobody knows, as the
 * median over the runs of `cell` that did the model's work. To be freed; NULL
 * with 0: there is no such run. -ENOMEM.
 */
int results_waits(const struct results *results, size_t cell, size_t items,
                  int64_t **wait_us);

/* The exit status of the runs that did the model's work: what `flags get` would
   end with. 0: there is none. */
int results_status(const struct results *results);

void results_close(struct results *results);
