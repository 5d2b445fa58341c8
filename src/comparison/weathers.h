#pragma once

#include <stddef.h>
#include <stdint.h>

#include "comparison/statistics.h"

/*
 * weathers: how the times of two cells are related where their runs are spread
 * over several weathers, told of any weather of that kind, and not of those
 * alone that were met.
 *
 * Both have runs under the same weathers. Of each weather it is known how the
 * runs are related (ranks_factor()); the ratio is the geometric mean of these,
 * so that each weather weighs the same. Its standard error is that of 2000
 * samples: of the weathers with replacement, and of each that is drawn the runs
 * of both cells with replacement (Davison and Hinkley, "Bootstrap Methods and
 * their Application", 1997, 3.8). As a sample of few varies too little by
 * sqrt((n - 1) / n), it is widened by that (Hesterberg, "What Teachers Should
 * Know About the Bootstrap", 2015), and the bounds are those of Student's t
 * with n - 1 degrees of freedom, of the logarithms. The same runs give the same
 * bounds. Pure.
 */

/* With fewer weathers nothing is told of others. */
enum { WEATHERS_LEAST = 5, WEATHERS_MOST = 64 };

/* The runs of a cell. */
struct weathers_runs {
    const int64_t *times;  /* none below 1 */
    const size_t *weather; /* of each of them, below WEATHERS_MOST */
    size_t count;
};

/* What is known of the two. */
struct weathers {
    size_t count;   /* of weathers under which both have runs */
    double log;     /* of the ratio; NAN: there are none */
    double log_err; /* its standard error */
};

/* -ENOMEM: *weathers is untouched. */
int weathers_relate(struct weathers *weathers, const struct weathers_runs *over,
                    const struct weathers_runs *under);

/* The ratio, with bounds between which it is but for a probability of `error`;
   NAN with fewer weathers than WEATHERS_LEAST. */
struct interval weathers_interval(const struct weathers *weathers,
                                  double error);

/*
 * The bounds of what was worked out from samples of so many weathers, as
 * statistics_bounds() has them, but farther out by what samples of few vary too
 * little (Hesterberg: the expanded percentile interval). Of a single weather
 * they are those; NAN with fewer than WEATHERS_LEAST, or where the samples are
 * too few to reach so far out.
 */
void weathers_bounds(struct interval *interval, double *estimates, size_t count,
                     size_t weathers, double error);

/* The fewest weathers of which that many samples have bounds; above
   WEATHERS_MOST: none do. */
size_t weathers_least(size_t count, double error);

/* The probability of a ratio as far from 1, if it is 1; it is at most `error`
   exactly if that interval leaves 1 out. 1 where there are no bounds. */
double weathers_alike(const struct weathers *weathers);
