#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/*
 * timeline_axis: the times of a timeline.
 */

/* Two lines: round times, and a rule with a tick below each, over `width` cells
   that stand for `total_us`, after `indent` blanks. */
void timeline_axis_print(FILE *out, int64_t total_us, int indent, int width,
                         bool unicode);
