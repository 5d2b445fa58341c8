#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "download/events.h"
#include "report/progress.h"

/* What is shown of a URL's query: all but values that are named like secrets;
   nothing; all. */
enum lines_query { LINES_QUERY_NAMES, LINES_QUERY_HIDDEN, LINES_QUERY_WHOLE };

/*
 * lines: one line an item, as it becomes final: what went wrong and why, on
 * stderr, where the bar makes way for it; with -v also what became of it, on
 * stdout.
 *
 * A code that a wildcard stood for and that was not found is no failure, and
 * items that were cancelled are told by their number alone.
 */
struct lines {
    struct event_sink sink;
    FILE *out; /* the verbose lines; NULL: none */
    FILE *err; /* failures, unless `out` is the same and tells them already */
    enum compat compat;
    enum lines_query query;    /* of the URLs of failures */
    const char *strategy;      /* the scripts' words depend on it */
    struct progress *progress; /* NULL: there is no bar */
    /* Once, when `out` fails; errno says why. */
    void (*on_write_error)(void *arg);
    void *arg;
    bool broken;
};

/* Add the sink to the stream. The caller has filled in the other fields;
   what they point to is borrowed. */
void lines_init(struct lines *lines, struct events *events);
