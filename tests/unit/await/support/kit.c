#include "kit.h"

#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static char trace[8192];
static size_t trace_length;

static void __attribute__((format(printf, 1, 0)))
trace_append(const char *format, va_list args)
{
    size_t room = sizeof(trace) - trace_length;
    int n = vsnprintf(trace + trace_length, room, format, args);

    cr_assert(n >= 0 && (size_t)n + 2 < room, "the trace is too long");
    trace_length += (size_t)n;
    trace[trace_length++] = '\n';
    trace[trace_length] = '\0';
}

void ev(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    trace_append(format, args);
    va_end(args);
}

void ev_line(void *line)
{
    ev("%s", (const char *)line);
}

const char *trace_text(void)
{
    return trace;
}

void trace_clear(void)
{
    trace_length = 0;
    trace[0] = '\0';
}

/* How long the line at `s` is, without its end. */
static size_t line_length(const char *s)
{
    return strcspn(s, "\n");
}

void expect_trace(const char *name)
{
    char path[1024], want[sizeof(trace)];
    const char *w = want, *g = trace;

    snprintf(path, sizeof(path), "%s/%s.trace", AWAIT_TRACES, name);
    FILE *file = fopen(path, "r");
    cr_assert(file, "no trace '%s'", path);
    size_t length = fread(want, 1, sizeof(want) - 1, file);
    fclose(file);
    cr_assert(length > 0, "the trace '%s' is empty", path);
    want[length] = '\0';

    for (int line = 1; *w || *g; line++) {
        size_t wn = line_length(w), gn = line_length(g);

        cr_assert(*w && *g && wn == gn && memcmp(w, g, wn) == 0,
                  "%s, line %d: expected '%.*s', got '%.*s'; all of it:\n%s",
                  name, line, (int)wn, w, (int)gn, g, trace);
        w += wn + (w[wn] == '\n');
        g += gn + (g[gn] == '\n');
    }
}

const char *kit_print(const char *format, ...)
{
    static char ring[32][160];
    static unsigned next;
    char *s = ring[next++ % 32];
    va_list args;

    va_start(args, format);
    vsnprintf(s, sizeof(ring[0]), format, args);
    va_end(args);
    return s;
}

void expect_lines(const char *lines)
{
    cr_assert(strcmp(trace, lines) == 0, "expected:\n%s\ngot:\n%s", lines,
              trace);
    trace_clear();
}

static void tell_report(const aw_report *r, void *data)
{
    static const char *const kinds[] = {
        [AW_NEVER_RETRIEVED] = "never retrieved",
        [AW_DESTROYED_PENDING] = "destroyed pending",
        [AW_SHUTDOWN_ERROR] = "error at the end",
        [AW_SLOW] = "slow"};
    const char *name = r->task ? r->task : "none";

    (void)data;
    if (r->kind == AW_DESTROYED_PENDING || r->kind == AW_SLOW)
        ev("%s: %s", kinds[r->kind], name);
    else
        ev("%s: %s of %s", kinds[r->kind], token(r->code), name);
}

void trace_reports(aw_loop *loop)
{
    aw_set_report_handler(loop, tell_report, NULL);
}

void count_drop(void *counter)
{
    ++*(int *)counter;
}

const char *yes(bool truth)
{
    return truth ? "true" : "false";
}

const char *token(int code)
{
    if (code == AW_ECANCELED)
        return "cancelled";
    if (code == AW_ETIMEDOUT)
        return "timeout";
    if (code <= AW_EUSER)
        return kit_print("error %d", AW_EUSER - code);
    switch (code) {
    case AW_ESTATE:
    case AW_ERUNNING:
    case AW_ECLOSED:
    case AW_ESTOPPED:
    case AW_EOTHERLOOP:
    case AW_ENOTASK:
    case AW_ESELF:
    case AW_EINVAL:
        return "refused";
    default:
        return kit_print("code %d", code);
    }
}

aw_value text_value(const char *s)
{
    return (aw_value){.ptr = (void *)s};
}

const char *text(aw_value value)
{
    return value.ptr ? value.ptr : "none";
}

const char *told(int rc, aw_value value)
{
    return rc < 0 ? token(rc) : kit_print("value %s", text(value));
}

bool is_done(const aw_future *f)
{
    return aw_future_state(f) != AW_PENDING;
}

const char *state(aw_future *f)
{
    aw_value value = {0};

    if (!is_done(f))
        return "pending";
    return told(aw_future_result(f, &value), value);
}

const char *outcome_any(aw_awaitable a)
{
    aw_value value = {0};
    int rc = aw_await_any(a, &value);
    const char *s = told(rc, value);

    if (a.kind != AW_IS_FUTURE && value.drop)
        value.drop(value.ptr);
    return s;
}

const char *gathered(aw_future *gather, size_t n)
{
    const char *s = "[";

    for (size_t i = 0; i < n; i++) {
        aw_value value = {0};
        int rc = aw_future_result(aw_gather_member(gather, i), &value);

        s = kit_print("%s%s%s", s, i ? " " : "",
                      rc < 0 ? token(rc) : text(value));
    }
    return kit_print("%s]", s);
}

struct work {
    double delay;
    const char *value, *log;
    int number;
};

static int work(void *arg, aw_value *ret)
{
    struct work *w = arg;
    int rc = aw_sleep(w->delay * T);

    if (rc < 0) {
        if (w->log && rc == AW_ECANCELED)
            ev("%s cancelled", w->log);
        return rc;
    }
    if (w->log)
        ev("%s done", w->log);
    if (w->number)
        return APP(w->number);
    *ret = text_value(w->value);
    return 0;
}

static aw_coro work_new(struct work init)
{
    struct work *w = malloc(sizeof(*w));

    cr_assert(w);
    *w = init;
    return aw_call_own(work, w, free);
}

aw_coro give(double delay, const char *value, const char *log)
{
    return work_new((struct work){delay, value, log, 0});
}

aw_coro fail(double delay, int number, const char *log)
{
    return work_new((struct work){delay, NULL, log, number});
}

void turns(int n)
{
    while (n-- > 0 && aw_sleep(0) == 0)
        continue;
}

aw_future *spawn(aw_coro coro, const char *name)
{
    aw_future *t = aw_create_task(NULL, coro);

    if (name)
        cr_assert(aw_task_set_name(t, name) == 0);
    return t;
}

static void cancel_now(void *future)
{
    aw_future_cancel(future);
    aw_unref(future);
}

void cancel_later(double units, aw_future *f)
{
    int rc = aw_call_later(aw_future_loop(f), units * T, cancel_now, aw_ref(f),
                           NULL);

    cr_assert(rc == 0);
}

aw_loop *virtual_loop(void)
{
    aw_loop_options options = {.virtual_clock = true};
    aw_loop *loop = NULL;

    cr_assert(aw_loop_new(&loop, &options) == 0);
    return loop;
}

int run_virtual(aw_coro entry, aw_value *out)
{
    aw_loop_options options = {.virtual_clock = true};

    return aw_run(entry, out, &options);
}

void run_main(aw_fn entry)
{
    int rc = run_virtual((aw_coro){.fn = entry, .name = "main"}, NULL);

    cr_assert(rc == 0, "the scenario ended with %d (%s)", rc, aw_strerror(rc));
}

double monotonic_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void hold_thread(double seconds)
{
    double until = monotonic_now() + seconds;

    while (monotonic_now() < until)
        continue;
}
