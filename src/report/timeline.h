#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "report/record.h"

/*
 * timeline: a run as a drawing in text: who waited for what.
 *
 * A row an item, in the order of the input, from the first item scheduled to
 * the last one settled: dots while it was queued, then a character for each
 * phase; the phase that has most of a cell has the cell, but every attempt has
 * one, and so has every failure. Behind it the time from the item's start to
 * its end, and what became of it if it is not in place. Above, an axis; below,
 * what the characters mean.
 */

enum { TIMELINE_COLUMNS_LEAST = 40, TIMELINE_COLUMNS_MOST = 400 };

struct timeline_style {
    const char *title; /* what ran: "async -m 20" */
    int columns;       /* at most so wide, within the bounds above; 0: 100 */
    size_t rows;       /* at most so many items, evenly chosen, and a line about
                          the others; 0: all */
    int64_t total_us;  /* what the axis reaches, if that is longer than the run:
                          so that several drawings have one scale; 0: the run */
    bool unicode;      /* blocks and shades, not ASCII */
    bool colour;
};

/* As it fits there: the width of a terminal, at most 100 columns; Unicode in a
   UTF-8 locale; colour on a terminal that can move its cursor, unless NO_COLOR
   is set. Without a title, and with all rows. */
struct timeline_style timeline_style_of(FILE *out);

/* Nothing, if nothing was scheduled. Write errors are left in the stream. */
void timeline_print(FILE *out, const struct record *record,
                    const struct timeline_style *style);
