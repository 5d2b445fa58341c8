#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "download/events.h"

/*
 * progress: one line on a terminal that says how far the run is: a bar, the
 * items settled, the time, those that failed, attempts in flight, bytes, and
 * how long it will take still.
 *
 * That estimate stands there after the first seconds, once some of the work is
 * done, and where it is known how much there is: the rest takes as long as what
 * was done did. Items that needed no attempt tell nothing of it.
 *
 * It has a clock of its own, a thread that draws it 10 times a second, whether
 * anything happens or not. Events draw it at most as often, besides the last
 * one, and are all there is where the system gives no thread. Whoever writes to
 * the terminal meanwhile calls progress_hide() first; the bar comes back with
 * the next event or tick.
 *
 * Ownership: embedded by the caller; borrows `err`, the stream and the count of
 * bytes. Threads: the sink is called under the stream's lock, as the clock
 * draws; progress_hide() from sinks of the same stream, the rest before and
 * after the run.
 */

struct progress_style {
    bool unicode;
    bool colour;
};

struct progress {
    struct event_sink sink;
    FILE *err;
    struct progress_style style;
    uint64_t total;
    uint64_t settled, failed;
    uint64_t worked; /* of those settled: with an attempt */
    uint64_t in_flight;
    atomic_llong received; /* bytes; whoever receives them adds them */
    int64_t drawn_us;      /* when it was drawn last */
    bool visible;

    struct events *events;
    pthread_t clock;
    pthread_mutex_t lock; /* of `ends` */
    pthread_cond_t ending;
    bool has_clock, ends;
};

/* Whether a bar belongs there: `err` is a terminal that can move its cursor
   (TERM is set, and not "dumb"). */
bool progress_fits(FILE *err);

/* Unicode in a UTF-8 locale (LC_CTYPE must be set), colour unless NO_COLOR
   is. */
struct progress_style progress_style_of_terminal(void);

/* How wide the terminal is now: as COLUMNS says, else the terminal; 80 if
   neither does. Ask each time, for a
   window may change its size. */
int progress_columns(FILE *err);

/* Add the sink to the stream and draw an empty bar of `total` items, 0: nobody
   knows how many. */
void progress_init(struct progress *progress, FILE *err, uint64_t total,
                   struct progress_style style, struct events *events);

/* Set its clock going. A negative errno code: it has none, and changes with the
   events alone. */
int progress_start(struct progress *progress);

/* Stop the clock, if it goes, and take the bar off the screen. */
void progress_stop(struct progress *progress);

/* Take the bar off the screen until the next event or tick. */
void progress_hide(struct progress *progress);
