#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "comparison/race/race.h"

/*
 * race_view: a race (comparison/race/race.h) at a moment, as text. Pure: the
 * same race, moment and style, the same bytes.
 *
 * A line for each lane: its name, a row of places, the finishing line with the
 * ideal's time, how many items have come, and, once all are settled, how long
 * it took:
 *
 *   20 items, 80.0 ms                                 ideal     in      time
 *   sequential  #=..................:  1.01 s   1/20
 *   async       #################===:  78.9 ms  17/20
 *
 * A place stands for an item, or where there are more of them than places for
 * some that follow each other. The finishing line is passed when the ideal is.
 */

enum { RACE_COLUMNS_LEAST = 40 };

struct race_style {
    int columns; /* of the terminal; the last one stays free */
    int rows;    /* likewise; lanes beyond are counted */
    bool unicode;
    bool colour;
    bool clears; /* each line clears what is behind it, by escape codes */
};

/* Its first moment is 0. Returns the number of lines. */
int race_frame(FILE *out, const struct race *race, int64_t at_us,
               const struct race_style *style);

/*
 * For what is no terminal that can move its cursor: a line for each lane that
 * began or ended after `after_us` (at first: -1) and no later than `at_us`, in
 * the order of time.
 */
void race_lines(FILE *out, const struct race *race, int64_t after_us,
                int64_t at_us);
