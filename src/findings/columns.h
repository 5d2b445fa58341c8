#pragma once

#include <stddef.h>

#include "comparison/comparison.h"

/*
 * comparison_columns: what a table of cells has in its columns, the same for
 * every form that has tables.
 */

enum column_kind {
    COLUMN_TIME,    /* a double of microseconds */
    COLUMN_SIZE,    /* of bytes */
    COLUMN_NUMBER,  /* of anything */
    COLUMN_PERCENT, /* of a ratio */
    COLUMN_COUNT,   /* a size_t */
    COLUMN_RANGE,   /* of the observed times */
    COLUMN_RATIO    /* with its interval */
};

enum column_where {
    COLUMN_EVERYWHERE,
    COLUMN_PAGE,   /* where there is room for it */
    COLUMN_SUMMARY /* where there is not */
};

struct column {
    const char *title;
    enum column_kind kind;
    enum column_where where;
    bool of_ideal;     /* to be marked where that is estimated */
    size_t least_runs; /* with fewer, it says nothing */
    size_t position;   /* of the field in struct comparison_cell */
};

/* Ended by one without a title. */
extern const struct column columns_of_times[];
extern const struct column columns_of_costs[];
extern const struct column columns_of_requests[];

enum { COLUMN_TEXT_SIZE = 64 };

/* A field as text, plain ASCII; "": it is not known. */
void column_text(char text[COLUMN_TEXT_SIZE], const struct column *column,
                 const struct comparison *comparison,
                 const struct comparison_cell *cell);
