#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * statistics: what a handful of times says. Pure.
 */

struct statistics {
    size_t count;
    double median, mean, min, max;
    double stddev; /* of the sample; 0 for fewer than two */
};

/* Of `count` values, which are sorted in place; at least one. */
struct statistics statistics_of(int64_t *values, size_t count);
