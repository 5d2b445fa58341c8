#include "command/serve_log.h"

#include <ctype.h>
#include <jansson.h>
#include <stdbool.h>
#include <string.h>

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

static bool print_book(FILE *out, const struct fixture_event *e)
{
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

/* Bytes of the network as JSON's UTF-8: what is not becomes question marks. */
static json_t *text_json(const char *text)
{
    json_t *value = json_string(text);
    char copy[256];
    size_t n = 0;

    if (value)
        return value;
    for (; text[n] && n < sizeof(copy) - 1; n++)
        copy[n] = (unsigned char)text[n] < 0x80 ? text[n] : '?';
    copy[n] = '\0';
    return json_string(copy);
}

static bool print_json(FILE *out, const struct fixture_event *e)
{
    json_t *line;

    if (e->kind != FIXTURE_ANSWERED)
        return false;
    line = json_pack(
        "{s:f, s:s, s:s, s:o, s:o, s:i, s:f, s:s?, s:i, s:I, s:f, s:b}", "t",
        e->t_s, "server", e->listener->name, "method", e->method, "path",
        text_json(e->path), "run", text_json(e->run), "attempt", e->attempt,
        "delay", (double)e->delay_us / 1e6, "fault", e->fault, "status",
        e->status, "bytes", (json_int_t)e->bytes, "duration", e->duration_s,
        "client_closed", e->client_closed);
    if (!line)
        return false;
    json_dumpf(line, out, JSON_COMPACT | JSON_REAL_PRECISION(9));
    fputc('\n', out);
    json_decref(line);
    return true;
}

void serve_log_event(const struct fixture_event *event, void *log)
{
    struct serve_log *l = log;
    bool printed;

    if (l->failed)
        return;
    printed = l->format == SERVE_LOG_BOOK ? print_book(l->out, event)
                                          : print_json(l->out, event);
    if (printed && (fflush(l->out) != 0 || ferror(l->out)))
        l->failed = true;
}
