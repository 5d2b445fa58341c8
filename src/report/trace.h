#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "report/record.h"

/*
 * trace: runs as a file in the Trace Event Format, which Perfetto
 * (ui.perfetto.dev) and chrome://tracing open.
 *
 * A run is a process; the threads or slots that waited are its threads; each
 * attempt is a slice of its thread, and the phases of its requests are slices
 * within that. Slices of a thread never overlap otherwise. A counter follows
 * the downloads in flight, and a mark tells of a stop. Times are microseconds
 * since the first item of the run was scheduled, so that the runs in a file
 * begin together.
 *
 *   trace_begin();
 *   for each run: trace_process(), then trace_listen() or trace_record();
 *   trace_end();
 *
 * A run that is listened to is written as it goes: memory follows the number of
 * its workers, not of its items.
 *
 * Ownership: embedded by the caller, zeroed; trace_end() releases what it
 * holds. `out` is borrowed; write errors are left in it. Threads: the sink is
 * called under the stream's lock; everything else before and after the run.
 */

/* What a worker has in hand: the trace's own. */
struct trace_worker {
    bool named;    /* the file has its thread's name */
    bool busy;     /* an attempt has begun */
    char *subject; /* of its item */
    uint64_t index;
    unsigned attempt;
    int64_t from_us;
    struct record_request *requests; /* that have ended */
    size_t request_count, request_room;
};

struct trace {
    struct event_sink sink;
    FILE *out;
    /* Once, when `out` fails; errno says why. NULL: nobody is to be told. */
    void (*on_write_error)(void *arg);
    void *arg;

    /* The trace's own. */
    bool broken;   /* nothing more is written */
    bool begun;    /* there is an event in the file */
    int error;     /* -ENOMEM: some are missing */
    unsigned pid;  /* of the process, from 1; 0: none yet */
    char word[16]; /* what its workers are called */
    int64_t base_us;
    unsigned in_flight;
    struct trace_worker *workers; /* by their number */
    size_t worker_count;
};

/* Begin the file. `out` and on_write_error have been filled in. */
void trace_begin(struct trace *trace);

/* The next run: "async -m 20", whose workers are "slot"s or "worker"s. */
void trace_process(struct trace *trace, const char *name, const char *worker);

/* Write the run of the stream as it goes: add the sink to it. One run in a
   file. */
void trace_listen(struct trace *trace, struct events *events);

/* Write a run that is over. */
void trace_record(struct trace *trace, const struct record *record);

/* End the file, which is whole only now. 0; -ENOMEM: slices are missing. */
int trace_end(struct trace *trace);
