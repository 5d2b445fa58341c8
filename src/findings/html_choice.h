#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "comparison/comparison.h"

/*
 * html_choice: which waterfalls of a comparison are drawn, and which rows they
 * have.
 *
 * Ownership: embedded by the caller; choice_close() once after choice_init()
 * gave 0. The comparison is borrowed.
 */

enum {
    CHOICE_FIGURES = 6, /* at most */
    CHOICE_ROWS = 60    /* of a figure, at most */
};

/* A row of a figure: an item, and when its first attempt began. */
struct row {
    size_t item;
    int64_t started_us;
};

struct waterfall {
    const struct comparison_cell *cell;
    struct row *rows; /* of all items, in the order of their start; those that
                         never started are the last */
    size_t row_count;
};

struct choice {
    struct waterfall figures[CHOICE_FIGURES];
    size_t count;
    bool all; /* nothing is left out; else: the fastest of each strategy */
    bool phases[PHASE_COUNT]; /* that occur in what is drawn */
    double longest_us;        /* of the runs that are drawn */
};

/* -ENOMEM: nothing to close. */
int choice_init(struct choice *choice, const struct comparison *comparison);
void choice_close(struct choice *choice);

/* How long the run of a waterfall took; positive. */
double choice_length_us(const struct waterfall *waterfall);

/* How many rows are drawn, and the item of each: evenly spaced if there are
   too many, the first and the last among them. */
size_t choice_rows(const struct waterfall *waterfall);
size_t choice_item(const struct waterfall *waterfall, size_t row);
