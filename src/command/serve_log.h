#pragma once

#include <stdio.h>

#include "fixture/fixture.h"

/*
 * serve_log: what the server does, a line each: as the book's slow server
 * prints it, or as JSON.
 */

enum serve_log_format { SERVE_LOG_BOOK, SERVE_LOG_JSON };

/* Their names, ended by NULL. */
extern const char *const serve_log_formats[];

struct serve_log {
    FILE *out;
    enum serve_log_format format;
    int error; /* errno's, of a line that could not be written; none will be any
                  more */
};

struct serve_plan;

/* The first line: what it takes to meet the same again; of JSON only, for the
   book's server has none. */
void serve_log_begin(struct serve_log *log, const struct serve_plan *plan);

/* on_event of struct fixture_options; `log` is a struct serve_log. */
void serve_log_event(const struct fixture_event *event, void *log);
