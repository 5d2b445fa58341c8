#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "comparison/comparison.h"

/*
 * scene: comparisons written as the rows of a table, and the sentences that are
 * to be said of them.
 */

/* A cell as a table has it; all its runs are alike but for their times. */
struct row {
    const char *strategy;
    unsigned max_req;
    bool reuse;
    size_t runs;
    int64_t median_ms; /* the times lie about it, 1 % apart; of more than 10
                          runs they are all alike */
    double ideal_ms;   /* 0: unknown */
    int64_t threads, rss_mib, cpu_ms, connections; /* 0: unknown */
    size_t invalid, errors, error_runs;
};

struct scene {
    struct row rows[8]; /* up to one without a strategy */
    struct comparison with;
    const char *sentences; /* each ends with a newline */
};

/* A measured value; of 0, which is unknown, -1. */
int64_t known(int64_t value, int64_t unit);

/* A cell with as many runs as the row says; comparison_close() frees them. */
struct comparison_cell cell_of(const struct row *row);

/* For comparison_conclude(): a sentence, and a newline, to a FILE. */
void note(void *arg, const char *sentence);

/* Just these sentences are said of the scene. */
void expect_scene(const struct scene *scene);
