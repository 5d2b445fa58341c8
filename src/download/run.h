#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include "download/events.h"
#include "download/item.h"
#include "download/options.h"
#include "download/outcome.h"
#include "download/schedule.h"

/*
 * run: what every strategy would otherwise repeat: it reads the items, asks
 * the schedule, emits the events and counts. Memory follows max_req, not the
 * number of items.
 *
 * Threads: run_next() and run_done() by one thread at a time (the threaded
 * strategy holds its lock); run_stop() as it says.
 */

struct run;

/* Everything is borrowed until run_free(). NULL: no memory. */
struct run *run_new(struct item_source items,
                    const struct download_options *options,
                    struct events *events);

/* After its end. NULL is let through. */
void run_free(struct run *run);

/*
 * What to do next; never NEXT_FEED, for the run feeds the schedule by itself.
 * After a stop the items not started are settled as cancelled, those still
 * unread included, so that the counts add up to all of them.
 * Times are those of events_now_us().
 */
enum next run_next(struct run *run, struct attempt *start,
                   int64_t *wait_until_us);

/* Settle an attempt: exactly once for each that run_next() gave out. Its item
   may be gone afterwards. A full disk stops the run. */
void run_done(struct run *run, const struct attempt *attempt,
              const struct outcome *outcome);

/*
 * Ask the run to end: nothing more is started, and what runs is cancelled,
 * within a second. The first reason stands.
 * sequential, threaded: from any thread and from a signal handler. async: on
 * its loop's thread, as from a handler of aw_add_signal_handler().
 */
void run_stop(struct run *run, enum stop_reason why);

/* The stream that the run's events go to. */
struct events *run_events(const struct run *run);

/* For the strategies: the flag that a stop sets, and what run_stop() calls
   after setting it (async-signal-safe where run_stop() is). */
const atomic_bool *run_stop_flag(const struct run *run);
void run_on_stop(struct run *run, void (*wake)(void *arg), void *arg);

/* How it went; complete when the strategy has returned. */
struct run_result {
    struct counts counts;
    int64_t observed_us;   /* from the first item scheduled to the last final */
    enum stop_reason stop; /* STOP_NONE: it went to its end */
    int error;             /* a negative code: the input could not be read */
};

struct run_result run_result(const struct run *run);
