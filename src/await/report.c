#include <stdio.h>
#include <string.h>

#include "await/internal.h"

/*
 * report: what nobody else can be told of. The default handler is the one
 * place in this library that prints, because there is nobody above to do it.
 */

static void print_report(const aw_report *r, void *data)
{
    const char *task = r->task ? r->task : "a future";

    (void)data;
    switch (r->kind) {
    case AW_NEVER_RETRIEVED:
        fprintf(stderr, "await: %s: error was never retrieved: %s\n", task,
                aw_strerror(r->code));
        break;
    case AW_DESTROYED_PENDING:
        fprintf(stderr, "await: %s: destroyed while pending\n", task);
        break;
    case AW_SHUTDOWN_ERROR:
        fprintf(stderr, "await: %s: error during shutdown: %s\n", task,
                aw_strerror(r->code));
        break;
    case AW_SLOW:
        fprintf(stderr, "await: %s held the loop for %.3f s\n",
                r->task ? r->task : "a callback", r->seconds);
        break;
    }
}

void aw_set_report_handler(aw_loop *loop,
                           void (*fn)(const aw_report *r, void *data),
                           void *data)
{
    loop = aw__loop_or_current(loop);
    if (!loop)
        return;
    loop->report = fn ? fn : print_report;
    loop->report_data = fn ? data : NULL;
}

void aw__report(aw_loop *loop, const aw_report *r)
{
    loop->report(r, loop->report_data);
}

const char *aw_version(void)
{
    return AW_VERSION;
}

static const char *own_text(int code)
{
    switch (code) {
    case AW_ESTATE:
        return "decided already, or not yet";
    case AW_ERUNNING:
        return "a loop is running in this thread";
    case AW_ECLOSED:
        return "closed";
    case AW_ESTOPPED:
        return "the loop was stopped first";
    case AW_EOTHERLOOP:
        return "belongs to another loop";
    case AW_ENOTASK:
        return "only possible within a task";
    case AW_ESELF:
        return "a task cannot await itself";
    case AW_EEMPTY:
        return "empty";
    case AW_EFULL:
        return "full";
    case AW_EEND:
        return "nothing more to come";
    case AW_ENOLOOP:
        return "a job on a thread has no loop";
    case AW_EFORKED:
        return "the loop is the parent process's";
    default:
        return code <= AW_EUSER ? "an error of the application"
                                : "unknown error";
    }
}

/* libuv's texts are static for the codes it knows; for others it allocates. */
static const char *uv_text(int code)
{
#define TEXT(name, text) \
    case UV_##name:      \
        return text;
    switch (code) {
        UV_ERRNO_MAP(TEXT)
    default:
        return NULL;
    }
#undef TEXT
}

enum { SYSTEM_CODES = 4096 }; /* from there on none is the system's */

/* Static, unlike strerror()'s where locales or unknown numbers come in. */
static const char *system_text(int number)
{
#if defined(__GLIBC__)
    return strerrordesc_np(number);
#else
    return strerror(number); /* musl's is static */
#endif
}

const char *aw_strerror(int code)
{
    const char *text;

    if (code >= 0)
        return "no error";
    /* The system's own words for its own codes, which libuv has, too. */
    text = code > -SYSTEM_CODES ? system_text(-code) : NULL;
    if (!text)
        text = uv_text(code);
    return text ? text : own_text(code);
}
