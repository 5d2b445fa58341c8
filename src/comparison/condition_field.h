#pragma once

#include <stddef.h>

#include "comparison/comparison.h"

/*
 * Private to condition.c and condition_judge.c: the fields that a condition may
 * name.
 */

enum condition_how {
    HOW_MEDIAN, /* of the runs' values */
    HOW_MEAN,
    HOW_STDDEV,
    HOW_MIN,
    HOW_MAX,
    HOW_RATIO,      /* of the median to that of the first cell */
    HOW_OVERHEAD,   /* the median less the ideal */
    HOW_EFFICIENCY, /* the ideal over the median */
    HOW_QUANTILE,   /* of the requests */
    HOW_IDEAL,      /* the same in each sample */
    HOW_COUNT       /* likewise: the size_t at `value` in the cell */
};

struct condition_field {
    const char *name;
    enum comparison_unit unit;
    enum condition_how how;
    size_t value; /* where it is in a run; of HOW_COUNT, in the cell */
    size_t plus;  /* where in a run what is added to it is; 0: nothing */
    double quantile;
};

extern const struct condition_field condition_fields[];
extern const size_t condition_field_count;
