#include "report/trace_slices.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "text/escape.h"

/* The part that all events begin with: a line of its own for each. */
static void begin_event(struct trace *trace, const char *name, const char *kind,
                        unsigned tid)
{
    fputs(trace->begun ? ",\n" : "\n", trace->out);
    trace->begun = true;
    fputs("{\"name\":", trace->out);
    escape_json(trace->out, name);
    fprintf(trace->out, ",\"ph\":\"%s\",\"pid\":%u,\"tid\":%u", kind,
            trace->pid, tid);
}

static void add_text(FILE *out, const char *key, const char *text)
{
    fprintf(out, "\"%s\":", key);
    escape_json(out, text);
}

static void begin_slice(struct trace *trace, const char *name, unsigned tid,
                        const char *category, int64_t from_us, int64_t to_us)
{
    begin_event(trace, name, "X", tid);
    fprintf(trace->out,
            ",\"cat\":\"%s\",\"ts\":%" PRId64 ",\"dur\":%" PRId64 ",\"args\":{",
            category, from_us - trace->base_us, to_us - from_us);
}

static void end_event(struct trace *trace)
{
    fputs("}}", trace->out);
}

/* What a viewer shows: the name of a process or thread, and its place among
   the others. */
static void write_name(struct trace *trace, const char *what, unsigned tid,
                       const char *name, unsigned place)
{
    char kind[32];

    snprintf(kind, sizeof(kind), "%s_name", what);
    begin_event(trace, kind, "M", tid);
    fputs(",\"args\":{", trace->out);
    add_text(trace->out, "name", name);
    end_event(trace);
    snprintf(kind, sizeof(kind), "%s_sort_index", what);
    begin_event(trace, kind, "M", tid);
    fprintf(trace->out, ",\"args\":{\"sort_index\":%u", place);
    end_event(trace);
}

void trace_name_process(struct trace *trace, const char *name)
{
    write_name(trace, "process", 0, name, trace->pid);
}

static void name_thread(struct trace *trace, unsigned number)
{
    char name[sizeof(trace->word) + 16];

    snprintf(name, sizeof(name), "%s %u", trace->word, number);
    write_name(trace, "thread", number, name, number);
}

struct trace_worker *trace_worker(struct trace *trace, unsigned number)
{
    struct trace_worker *workers;

    if (number >= trace->worker_count) {
        size_t count = (size_t)number + 1 > trace->worker_count * 2
                           ? (size_t)number + 1
                           : trace->worker_count * 2;

        workers = reallocarray(trace->workers, count, sizeof(*workers));
        if (!workers) {
            trace->error = -ENOMEM;
            return NULL;
        }
        memset(workers + trace->worker_count, 0,
               (count - trace->worker_count) * sizeof(*workers));
        trace->workers = workers;
        trace->worker_count = count;
    }
    if (!trace->workers[number].named)
        name_thread(trace, number);
    trace->workers[number].named = true;
    return &trace->workers[number];
}

bool trace_open_attempt(struct trace *trace, struct trace_worker *worker,
                        const char *subject, unsigned attempt, int64_t from_us)
{
    char *copy = strdup(subject);

    if (!copy) {
        trace->error = -ENOMEM;
        return false;
    }
    free(worker->subject);
    worker->subject = copy;
    worker->busy = true;
    worker->attempt = attempt;
    worker->from_us = from_us;
    worker->request_count = 0;
    return true;
}

void trace_add_request(struct trace *trace, struct trace_worker *worker,
                       const struct record_request *request)
{
    if (!worker->busy)
        return;
    if (worker->request_count == worker->request_room) {
        size_t room = worker->request_room ? worker->request_room * 2 : 2;
        struct record_request *requests =
            reallocarray(worker->requests, room, sizeof(*requests));

        if (!requests) {
            trace->error = -ENOMEM;
            return;
        }
        worker->requests = requests;
        worker->request_room = room;
    }
    worker->requests[worker->request_count++] = *request;
}

/* Whose slices are written, for a callback. */
struct phases {
    struct trace *trace;
    const struct record_request *request;
    unsigned tid;
};

static void write_phase(void *arg, const struct record_span *span)
{
    const struct phases *phases = arg;
    const struct record_request *request = phases->request;
    FILE *out = phases->trace->out;

    begin_slice(phases->trace, record_phase_name(span->phase), phases->tid,
                "phase", span->from_us, span->to_us);
    fprintf(out, "\"request\":%u", request->number);
    if (request->http_status > 0)
        fprintf(out, ",\"http_status\":%ld", request->http_status);
    fprintf(out, ",\"bytes\":%" PRId64, request->bytes);
    if (request->local_port > 0)
        fprintf(out, ",\"local_port\":%ld,\"connection\":\"%s\"",
                request->local_port, request->new_connection ? "new" : "kept");
    end_event(phases->trace);
}

static void write_saving(struct trace *trace, unsigned tid, int64_t from_us,
                         int64_t to_us)
{
    if (to_us <= from_us)
        return;
    begin_slice(trace, record_phase_name(PHASE_SAVING), tid, "phase", from_us,
                to_us);
    end_event(trace);
}

static void write_requests(struct trace *trace,
                           const struct trace_worker *worker, unsigned tid,
                           int64_t end_us)
{
    const struct record_request *before = NULL;

    for (size_t i = 0; i < worker->request_count; i++) {
        const struct record_request *request = &worker->requests[i];
        struct phases phases = {.trace = trace, .request = request, .tid = tid};

        if (before)
            write_saving(trace, tid, before->end_us, request->start_us);
        record_request_spans(request, write_phase, &phases);
        before = request;
    }
    if (before && before->cause == CAUSE_NONE)
        write_saving(trace, tid, before->end_us, end_us);
}

void trace_close_attempt(struct trace *trace, struct trace_worker *worker,
                         const struct trace_end_of *end)
{
    unsigned tid = (unsigned)(worker - trace->workers);

    /* Viewers nest slices of the same start in the order of the file, so the
       attempt comes before its phases. */
    begin_slice(trace, worker->subject, tid, "attempt", worker->from_us,
                end->at_us);
    fprintf(trace->out, "\"attempt\":%u,", worker->attempt);
    add_text(trace->out, "status", end->status ? end->status : "retried");
    if (end->why && *end->why) {
        putc(',', trace->out);
        add_text(trace->out, "why", end->why);
    }
    end_event(trace);
    write_requests(trace, worker, tid, end->at_us);
    worker->busy = false;
}

void trace_in_flight(struct trace *trace, int64_t at_us, unsigned count)
{
    begin_event(trace, "in flight", "C", 0);
    fprintf(trace->out, ",\"ts\":%" PRId64 ",\"args\":{\"downloads\":%u",
            at_us - trace->base_us, count);
    end_event(trace);
}

void trace_mark(struct trace *trace, int64_t at_us, const char *name)
{
    begin_event(trace, name, "i", 0);
    fprintf(trace->out, ",\"ts\":%" PRId64 ",\"s\":\"p\",\"args\":{",
            at_us - trace->base_us);
    end_event(trace);
}

void trace_drop_workers(struct trace *trace)
{
    for (size_t i = 0; i < trace->worker_count; i++) {
        free(trace->workers[i].subject);
        free(trace->workers[i].requests);
    }
    free(trace->workers);
    trace->workers = NULL;
    trace->worker_count = 0;
}
