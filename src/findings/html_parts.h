#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "comparison/comparison.h"

/*
 * html_parts: the sections of a comparison's page, private to it. Each writes
 * its heading and what stands below it; comparison_html() puts them in order.
 * -ENOMEM: the section is incomplete.
 */

/* The rules of the page's looks: what stands in <style>. */
void html_style(FILE *out);

/* A bar for each cell: its median, from the fastest to the slowest run, and
   the ideal. Nothing, if no run counts. */
void html_bars(FILE *out, const struct comparison *comparison);

/* The beginning of a cell's label, in the <text> that is open: its name. False:
   no run counts, which is said, and the <text> closed. */
bool html_cell_name(FILE *out, const struct comparison_cell *cell);

/* A dot for each run. Nothing, likewise. */
void html_runs(FILE *out, const struct comparison *comparison);

/* Who waited for what: a row for each item. Nothing, without a record. */
int html_waterfalls(FILE *out, const struct comparison *comparison);

/* The median over the requests in flight. Nothing, unless a strategy had
   several numbers of them. */
int html_sweep(FILE *out, const struct comparison *comparison);

/* What was found of --fail-if. Nothing, if it was not given. */
void html_checks(FILE *out, const struct comparison *comparison);

/* All the numbers. */
void html_tables(FILE *out, const struct comparison *comparison);
