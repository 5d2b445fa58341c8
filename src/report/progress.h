#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "download/events.h"

/*
 * progress: one line on a terminal that says how far the run is: a bar, the
 * items settled, those that failed, the time.
 *
 * It is drawn again at most 20 times a second, and when all is settled.
 * Whoever writes to the terminal meanwhile calls progress_hide() first; the
 * bar comes back with the next event.
 *
 * Ownership: embedded by the caller; borrows `err`. Threads: the sink is
 * called under the stream's lock; progress_hide() from sinks of the same
 * stream, the rest before and after the run.
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
    int64_t drawn_us; /* when it was drawn last */
    bool visible;
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

/* Take the bar off the screen until the next event. */
void progress_hide(struct progress *progress);
