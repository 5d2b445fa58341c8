#pragma once

#include "command/compare_runs.h"

/*
 * live: the race of `flags compare --live`, shown on a terminal, or told in
 * lines where there is none.
 *
 * It is a round of its own before all others: one run of each cell that does
 * not count, so that nothing that is measured hangs on it, and whoever watches
 * need not wait for all runs. Unless they are to run at the same time
 * (--live=together), they are made one after the other, undisturbed, and only
 * then played side by side, at the speed that they had.
 *
 * It goes to standard error; to standard output where that alone is a terminal
 * for it and no export goes there.
 */

/* After the runs have begun, before the first that counts. 0; -EINTR: a signal
   of interrupt.h came; else a negative errno value. The terminal is as it was,
   below the last frame. */
int live_race(struct compare_runs *runs);
