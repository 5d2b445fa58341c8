#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "comparison/comparison.h"

/*
 * html_curves: the cells of a comparison as curves over the requests in
 * flight, and where they lie in a figure.
 *
 * Ownership: embedded by the caller; curves_close() once after curves_init()
 * gave 0. The comparison is borrowed.
 */

enum { CURVES_HEIGHT = 340 }; /* of the figure without its axis, in pixels */

/* A strategy with or without reuse: its cells by their requests in flight. */
struct curve {
    const struct comparison_cell **cells; /* borrowed; the array is ours */
    size_t count;                         /* at least 1 */
    double label_y; /* of the middle of its label, once that is placed */
};

/* Both axes are logarithmic: what is halved when the requests in flight are
   doubled is a straight line. */
struct curves {
    struct curve *rows; /* in the order of the cells, until labels are placed */
    size_t count;
    bool versions; /* of HTTP differ */
    bool reuses;   /* there are cells with reuse, and cells without */
    double least_req, most_req;
    double least_us, most_us;
    const struct comparison *comparison; /* borrowed */
    int64_t *room; /* for the times of the runs of any cell */
};

/* Whether some strategy had several numbers of requests in flight. */
bool curves_exist(const struct comparison *comparison);

/* Of the cells with runs that count. -ENOMEM: nothing to close. */
int curves_init(struct curves *curves, const struct comparison *comparison);
void curves_close(struct curves *curves);

/* The median time of a cell under a weather, in microseconds; NAN: none of its
   runs met that. */
double curves_median(const struct curves *curves,
                     const struct comparison_cell *cell, size_t weather);

/* In percent from the left, and in pixels from the top. */
double curves_x(const struct curves *curves, double req);
double curves_y(const struct curves *curves, double us);

/*
 * Sort the curves by their ends, from above, and give each a label_y: at its
 * end, unless another label is there: then below it, or above it where the
 * figure ends. A single point is labelled where the curves begin: above them.
 */
void curves_place_labels(struct curves *curves);
