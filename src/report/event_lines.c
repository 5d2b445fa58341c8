#include "report/event_lines.h"

#include <inttypes.h>

#include "report/json_text.h"
#include "text/escape.h"

static void print_outcome(FILE *out, const struct outcome *outcome)
{
    fprintf(out, ",\"status\":\"%s\",\"http\":%ld,\"bytes\":%" PRId64,
            status_name(outcome->status), outcome->reply.http_status,
            outcome->bytes);
    if (outcome->reply.text[0]) {
        fputs(",\"error\":", out);
        escape_json(out, outcome->reply.text);
    }
}

static void on_event(void *arg, const struct event *event)
{
    FILE *out = ((const struct event_lines *)arg)->out;

    fprintf(out, "{\"t\":%.6f,\"ev\":\"%s\"", (double)event->at_us / 1e6,
            event_kind_name(event->kind));
    if (event->item) {
        fputs(",\"item\":", out);
        json_text_url(out, event->item->subject);
    }
    if (event->attempt > 0)
        fprintf(out, ",\"attempt\":%u", event->attempt);
    if (event->worker > 0)
        fprintf(out, ",\"worker\":%u", event->worker);
    if (event->reply)
        fprintf(out, ",\"http\":%ld,\"curl\":%d,\"bytes\":%" PRId64,
                event->reply->http_status, (int)event->reply->curl,
                event->reply->bytes);
    if (event->reply && event->reply->from > 0)
        fprintf(out, ",\"from\":%" PRId64, event->reply->from);
    if (event->name) {
        fputs(",\"file\":", out);
        escape_json(out, event->name);
    }
    if (event->outcome)
        print_outcome(out, event->outcome);
    if (event->kind == EVENT_RETRY)
        fprintf(out, ",\"due\":%.6f", (double)event->due_us / 1e6);
    if (event->kind == EVENT_STOPPED)
        fprintf(out, ",\"why\":\"%s\"", stop_name(event->stop));
    fputs("}\n", out);
}

void event_lines_init(struct event_lines *lines, FILE *out,
                      struct events *events)
{
    *lines = (struct event_lines){
        .sink = {.on_event = on_event, .arg = lines, .kinds = EVENT_ALL},
        .out = out,
    };
    events_add(events, &lines->sink);
}
