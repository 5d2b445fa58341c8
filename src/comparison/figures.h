#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * figures: the one table of what a comparison has figures of. A figure has one
 * name, as --fail-if and the JSON have it, one title, and one way to be found;
 * the terminal, the page, Markdown, the JSON, its schema, the conditions and
 * the sentences about resources are all made from figures.list.
 *
 * Pure: any thread.
 */

enum figure_unit {
    UNIT_NONE,  /* a plain number */
    UNIT_TIME,  /* microseconds here, seconds outside */
    UNIT_SIZE,  /* bytes */
    UNIT_SHARE, /* a plain number, which people read as a percentage */
    UNIT_OTHER  /* of an expression: seconds and bytes, multiplied */
};

/* How the figure of a cell is found from its runs that count. */
enum figure_how {
    HOW_MEASURED, /* the median of what each run measured */
    HOW_SUMMED,   /* the median of the sums of two measured figures: not the
                     sum of their medians */
    HOW_MEDIAN,   /* of the observed times, and so on */
    HOW_MEAN,
    HOW_STDDEV,
    HOW_MIN,
    HOW_MAX,
    HOW_RATIO,      /* of the times to those of the first cell */
    HOW_IDEAL,      /* the same in each sample */
    HOW_OVERHEAD,   /* the median less the ideal */
    HOW_EFFICIENCY, /* the ideal over the median */
    HOW_COUNTED     /* likewise the same in each sample: a size_t of the cell */
};

/* The table in which it is a column. */
enum figure_table {
    TABLE_TIMES,
    TABLE_SPREAD,
    TABLE_OVERHEAD,
    TABLE_COSTS,
    TABLE_REQUESTS,
    TABLES
};

enum figure_id {
#define FIGURE(id, ...) FIGURE_##id,
#include "comparison/figures.list"
#undef FIGURE
    FIGURES
};

struct figure {
    const char *name;  /* as typed, and as a key: "peak_rss" */
    const char *title; /* of its column: "peak memory" */
    const char *means; /* a sentence or two */
    enum figure_unit unit;
    enum figure_how how;
    enum figure_id parts[2]; /* of HOW_SUMMED */
    size_t where;            /* of HOW_COUNTED: in struct comparison_cell */
    size_t least_runs;       /* with fewer, it says nothing */
    bool of_ideal;           /* to be marked where that is estimated */
    enum figure_table table;
    bool detail; /* has a column only where there is room */
    /* Of a resource that sentences speak of: what follows its number, as in
       "20 threads", "9.4 MiB of memory"; NULL: they do not. */
    const char *noun, *noun_one;
};

extern const struct figure figures[FIGURES];

struct comparison;
struct comparison_cell;
struct comparison_run;

/* The figure of a cell; times are microseconds. NAN: it is not known. After
   comparison_derive(). */
double figure_of(const struct comparison_cell *cell, enum figure_id figure);

/* Whether each run has it: it was measured, or is summed. */
bool figure_is_of_runs(enum figure_id figure);

/* Of such a figure, that of a run; -1: it is not known. */
int64_t figure_of_run(const struct comparison_run *run, enum figure_id figure);

/* Make all that a run measures unknown. */
void figures_forget(int64_t measured[FIGURES]);
