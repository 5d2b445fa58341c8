#pragma once

#include <stddef.h>

#include "comparison/comparison.h"
#include "text/quantity.h"

/*
 * table: the tables of cells and figures, as text, the same for every form that
 * has tables. Which figure is in which table, and under what title, stands in
 * comparison/figures.list.
 */

enum { TABLE_TEXT_SIZE = 64 };

/* Of the figures of `table`, the first from `from` on, counted as enum
   figure_id does; FIGURES: there is none. `detailed`: in a form that has room.
 */
size_t table_next(enum figure_table table, bool detailed, size_t from);

/* Its heading, "Times", and its name, "times". */
const char *table_heading(enum figure_table table);
const char *table_name(enum figure_table table);

/* How certain an interval is, "95 %": more where looks share the error. */
void table_level(char text[QUANTITY_SIZE], const struct comparison *comparison);

/* What stands over the column of a figure: "ratio (95 %)". */
void table_title(char text[TABLE_TEXT_SIZE],
                 const struct comparison *comparison, enum figure_id figure);

/* A figure of a cell as text, plain ASCII: "12.1 ms", "~34.1 %", "no difference
   detected"; "": it is not known. */
void table_text(char text[TABLE_TEXT_SIZE], const struct comparison *comparison,
                const struct comparison_cell *cell, enum figure_id figure);

/* A value in its unit: "52.3 ms", "-9.4 MiB", "34.1 %", "0.074". */
void table_value(char text[QUANTITY_SIZE], enum figure_unit unit, double value);

/* "passed"; "undecided, which passes (--undecided)". */
const char *table_verdict(const struct comparison *comparison,
                          const struct comparison_check *check);

/*
 * After how many runs there was a look at them, what was wanted, whether it
 * came about, and what the looks do to the intervals: in words, for a
 * comparison that was looked at. "after 5, 10 and 20 of at most 100 runs: each
 * ratio's interval is at most 5 % wide; ..."
 */
enum { TABLE_LOOKS_SIZE = 400 };
void table_looks(char text[TABLE_LOOKS_SIZE],
                 const struct comparison *comparison);

/*
 * What a check found, in words: the difference of its two sides with its
 * interval and unit, "-101 ms (-104 ms to -98.0 ms)", or why there is none.
 */
enum { TABLE_CHECK_SIZE = 160 };
void table_check(char text[TABLE_CHECK_SIZE],
                 const struct comparison_check *check);
