#pragma once

#include "comparison/child_run.h"
#include "comparison/race/race.h"

/*
 * race_together: all runs of a race at the same time, each a `flags get` of
 * its own. They share the machine and the server, so that their times are for
 * looking at, and no measurement.
 *
 * While a run goes on, its lane has the items that its child has told of, at
 * the time when they were heard of; after that it is the run's own record.
 */

enum { RACE_TICK_US = 20000 };

struct race_watch {
    const char *const *codes; /* the items, sorted */
    int64_t started_us;       /* the race, on the monotonic clock */
    /* Called every RACE_TICK_US while any child runs. */
    void (*on_tick)(void *arg);
    void *arg;
};

/*
 * Run lane by lane what the options say, on_final and arg aside, to their ends.
 * 0: of a child that failed its lane tells; -EINTR: a signal of interrupt.h
 * came; else another negative errno value. No child goes on after it. Main
 * thread.
 */
int race_together(const struct race *race,
                  const struct compare_run_options *options,
                  const struct race_watch *watch);
