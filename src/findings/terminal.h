#pragma once

#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include "comparison/comparison.h"

/*
 * comparison_page: what the parts of the report for a terminal share. For
 * comparison_text.c and comparison_tables.c alone.
 *
 * Nothing on the page is wider than its width: the names of the cells and the
 * bars share what the columns leave.
 */

enum { PAGE_WIDTH = 100, PAGE_LEAST = 60 };

struct page {
    FILE *out;
    const struct comparison *comparison;
    bool unicode, colour;
    size_t width;   /* PAGE_LEAST to PAGE_WIDTH */
    int name;       /* width of the first column of tables */
    int bar;        /* of the longest bar */
    size_t column;  /* of running text */
    bool cautioned; /* something is to be borne in mind, and was said */
    int error;
};

/* Not NAN. */
static inline bool page_knows(double value)
{
    return !isnan(value);
}

/* The tables: times with bars, spread, costs. Nothing but the first where no
   run counts. */
void page_print_tables(struct page *page);
