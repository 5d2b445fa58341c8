#pragma once

#include "report/trace.h"

/*
 * trace_slices: the events of the file, for the two ways to write one: trace.c
 * as the run goes, trace_record.c from its record. Times are those of the run;
 * the trace's base is taken off here.
 */

/* How an attempt ended. */
struct trace_end_of {
    int64_t at_us;
    const char *status; /* "ok"; NULL: there was another attempt */
    const char *why;    /* in words, of a failure; NULL: see the requests */
};

/* The worker of that number, its thread named in the file. NULL: no memory,
   which trace->error says. */
struct trace_worker *trace_worker(struct trace *trace, unsigned number);

/* An attempt begins; `subject` is copied. False: no memory, as above. */
bool trace_open_attempt(struct trace *trace, struct trace_worker *worker,
                        const char *subject, unsigned attempt, int64_t from_us);

/* One of its requests has ended. */
void trace_add_request(struct trace *trace, struct trace_worker *worker,
                       const struct record_request *request);

/* Write the attempt with what is in it. */
void trace_close_attempt(struct trace *trace, struct trace_worker *worker,
                         const struct trace_end_of *end);

/* So many downloads are in flight from now on. */
void trace_in_flight(struct trace *trace, int64_t at_us, unsigned count);

/* Something happened to the whole run. */
void trace_mark(struct trace *trace, int64_t at_us, const char *name);

/* Name the trace's process. */
void trace_name_process(struct trace *trace, const char *name);

/* Free the workers: those of the next process are others. */
void trace_drop_workers(struct trace *trace);
