#include "command/serve_log.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <string.h>

#include "command/serve_options.h"
#include "config.h"
#include "fixture/json_text.h"
#include "text/escape.h"

const char *const serve_log_formats[] = {"book", "json", NULL};

/* "BR" for the image of a country; else the path. */
static void print_subject(FILE *out, const char *path)
{
    const char *name = strrchr(path, '/');
    const char *dot = name ? strrchr(name, '.') : NULL;

    if (name && dot == name + 3 && isalpha((unsigned char)name[1]) &&
        isalpha((unsigned char)name[2]))
        fprintf(out, "%c%c", toupper((unsigned char)name[1]),
                toupper((unsigned char)name[2]));
    else
        escape_print(out, path);
}

/* Two significant digits and at least one behind the point, as Python's
   format(delay, '0.2') has them below 10. */
static void print_delay(FILE *out, int64_t delay_us)
{
    char text[32];

    snprintf(text, sizeof(text), "%.2g", (double)delay_us / 1e6);
    if (delay_us >= 9950000)
        snprintf(text, sizeof(text), "%.0f", (double)delay_us / 1e6);
    fprintf(out, " delay: %s%ss\n", text, strchr(text, '.') ? "" : ".0");
}

/* "old.test *** TLS: the handshake failed (tls=expired)" */
static bool print_book_handshake(FILE *out, const struct fixture_event *e)
{
    escape_print(out, *e->name ? e->name : "(no name)");
    fprintf(out, " *** TLS: %s", e->ended);
    if (e->rule) {
        fputs(" (", out);
        escape_print(out, e->rule);
        fputc(')', out);
    }
    fputc('\n', out);
    return true;
}

static bool print_book(FILE *out, const struct fixture_event *e)
{
    if (e->kind == FIXTURE_HANDSHAKE)
        return print_book_handshake(out, e);
    if (e->kind == FIXTURE_ACCEPTED) {
        if (e->delay_us == 0)
            return false;
        print_subject(out, e->path);
        print_delay(out, e->delay_us);
        return true;
    }
    if (e->client_closed) {
        print_subject(out, e->path);
        fputs(" *** BrokenPipeError: client closed\n", out);
        return true;
    }
    if (e->delay_us > 0 && e->status == 200 && !e->fault)
        return false; /* its line was that of the delay */
    print_subject(out, e->path);
    if (e->status)
        fprintf(out, " %d", e->status);
    if (e->fault)
        fprintf(out, " %s", e->fault);
    fputc('\n', out);
    return true;
}

static json_t *text_json(const char *text)
{
    return text ? json_text(text, strlen(text)) : json_null();
}

static bool put_line(FILE *out, json_t *line)
{
    bool printed =
        line &&
        json_dumpf(line, out, JSON_COMPACT | JSON_REAL_PRECISION(9)) == 0;

    if (printed)
        fputc('\n', out);
    json_decref(line);
    return printed;
}

static bool print_json_handshake(FILE *out, const struct fixture_event *e)
{
    return put_line(
        out,
        json_pack("{s:f, s:s, s:I, s:s, s:o, s:i, s:s?, s:o, s:f, s:s}", "t",
                  e->t_s, "server", e->listener->name, "connection",
                  (json_int_t)e->connection, "protocol", e->protocol, "name",
                  text_json(*e->name ? e->name : NULL), "attempt", e->attempt,
                  "fault", e->fault, "rule", text_json(e->rule), "duration",
                  e->duration_s, "end", e->ended));
}

static bool print_json(FILE *out, const struct fixture_event *e)
{
    if (e->kind == FIXTURE_HANDSHAKE)
        return print_json_handshake(out, e);
    if (e->kind != FIXTURE_ANSWERED)
        return false;
    return put_line(
        out,
        json_pack("{s:f, s:s, s:I, s:s, s:o, s:o, s:o, s:o, s:o, s:i, s:f, "
                  "s:s?, s:o, s:i, s:I, s:f, s:b, s:s}",
                  "t", e->t_s, "server", e->listener->name, "connection",
                  (json_int_t)e->connection, "protocol", e->protocol, "method",
                  text_json(e->method), "path", text_json(e->path), "query",
                  text_json(e->query), "range",
                  text_json(*e->range ? e->range : NULL), "run",
                  text_json(e->run), "attempt", e->attempt, "delay",
                  (double)e->delay_us / 1e6, "fault", e->fault, "rule",
                  text_json(e->rule), "status", e->status, "bytes",
                  (json_int_t)e->bytes, "duration", e->duration_s,
                  "client_closed", e->client_closed, "end", e->ended));
}

static void add_rules(json_t *rules, const struct fault_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        json_array_append_new(rules, text_json(list->items[i]->rule));
}

static json_t *listener_json(const struct fixture_listener *listener)
{
    const struct weather *w = listener->weather;
    json_t *rules = json_array();
    char delay[80];
    char connect[80];

    add_rules(rules, &w->rules);
    add_rules(rules, &w->profile);
    delay_format(&w->delay, delay, sizeof(delay));
    delay_format(&w->connect, connect, sizeof(connect));
    return json_pack("{s:s, s:I, s:s, s:s, s:f, s:o}", "server", listener->name,
                     "seed", (json_int_t)w->seed, "delay", delay,
                     "connect_delay", connect, "error_rate", w->error_rate,
                     "rules", rules);
}

/* Call with errno as it was before or by the write that failed. */
static void note_error(struct serve_log *log)
{
    log->error = errno ? errno : EIO;
}

void serve_log_begin(struct serve_log *log, const struct serve_plan *plan)
{
    json_t *servers;

    if (log->format != SERVE_LOG_JSON)
        return;
    errno = 0;
    servers = json_array();
    for (size_t i = 0; i < plan->count; i++)
        json_array_append_new(servers, listener_json(&plan->listeners[i]));
    if (!put_line(log->out, json_pack("{s:s, s:o}", "flags", FLAGS_VERSION,
                                      "servers", servers)) ||
        fflush(log->out) != 0)
        note_error(log);
}

void serve_log_event(const struct fixture_event *event, void *log)
{
    struct serve_log *l = log;
    bool printed;

    if (l->error)
        return;
    errno = 0;
    printed = l->format == SERVE_LOG_BOOK ? print_book(l->out, event)
                                          : print_json(l->out, event);
    if (printed && (fflush(l->out) != 0 || ferror(l->out)))
        note_error(l);
}
