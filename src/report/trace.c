#include "report/trace.h"

#include <errno.h>
#include <string.h>

#include "report/trace_slices.h"

static void on_started(struct trace *trace, const struct event *event)
{
    struct trace_worker *worker = trace_worker(trace, event->worker);

    if (!worker)
        return;
    if (!trace_open_attempt(trace, worker, event->item->subject, event->attempt,
                            event->at_us))
        return;
    worker->index = event->item->index;
    trace_in_flight(trace, event->at_us, ++trace->in_flight);
}

/* The worker that has the event's attempt in hand; NULL: none has. */
static struct trace_worker *worker_of(struct trace *trace,
                                      const struct event *event)
{
    struct trace_worker *worker;

    if (event->worker >= trace->worker_count)
        return NULL;
    worker = &trace->workers[event->worker];
    return worker->busy && worker->index == event->item->index &&
                   worker->attempt == event->attempt
               ? worker
               : NULL;
}

static void on_transferred(struct trace *trace, const struct event *event)
{
    struct trace_worker *worker = worker_of(trace, event);
    struct record_request request;

    if (!worker)
        return;
    request = record_request_of(
        event, worker->request_count > 0
                   ? worker->requests[worker->request_count - 1].end_us
                   : worker->from_us);
    request.number = (unsigned)worker->request_count + 1;
    trace_add_request(trace, worker, &request);
}

/* An attempt has ended; what was never started has no slice, and what is
   cancelled before another attempt none but those it had. */
static void on_ended(struct trace *trace, const struct event *event)
{
    struct trace_worker *worker = worker_of(trace, event);
    struct trace_end_of end = {.at_us = event->at_us};

    if (event->kind == EVENT_FINAL) {
        end.status = status_name(event->outcome->status);
        end.why = event->outcome->reply.text;
    }
    if (!worker)
        return;
    trace_close_attempt(trace, worker, &end);
    trace_in_flight(trace, event->at_us, --trace->in_flight);
}

static void on_stopped(struct trace *trace, const struct event *event)
{
    trace_mark(trace, event->at_us,
               event->stop == STOP_INTERRUPTED ? "interrupted" : "stopped");
}

/* Stop writing where nothing is taken any more, and say so once. */
static void check_output(struct trace *trace)
{
    if (trace->broken || !ferror(trace->out))
        return;
    trace->broken = true;
    if (trace->on_write_error)
        trace->on_write_error(trace->arg);
}

static void on_event(void *arg, const struct event *event)
{
    struct trace *trace = arg;

    if (trace->broken)
        return;
    if (trace->base_us < 0)
        trace->base_us = event->at_us;
    switch (event->kind) {
    case EVENT_STARTED:
        on_started(trace, event);
        break;
    case EVENT_TRANSFERRED:
        on_transferred(trace, event);
        break;
    case EVENT_RETRY:
    case EVENT_FINAL:
        on_ended(trace, event);
        break;
    case EVENT_STOPPED:
        on_stopped(trace, event);
        break;
    default:
        break;
    }
    check_output(trace);
}

void trace_begin(struct trace *trace)
{
    fputs("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[", trace->out);
    check_output(trace);
}

void trace_process(struct trace *trace, const char *name, const char *worker)
{
    trace_drop_workers(trace);
    trace->pid++;
    trace->base_us = -1;
    trace->in_flight = 0;
    snprintf(trace->word, sizeof(trace->word), "%s", worker);
    trace_name_process(trace, name);
}

void trace_listen(struct trace *trace, struct events *events)
{
    trace->sink = (struct event_sink){
        .on_event = on_event,
        .arg = trace,
        .kinds = EVENT_BIT(EVENT_SCHEDULED) | EVENT_BIT(EVENT_STARTED) |
                 EVENT_BIT(EVENT_TRANSFERRED) | EVENT_BIT(EVENT_RETRY) |
                 EVENT_BIT(EVENT_FINAL) | EVENT_BIT(EVENT_STOPPED),
    };
    events_add(events, &trace->sink);
}

int trace_end(struct trace *trace)
{
    trace_drop_workers(trace);
    if (!trace->broken)
        fputs("\n]}\n", trace->out);
    return trace->error;
}
