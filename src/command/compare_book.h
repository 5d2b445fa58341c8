#pragma once

#include <stdio.h>

#include "report/feed.h"

/*
 * compare_book: the runs of `flags compare --book` in the texts of Fluent
 * Python: the codes in the order of their arrival, then the summary line.
 */

struct book {
    FILE *out;
    size_t printed; /* codes on this line */
};

/* Before a run, as each of its items becomes final (arg is the book), and
   after it. */
void book_begin(struct book *book, const char *strategy, int64_t number,
                int64_t runs);
void book_final(void *arg, const struct feed_line *line);
void book_end(struct book *book, int64_t observed_us);

/* Instead of book_end(), where a run was cut short. */
void book_break(struct book *book);
