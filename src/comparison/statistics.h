#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * statistics: what a handful of times says. Pure: the same values and the same
 * seed give the same answer.
 */

struct statistics {
    size_t count;
    double median, mean, min, max;
    double stddev; /* of the sample; 0 for fewer than two */
};

/* Ascending, in place. */
void statistics_sort(int64_t *values, size_t count);

/* Of `count` values, which are sorted in place; at least one. */
struct statistics statistics_of(int64_t *values, size_t count);

/*
 * The quantile `q` (0 to 1) of `count` sorted values, at least one, linear
 * between neighbours: definition 7 of Hyndman and Fan, "Sample Quantiles in
 * Statistical Packages" (1996).
 */
double statistics_quantile(const int64_t *sorted, size_t count, double q);

/*
 * How many of the values are outliers, and which: outlier[i] tells of
 * values[i], in whatever order they are; NULL: nobody asks. By the modified
 * z-score, 0.6745 (x - median) / MAD, beyond 3.5: Iglewicz and Hoaglin, "How to
 * Detect and Handle Outliers" (1993). Where more than half of the values are
 * the same, MAD is 0 and the mean deviation from the median takes its place
 * (1.253314 of it), as they propose. None of fewer than
 * STATISTICS_OUTLIERS_LEAST values is, nor one within 5 % of the median. Of ten
 * values that are normally distributed 1.6 % are outliers by chance, of twenty
 * 0.6 %. -ENOMEM.
 */
enum { STATISTICS_OUTLIERS_LEAST = 10 };

int statistics_outliers(const int64_t *values, size_t count, bool *outlier,
                        size_t *outliers);

/* An estimate with the bounds of its 95 % interval. */
struct interval {
    double value, low, high;
};

/* Bounds included; false if they are not known. */
bool interval_holds(const struct interval *interval, double value);

/* Set the bounds to those quantiles of `count` estimates, at least one, all
   finite, which are sorted in place, beyond which there is `error` of them,
   half at each end (the percentile bootstrap: Efron, "Bootstrap Methods:
   Another Look at the Jackknife", 1979). */
void statistics_bounds(struct interval *interval, double *estimates,
                       size_t count, double error);

/* The probability that Student's t, with so many degrees of freedom, is as far
   from 0 as `t` is, on either side; and the t, at least 0, of which that is
   `chance`, above 0. */
double statistics_t_chance(double t, size_t degrees);
double statistics_t_bound(double chance, size_t degrees);

enum { STATISTICS_RESAMPLES = 10000 };

/*
 * A stream of random numbers for resampling: SplitMix64 (Steele, Lea and Flood,
 * "Fast Splittable Pseudorandom Number Generators", 2014). The seed is the
 * state.
 */
uint64_t statistics_random(uint64_t *state);

/* From 0 to below `count`, without bias that could matter: count < 2^32. */
size_t statistics_index(uint64_t *state, size_t count);
