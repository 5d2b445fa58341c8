#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

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
 * Threads: run_next(), run_done() and run_filled() by one thread at a time (the
 * threaded strategy holds its lock); run_stop() as it says; the rest from any.
 */

struct run;

/* Everything is borrowed until run_free(). A negative errno code: *out is
   untouched. */
int run_new(struct run **out, struct item_source items,
            const struct download_options *options, struct events *events);

/* After its end. NULL is let through. */
void run_free(struct run *run);

/*
 * What to do next. NEXT_FEED: the input has to be waited for; until that is
 * over, other callers are told what there is to do meanwhile.
 * After a stop the items not started are settled as cancelled, and those still
 * unread, as far as they can be read without waiting, so that the counts add up
 * to all of them.
 * Times are those of events_now_us().
 */
enum next run_next(struct run *run, struct attempt *start,
                   int64_t *wait_until_us);

/* After NEXT_FEED: block until there is more of the input, the run is stopped
   or it is `until_us`. Its code is for run_filled(), which says that it is
   over. */
int run_fill(struct run *run, int64_t until_us);
void run_filled(struct run *run, int rc);

/* Settle an attempt: exactly once for each that run_next() gave out. Its item
   may be gone afterwards. A full disk stops the run. */
void run_done(struct run *run, const struct attempt *attempt,
              const struct outcome *outcome);

/*
 * Ask the run to end: nothing more is started, and what runs is cancelled,
 * within a second. The first reason stands. From any thread and from a signal
 * handler.
 */
void run_stop(struct run *run, enum stop_reason why);

/* The stream that the run's events go to, and its options. */
struct events *run_events(const struct run *run);
const struct download_options *run_options(const struct run *run);

/*
 * For the strategies: the flag that a stop sets, and a descriptor that can be
 * read from then on, or from run_wake() on: nobody reads it. run_wait() blocks
 * until it can be, or it is `until_us`.
 */
const atomic_bool *run_stop_flag(const struct run *run);
int run_stop_fd(const struct run *run);
void run_wake(struct run *run);
void run_wait(struct run *run, int64_t until_us);

/* How many workers there were, where fewer could be had than the options want;
   0: nobody said. By the strategy, before it returns. */
void run_manned(struct run *run, unsigned workers);
unsigned run_workers(const struct run *run);

/* How it went; complete when the strategy has returned. */
struct run_result {
    struct counts counts;
    int64_t observed_us;   /* from the first item scheduled to the last final */
    enum stop_reason stop; /* STOP_NONE: it went to its end */
    int error;             /* a negative code: the input could not be read */
    bool unread;           /* it stopped before the end of the input was known:
                              there may have been more items */
};

struct run_result run_result(const struct run *run);
