#pragma once

#include <stddef.h>
#include <stdint.h>

#include "comparison/statistics.h"

/*
 * ranks: how two samples are related by the order of their values alone, which
 * makes no assumption of how the values are distributed but that both are alike
 * up to a factor. Mann and Whitney, "On a Test of Whether one of Two Random
 * Variables is Stochastically Larger than the Other" (1947); Hodges and
 * Lehmann, "Estimates of Location Based on Rank Tests" (1963). Pure.
 */

/*
 * How U, the number of pairs (x of a, y of b) with x > y, is distributed where
 * a and b are drawn from the same. Exact below RANKS_EXACT values in either
 * sample, else by the normal distribution with a correction for continuity.
 *
 * Ownership: embedded by the caller; ranks_close() once after ranks_open().
 */
enum { RANKS_EXACT = 50 };

struct ranks {
    size_t a_count, b_count; /* at least 1 each */
    double *below;           /* P(U <= u), for u up to half of the pairs;
                                NULL: by the normal distribution */
};

/* -ENOMEM: there is nothing to close. */
int ranks_open(struct ranks *ranks, size_t a_count, size_t b_count);
void ranks_close(struct ranks *ranks);

/* P(U <= u); 1 where u is more than half of the pairs. */
double ranks_chance(const struct ranks *ranks, size_t u);

/* The greatest k with P(U < k) at most error / 2, at least 0: so many of the
   pairs are cut off at each end. With 0 no bounds can be so certain. */
size_t ranks_cut(const struct ranks *ranks, double error);

/* The least count of each of two equal samples for which ranks_cut() is not 0.
   `error` is above 0. */
size_t ranks_least(double error);

/*
 * The probability, at most 1, of samples that are at least as far apart as
 * these, if both are drawn from the same (two-sided). Both are sorted, of as
 * many values as `ranks` are of. It is at most `error` exactly if the interval
 * of ranks_ratio() at that error leaves 1 out.
 */
double ranks_alike(const struct ranks *ranks, const int64_t *a,
                   const int64_t *b);

/* The estimate of ranks_ratio() alone, of samples of any size. */
double ranks_factor(const int64_t *a, size_t a_count, const int64_t *b,
                    size_t b_count);

/*
 * By which factor `a` is greater than `b`: the median of the ratios of all
 * pairs (of an even number of them the geometric mean of the two in the middle,
 * so that the ratio of b to a is the reciprocal), with bounds between which the
 * true factor is but for a probability of `error`: the ratio number k from
 * below and from above, k by ranks_cut(). NAN where that is 0.
 *
 * Both are sorted, hold at least one value and none below 1. The time is
 * n log n; there is no limit to the number of values.
 */
void ranks_ratio(const struct ranks *ranks, struct interval *ratio,
                 const int64_t *a, const int64_t *b, double error);
