#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "comparison/race/race.h"
#include "findings/race_view.h"

/*
 * race_screen: where a race is shown: a terminal on which one frame is drawn
 * over the other, or, where that cannot be, lines as they are due.
 *
 * While it is open, a terminal's cursor is hidden; race_screen_close() and
 * race_screen_pause() show it again, below the last frame, which stays. No mode
 * of the terminal is changed. It may change its size between two frames: the
 * next one is as wide as it is then.
 *
 * Ownership: embedded by the caller; borrows `out`, and flushes it after each
 * frame. Write errors are left in the stream.
 */

struct race_screen {
    FILE *out;
    bool draws; /* else lines */
    bool open;
    bool unicode, colour;
    int lines, columns; /* of the frame that stands there; lines 0: none */
    int64_t shown_us;   /* the moment that was shown last; -1: none */
    int error;          /* -ENOMEM: a frame was left out */
};

/* Whether frames can be drawn there: a terminal that can move its cursor, of at
   least RACE_COLUMNS_LEAST columns. */
bool race_screen_fits(FILE *out);

void race_screen_open(struct race_screen *screen, FILE *out);

/* The race at a moment, not before that of the last call. */
void race_screen_show(struct race_screen *screen, const struct race *race,
                      int64_t at_us);

/* Leave the terminal to others, and go on below what they wrote. */
void race_screen_pause(struct race_screen *screen);
void race_screen_resume(struct race_screen *screen);

/* Harmless when repeated. */
void race_screen_close(struct race_screen *screen);
