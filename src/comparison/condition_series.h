#pragma once

#include <stddef.h>
#include <stdint.h>

#include "comparison/comparison.h"

/*
 * Private to condition_judge.c: values, and how often each of them is in the
 * sample that is drawn now. Several series of one cell share its draws, so that
 * a sample has whole runs in it: the time of a run together with its memory.
 *
 * Ownership: embedded by the caller, zeroed; close frees what they hold.
 */

struct draws {
    uint32_t *times; /* of each run; at first each is there once */
    size_t count;    /* 0: nobody asks for them */
    size_t *runs;    /* all of them, by their weathers, */
    size_t begin[WEATHERS_MOST + 1]; /* of which each begins there */
};

/* The weathers of a sample, drawn once for all cells: what they have in common
   they have in each sample. */
struct draws_weathers {
    size_t drawn[WEATHERS_MOST];
    size_t count; /* 1: there is but one, and nothing to draw */
};
void draws_weathers_again(struct draws_weathers *weathers, uint64_t *state);

/* Draw another sample: of as many runs, from each weather that is drawn as many
   as from the next, or one more. */
void draws_again(struct draws *draws, const struct draws_weathers *weathers,
                 uint64_t *state);
void draws_close(struct draws *draws);

struct series {
    double *sorted;
    size_t *which; /* whose draws each of them has */
    const struct draws *draws;
    int64_t *drawn; /* of series_relates(): the sample, in microseconds */
};

/*
 * A field of a cell's runs (of FIGURE_IDEAL: the ideal of the weather that each
 * met), in seconds, bytes, or plain. There is at least one.
 * The draws are made if there are none. -ENODATA: the field of some run is
 * unknown; -ENOMEM. The series is to be closed in any case.
 */
int series_of_runs(struct series *series, const struct comparison_cell *cell,
                   struct draws *draws, enum figure_id field);
void series_close(struct series *series);

/* Of the sample; as in comparison/statistics.h. */
double series_quantile(const struct series *series, double q);
double series_mean(const struct series *series);
double series_stddev(const struct series *series);

/* By which factor the times of a sample are those of another one, as
   ranks_factor() has it, of series that have been made ready for it. -ENOMEM:
   it is not. */
int series_relates(struct series *series);
double series_ratio(const struct series *over, const struct series *under);
