#pragma once

#include "command/compare_runs.h"
#include "comparison/grid.h"

/*
 * compare_say: what `flags compare` says on stderr while it makes its runs.
 */

/* A run of that number (0: a warm-up) does not count, and why. */
void compare_say_invalid(const struct comparison_cell *cell, int64_t number,
                         const char *why);

/* A program is left out of the comparison, and why. */
void compare_say_excluded(const struct comparison_cell *cell, const char *why);

/* Which run it is, on a terminal, or (NULL) that it is over. */
void compare_say_progress(const struct compare_runs *runs,
                          const struct grid_run *which);
