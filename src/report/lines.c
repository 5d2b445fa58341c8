#include "report/lines.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "text/escape.h"
#include "text/url.h"

/* "HTTP 418 - I'm a Teapot", as the server calls it. */
static void print_http(FILE *out, const char *prefix, const struct reply *reply)
{
    fprintf(out, "%s %ld", prefix, reply->http_status);
    if (reply->reason[0]) {
        fputs(" - ", out);
        escape_print(out, reply->reason);
    }
}

static void print_cause(FILE *out, const struct reply *reply)
{
    escape_print(out, reply->text);
}

/* The first edition's. */
static void print_error_1e(FILE *out, const struct lines *lines,
                           const struct event *event)
{
    const struct reply *reply = &event->outcome->reply;
    bool threads = strcmp(lines->strategy, "sequential") != 0;

    fprintf(out, "*** Error for %s: ", event->item->subject);
    if (reply->cause == CAUSE_HTTP)
        print_http(out, threads ? "HTTP" : "HTTP error", reply);
    else if (reply->cause == CAUSE_CONNECT)
        fputs("Connection error", out);
    else
        print_cause(out, reply);
}

/* The second edition's: an exception that is no answer's is printed with its
   Python class. */
static void print_error_2e(FILE *out, const struct event *event)
{
    const struct reply *reply = &event->outcome->reply;

    fprintf(out, "%s error: ", event->item->subject);
    if (reply->cause == CAUSE_HTTP)
        print_http(out, "HTTP error", reply);
    else if (reply->cause == CAUSE_CONNECT && reply->os_error)
        fprintf(out, "[Errno %d] %s <class 'httpx.ConnectError'>",
                reply->os_error, strerror(reply->os_error));
    else if (reply->cause == CAUSE_TIMEOUT)
        fprintf(out, "<class 'httpx.%s'>",
                reply->times.connected_us ? "ReadTimeout" : "ConnectTimeout");
    else
        print_cause(out, reply);
}

static void print_error(FILE *out, const struct lines *lines,
                        const struct event *event)
{
    switch (lines->compat) {
    case COMPAT_1E:
        print_error_1e(out, lines, event);
        return;
    case COMPAT_2E:
        print_error_2e(out, event);
        return;
    case COMPAT_NONE:
        break;
    }
    escape_print(out, event->item->subject);
    fputs(" error: ", out);
    print_cause(out, &event->outcome->reply);
}

static void print_verbose(const struct lines *lines, const struct event *event)
{
    FILE *out = lines->out;

    switch (event->outcome->status) {
    case STATUS_OK:
        escape_print(out, event->item->subject);
        fputs(" OK", out);
        break;
    case STATUS_UNCHANGED:
    case STATUS_SKIPPED:
        escape_print(out, event->item->subject);
        fprintf(out, " %s", status_name(event->outcome->status));
        break;
    case STATUS_NOT_FOUND:
        escape_print(out, event->item->subject);
        fputs(" not found", out);
        if (lines->compat != COMPAT_1E) {
            fputs(": ", out);
            url_print(out, event->outcome->reply.url,
                      lines->compat != COMPAT_NONE);
        }
        break;
    case STATUS_ERROR:
        print_error(out, lines, event);
        break;
    default:
        escape_print(out, event->item->subject);
        fputs(" cancelled", out);
        break;
    }
    fputc('\n', out);
}

static void print_masked(FILE *out, char *masked)
{
    escape_print(out, masked ? masked : "...");
    free(masked);
}

static void print_url(FILE *out, const struct lines *lines, const char *url)
{
    if (lines->query == LINES_QUERY_NAMES)
        url_print(out, url, false);
    else
        print_masked(out, url_mask_one(url, lines->query == LINES_QUERY_WHOLE));
}

/* "flags: br: not found: http://..." */
static void print_failure(FILE *out, const struct lines *lines,
                          const struct event *event)
{
    const struct item *item = event->item;
    const struct outcome *outcome = event->outcome;

    fputs("flags: ", out);
    if (item->code[0])
        fprintf(out, "%c%c: ", tolower(item->code[0]), tolower(item->code[1]));
    if (outcome->status == STATUS_NOT_FOUND)
        fputs("not found", out);
    else if (lines->query == LINES_QUERY_HIDDEN) /* it may quote a URL, too */
        print_masked(out, url_mask_all(outcome->reply.text, false));
    else
        print_cause(out, &outcome->reply);
    fputs(": ", out);
    print_url(out, lines, outcome->reply.url);
    fputc('\n', out);
}

/* As one piece: `err` has no buffer, and another process's lines, or a server's
   log, must not come between the pieces. */
static void tell_failure(const struct lines *lines, const struct event *event)
{
    char *line = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&line, &size);

    if (lines->progress)
        progress_hide(lines->progress);
    print_failure(out ? out : lines->err, lines, event);
    if (out && fclose(out) == 0)
        fwrite(line, 1, size, lines->err);
    free(line);
}

static bool is_failure(const struct event *event)
{
    switch (event->outcome->status) {
    case STATUS_NOT_FOUND:
        return event->item->named;
    case STATUS_ERROR:
        return true;
    default:
        return false;
    }
}

static void on_event(void *arg, const struct event *event)
{
    struct lines *lines = arg;

    if (lines->out != lines->err && is_failure(event))
        tell_failure(lines, event);
    if (!lines->out || lines->broken)
        return;
    if (lines->progress)
        progress_hide(lines->progress);
    print_verbose(lines, event);
    if (ferror(lines->out)) {
        lines->broken = true;
        lines->on_write_error(lines->arg);
    }
}

void lines_init(struct lines *lines, struct events *events)
{
    lines->sink = (struct event_sink){
        .on_event = on_event, .arg = lines, .kinds = EVENT_BIT(EVENT_FINAL)};
    events_add(events, &lines->sink);
}
