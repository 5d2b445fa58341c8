#pragma once

#include <stdint.h>

#include "comparison/comparison.h"

/*
 * Private to comparison_conclude.c and what it is made of: who says which
 * sentences, and what all of them ask of a comparison. Cells are named by their
 * index.
 */

struct sentences {
    const struct comparison *comparison;
    void (*on_sentence)(void *arg, const char *sentence);
    void *arg;
    bool silent;                /* what is said is not passed on */
    int error;                  /* -ENOMEM: something could not be found out */
    struct sentences_row *rows; /* the pairs that may be spoken of, and how
                                   certain each has to be */
    size_t row_count;
};

/* No cell. */
#define SENTENCES_NONE SIZE_MAX

__attribute__((format(printf, 2, 3))) void sentences_say(
    const struct sentences *s, const char *format, ...);

const struct comparison_cell *sentences_cell(const struct sentences *s,
                                             size_t cell);

/* Whether a run of it counts, and what the runs say is known: it is not where
   comparison_derive() had no memory. */
bool sentences_counts(const struct sentences *s, size_t cell);

bool sentences_of(const struct sentences *s, size_t cell, const char *strategy);

/* Whether it is the first cell of its strategy: whoever visits these visits
   each strategy once. */
bool sentences_introduces(const struct sentences *s, size_t cell);

/* The cell with the least median, of a strategy or (NULL) of all;
   SENTENCES_NONE: no run counts. */
size_t sentences_fastest(const struct sentences *s, const char *strategy);

/* The cell like `cell` but for its strategy and reuse, which are these;
   SENTENCES_NONE: there is none that counts. */
size_t sentences_sibling(const struct sentences *s, size_t cell,
                         const char *strategy, bool reuse);

/* Find out which pairs there are, before any is related; -ENOMEM is kept. The
   close is to be called in any case. */
void sentences_rows_open(struct sentences *s);
void sentences_rows_close(struct sentences *s);

/* The share of one pair in the error that is allowed of all. */
double sentences_share(const struct sentences *s);

/* The fewest runs of each cell of which any difference can be told from
   chance, among so many pairs. */
size_t sentences_least_runs(const struct sentences *s);

/* How two cells are related, such that 1 is left out of any interval that holds
   it in no more than 5 % of comparisons; NAN, and the error is kept, for lack
   of memory. */
struct interval sentences_relate(struct sentences *s, size_t cell, size_t to);

/* The same with bounds that all hold at once (Bonferroni): for what is told
   of how great a difference is at most. */
struct interval sentences_relate_all(struct sentences *s, size_t cell,
                                     size_t to);

/* What is added to a difference of two cells that may be the machine's: where
   most runs of the slower one were disturbed, and it is no more than what these
   waited. Static; "": it is not so. */
const char *sentences_waits(const struct sentences *s, size_t cell, size_t to);

/* How a ratio that does not hold 1 is said: "is 12.1 times as fast as",
   "takes 1.30 times as long as". */
struct factor {
    char value[24];  /* "12.1" */
    char times[48];  /* "is 12.1 times as fast" */
    char bounds[48]; /* " (11.6 to 12.5)"; "" if they are the value */
};
struct factor sentences_factor(struct interval ratio);

/* What `cell` needs where `other` needs more or less; nothing if they are
   alike. */
void sentences_needs(const struct sentences *s, size_t cell, size_t other);

/* Of which cells a server that is not ours queues the requests: why they have
   neither overhead nor efficiency. */
void sentences_queues(const struct sentences *s);

/* Whose the overhead of a cell is: the machine's, the connections', its own. */
void sentences_overhead(const struct sentences *s, size_t cell);

/* What reusing connections gains, strategy by strategy. */
void sentences_reuse(struct sentences *s);

/* How the cells are related to an earlier comparison's, and how the first one
   to itself. */
void sentences_baseline(struct sentences *s);

/* What HTTP/2 gains, likewise. */
void sentences_http(struct sentences *s);

/* Up to which concurrency more of it gains something; where errors begin. */
void sentences_sweep(struct sentences *s);

/* That nothing is in place after any run. */
void sentences_nothing(const struct sentences *s);

/* What keeps the numbers from meaning what they seem to. */
void sentences_caution(const struct sentences *s);

/* Part of that, as far as the set-up tells it: cells that are the same work,
   CPU times of different things, one processor, one weather. */
void sentences_caution_setup(const struct sentences *s);
