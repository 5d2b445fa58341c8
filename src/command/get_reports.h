#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>

#include "await/await.h"
#include "command/get_options.h"
#include "download/loops.h"
#include "download/run.h"
#include "report/event_lines.h"
#include "report/failed.h"
#include "report/feed.h"
#include "report/lines.h"
#include "report/progress.h"
#include "report/quarters.h"
#include "report/record.h"
#include "report/run_json.h"
#include "report/standing.h"
#include "report/tally.h"
#include "report/trace.h"

/*
 * get_reports: who listens to the events of a `flags get`, and what is said of
 * it before and after.
 *
 * What is for a person goes to stdout, or to stderr where stdout is a
 * file's. Trouble with the reports is told on stderr when it is found.
 *
 * Ownership: embedded by the caller, zeroed; get_reports_end() once. Main
 * thread.
 */
struct get_reports {
    const struct get_settings *settings;
    const struct get_plan *plan;
    struct run *run; /* NULL: there is none now */
    FILE *text;
    struct tally tally;
    struct standing standing;
    aw_loop *dumped[LOOPS_MOST]; /* whose tasks were told of */
    unsigned dumped_count;
    struct lines lines;
    struct progress progress;
    struct quarters quarters;
    struct feed feed;
    FILE *feed_out;
    struct record record; /* for the timeline; else empty */
    struct run_json json;
    struct event_lines event_lines;
    struct failed failures;
    FILE *json_out, *events_out, *failed_out; /* NULL: not wanted */
    struct trace trace;
    FILE *trace_out;  /* NULL: no trace is wanted */
    int trace_error;  /* an errno: the file is broken; 0: it is not */
    int output_error; /* likewise, of stdout */
    bool failed;      /* we did, or a report, as told on stderr */
};

/* Tell of a local failure, "cannot write to 'x': ..."; the run goes to its
   orderly end. */
void get_reports_fail(struct get_reports *reports, const char *what,
                      const char *which, int rc);

/* Open the files: before anybody is contacted. The settings and the plan are
   borrowed. A negative errno code: one cannot be written, as has been told. */
int get_reports_open(struct get_reports *reports,
                     const struct get_settings *settings,
                     const struct get_plan *plan);

/* What is said at first; `started`: the server, by us. -EPIPE: nobody reads. */
int get_reports_begin(struct get_reports *reports, bool started);

/* What counts the bytes that are received; NULL: nobody wants to know. */
atomic_llong *get_reports_received(struct get_reports *reports);

/* Add the sinks to the stream; `run` is stopped where nobody reads any more.
   A negative errno code: not all listen. */
int get_reports_listen(struct get_reports *reports, struct events *events,
                       struct run *run);

/* The run is over, and went well. A negative errno code: the feed's reader does
   not know all of it. */
int get_reports_ran(struct get_reports *reports);

/* There will be no more events, however it went: before the stream is closed.
 */
void get_reports_unlisten(struct get_reports *reports);

/* What is said at the end, if `told`, which takes get_reports_open(), and if it
   is wanted; the files are closed. */
void get_reports_end(struct get_reports *reports, bool told);
