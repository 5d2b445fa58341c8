#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/*
 * timeline_axis: the times of a timeline.
 */

enum { TIMELINE_TIME_SIZE = 24 };

/* With its unit, three significant digits: "7.21 s", "52.3 ms", "870 us". */
void timeline_time(char text[TIMELINE_TIME_SIZE], int64_t us);

/* Two lines: round times, and a rule with a tick below each, over `width` cells
   that stand for `total_us`, after `indent` blanks. */
void timeline_axis_print(FILE *out, int64_t total_us, int indent, int width,
                         bool unicode);
