#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "report/statistics.h"

/*
 * comparison: the table of a comparison, a row for each cell (a strategy under
 * given conditions) with its median, its range, its ratio to the first cell
 * and a bar. At most 80 columns.
 */

struct old_cell {
    const char *strategy;
    unsigned max_req;
    struct statistics observed; /* microseconds; count 0: no run was valid */
};

/* `unicode`: bars of block characters instead of number signs. */
void old_print(FILE *out, const struct old_cell *cells,
                      size_t count, bool unicode);

/* A time with its unit, three significant digits: "7.21 s", "52.3 ms". */
enum { OLD_TIME_SIZE = 16 };
void old_time(char text[OLD_TIME_SIZE], double us);
