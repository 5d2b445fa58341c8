#pragma once

#include "await/await.h"

/*
 * kit: what the scenarios share: the trace, tokens for outcomes, and the usual
 * coroutines. A scenario writes its trace with ev(); expect_trace() compares
 * it with the one that CPython 3.11 left in traces/.
 *
 * Strings that the functions here return live in a ring of buffers: good for
 * one line of the trace, not for keeping.
 */

#define T 0.02 /* seconds to the scenarios' unit of time */

/* Put one line into the trace. */
void ev(const char *format, ...) __attribute__((format(printf, 1, 2)));
void ev_line(void *line); /* the same, as a loop's callback */

/* The trace so far, and a new one. */
const char *trace_text(void);
void trace_clear(void);

/* Fail the test unless the trace is, line for line, that of traces/NAME. */
void expect_trace(const char *name);

/* Fail the test unless that is the trace; begin a new one. */
void expect_lines(const char *lines);

const char *kit_print(const char *format, ...)
    __attribute__((format(printf, 1, 2)));
const char *yes(bool truth);

/* A code as "cancelled", "timeout", "error N" (an application's) or
   "refused". */
const char *token(int code);
#define APP(n)                                                    \
    (AW_EUSER - (n)) /* an application's error, by a small number \
                      */

/* Values here are strings; none is NULL. */
aw_value text_value(const char *text);
const char *text(aw_value value);
const char *told(int rc, aw_value value); /* "value X", or the code's token */

/* What is known of a future; its error counts as read. */
const char *state(aw_future *f);
bool is_done(const aw_future *f);

/* Await, and tell the outcome. */
const char *outcome_any(aw_awaitable a);
#define outcome(x) outcome_any(aw_any(x))

/* The members' values of a gather that went well: "[a b]". */
const char *gathered(aw_future *gather, size_t n);

/* Wait `delay` units, then end with the value or the error; a log is told of
   the end and of a cancellation. */
aw_coro give(double delay, const char *value, const char *log);
aw_coro fail(double delay, int number, const char *log);

/* Give way n times. A cancellation ends it early. */
void turns(int n);

/* Create a task on the running loop, and name it unless name is NULL. */
aw_future *spawn(aw_coro coro, const char *name);

/* aw_future_cancel, as a timer's callback. */
void cancel_later(double units, aw_future *f);

/* A loop, or asyncio.run, with a virtual clock. */
aw_loop *virtual_loop(void);
int run_virtual(aw_coro entry, aw_value *out);
void run_main(aw_fn entry); /* the same, for the fn of a whole scenario */

/*
 * A test whose body runs in the main task of a loop with a virtual clock, and
 * has that loop as `loop`.
 */
#define TaskTest(suite, name)                                  \
    static void suite##_##name##_body(aw_loop *loop);          \
    static int suite##_##name##_main(void *arg, aw_value *ret) \
    {                                                          \
        (void)arg, (void)ret;                                  \
        suite##_##name##_body(aw_get_running_loop());          \
        return 0;                                              \
    }                                                          \
    Test(suite, name)                                          \
    {                                                          \
        run_main(suite##_##name##_main);                       \
    }                                                          \
    static void suite##_##name##_body(__attribute__((unused)) aw_loop *loop)

/* A call that must give this code. */
#define expect_rc(call, code) cr_assert(eq(int, (call), (code)))

/* Write reports into the trace: "never retrieved: error 7 of Task-2", and
   "none" where there is no task. */
void trace_reports(aw_loop *loop);

/* Drops are counted: each must happen exactly once. */
void count_drop(void *counter);

/* The real clock, in seconds, and holding the thread as a program that
   computes would. */
double monotonic_now(void);
void hold_thread(double seconds);
