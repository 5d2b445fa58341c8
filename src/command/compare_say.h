#pragma once

#include "command/compare_runs.h"
#include "comparison/grid.h"

/*
 * compare_say: what `flags compare` says on stderr while it makes its runs.
 */

/* A run of that number (0: a warm-up) does not count, and why. */
void compare_say_invalid(const struct comparison_cell *cell, int64_t number,
                         const char *why);

/* A program that did not do the work has no time to be compared: leave it out,
   and say so. */
void compare_say_excluded(struct compare_runs *runs,
                          struct comparison_cell *cell, const char *why);

/* Which run it is, on a terminal, or (NULL) that it is over. */
void compare_say_progress(const struct compare_runs *runs,
                          const struct grid_run *which);
