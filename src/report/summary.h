#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "country/selection.h"
#include "download/options.h"
#include "report/tally.h"

/*
 * summary: what is said before and after a run, in the form of the scripts of
 * Fluent Python; with a compat of 1e or 2e, in their very words.
 *
 * Write errors are left in the stream for its owner to find.
 */

struct summary_plan {
    const char *label; /* of the server; NULL: a URL was given */
    const char *base;  /* its URL or template */
    bool started;      /* the server is a child of this program */
    const struct selection *selection; /* may be empty */
    size_t url_count;                  /* URLs besides, */
    const char *const *lists;          /* and lists */
    size_t list_count;
    const char *strategy;
    unsigned max_req; /* requests that may be in flight, as clamped */
    const char *directory;
    enum compat compat;
};

/* The site, what is searched for, how many connections. */
void summary_begin(FILE *out, const struct summary_plan *plan);

/* The counts and the time, headed `interrupted` if a signal ended the run. */
void summary_end(FILE *out, const struct tally *tally, enum compat compat);
