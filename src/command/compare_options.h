#pragma once

#include "command/option.h"
#include "command/work.h"
#include "fixture/delay.h"

/*
 * compare_options: the command line of `flags compare`, and what it means.
 */

struct compare_settings {
    struct work_settings work;
    bool book;
    int64_t runs;
    int64_t max_req;
    int reuse;           /* 0: yes, 1: no */
    const char *weather; /* as fixture/delay.h reads it */
    int64_t seed;
};

extern const struct option_table compare_option_table;

/* The weather of the book's example: 20 skewed delays whose sum is what its
   sequential script took, the longest what its concurrent ones took. */
#define COMPARE_BOOK_WEATHER "lognormal:.3:.65"
enum { COMPARE_BOOK_SEED = 2291, COMPARE_BOOK_RUNS = 3 };

/*
 * Check what the table cannot, and put in what --book means. 0; -EINVAL: a
 * usage error, in line->error.
 */
int compare_settings_check(struct compare_settings *settings,
                           struct command_line *line);
