#include "support/kit.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

/* The end of a loop: A70, and what C adds: pending tasks at close, futures
   that outlive their loop (Precision 13). */

TestSuite(close, .timeout = 30);

struct cleaner {
    const char *name;
    int rc;
};

static int clean(void *arg, aw_value *ret)
{
    struct cleaner *c = arg;

    (void)ret;
    ev("%s %s", c->name, token(aw_sleep(50 * T)));
    turns(1);
    return c->rc;
}

static int leave_tasks(void *cleaners, aw_value *ret)
{
    static int drops;
    struct cleaner *c = cleaners;

    trace_reports(aw_get_running_loop());
    aw_unref(spawn(aw_call(clean, &c[0]), "one"));
    aw_unref(spawn(aw_call(clean, &c[1]), "two"));
    aw_unref(spawn(aw_call(clean, &c[2]), "three"));
    turns(1);
    /* Its first step is queued before main's end, hence still taken. */
    aw_unref(spawn(aw_call(clean, &c[3]), "four"));
    ev("main ends");
    *ret = (aw_value){&drops, count_drop};
    return 0;
}

/* A70 */
Test(close, run_cancels_the_rest_in_order_and_reports_their_errors)
{
    struct cleaner cleaners[] = {
        {"one", AW_ECANCELED}, {"two", APP(2)}, {"three", 0}, {"four", 0}};
    aw_value value = {0};

    expect_rc(run_virtual(aw_call(leave_tasks, cleaners), &value), 0);
    cr_assert(ne(ptr, value.ptr, NULL));
    value.drop(value.ptr);
    cr_assert(eq(int, *(int *)value.ptr, 1), "the value is the caller's");
    expect_lines("main ends\none cancelled\ntwo cancelled\nthree cancelled\n"
                 "four cancelled\n"
                 "error at the end: error 2 of two\n");
}

static int end_with(void *rc, aw_value *ret)
{
    static int drops;

    *ret = (aw_value){&drops, count_drop};
    return *(int *)rc;
}

/* A70 */
Test(close, run_gives_mains_outcome_and_drops_a_value_nobody_wants)
{
    int good = 0, bad = APP(1), cancelled = AW_ECANCELED;
    int drops = 0;

    expect_rc(aw_run(aw_call(end_with, &good), NULL, NULL), 0);
    expect_rc(aw_run(aw_call(end_with, &bad), NULL, NULL), APP(1));
    expect_rc(aw_run(aw_call(end_with, &cancelled), NULL, NULL), AW_ECANCELED);
    expect_rc(aw_run(aw_call_own(end_with, &drops, count_drop), NULL, NULL), 0);
    cr_assert(eq(int, drops, 1));
    cr_assert(eq(ptr, aw_get_running_loop(), NULL));
}

static int fail_unheard(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    trace_reports(aw_get_running_loop());
    return APP(1);
}

/* A70 A16: main's error is the result; nobody is told of it twice. */
Test(close, mains_error_is_returned_and_not_reported)
{
    expect_rc(run_virtual(aw_call(fail_unheard, NULL), NULL), APP(1));
    expect_lines("");
}

/* No unwinding: what a pending task's function would have cleaned up is lost,
   its argument is not. */
Test(close, pending_tasks_are_reported_and_their_arguments_dropped)
{
    aw_loop *loop = virtual_loop();
    int drops = 0;

    trace_reports(loop);
    aw_future *held = aw_create_task(loop, give(50, NULL, "never"));
    aw_task_set_name(held, "suspended");
    aw_stop(loop);
    expect_rc(aw_run_forever(loop), 0);
    aw_future *t = aw_create_task(loop, aw_call_own(clean, &drops, count_drop));
    aw_task_set_name(t, "fresh");
    aw_unref(t);
    expect_rc(aw_loop_close(loop), 0);
    cr_assert(eq(int, drops, 1));
    expect_lines("destroyed pending: suspended\ndestroyed pending: fresh\n");
    aw_unref(held);
    aw_loop_unref(loop);
    expect_lines("");
}

static void tell(aw_future *f, void *line)
{
    (void)f;
    ev("%s", (const char *)line);
}

static int await_it(void *future, aw_value *ret)
{
    return aw_await((aw_future *)future, ret);
}

/* The waiter's registration goes with its stack. */
Test(close, a_future_may_be_decided_after_its_waiters_were_destroyed)
{
    aw_loop *loop = virtual_loop();
    aw_future *f = aw_future_new(loop);

    trace_reports(loop);
    aw_unref(aw_create_task(loop, aw_call(await_it, f)));
    aw_stop(loop);
    expect_rc(aw_run_forever(loop), 0);
    aw_add_done(f, tell, "never");
    expect_rc(aw_loop_close(loop), 0);
    aw_loop_unref(loop);
    cr_assert(eq(int, aw_future_state(f), AW_PENDING));
    expect_rc(aw_set_value(f, text_value("late")), 0);
    cr_assert(eq(str, (char *)state(f), "value late"));
    cr_assert(aw_loop_is_closed(aw_future_loop(f)));
    aw_unref(f);
}

/* Precision 13 */
Test(close, errors_unread_after_the_close_still_reach_the_handler)
{
    aw_loop *loop = virtual_loop();
    aw_future *before = aw_future_new(loop), *after = aw_future_new(loop);

    trace_reports(loop);
    aw_set_error(before, APP(1));
    expect_rc(aw_loop_close(loop), 0);
    aw_set_error(after, APP(2));
    aw_loop_unref(loop);
    expect_lines("");
    aw_unref(before);
    aw_unref(after);
    expect_lines("never retrieved: error 1 of none\n"
                 "never retrieved: error 2 of none\n");
}

/* Precision 13: unread refused futures are reported. */
TaskTest(close, a_refusal_that_nobody_reads_is_reported)
{
    aw_loop *other = virtual_loop();
    aw_future *f = aw_future_new(other);

    trace_reports(loop);
    trace_reports(other);
    aw_unref(aw_ensure_future(f, loop));
    cr_assert(
        eq(str, (char *)trace_text(), "never retrieved: refused of none\n"));
    aw_unref(f);
    aw_loop_close(other);
    aw_loop_unref(other);
}

/* A kept task may be read after run, and holds what is left of its loop. */
static int keep_task(void *kept, aw_value *ret)
{
    (void)ret;
    aw_future **ts = kept;

    ts[0] = spawn(give(0, "v", NULL), "kept");
    ts[1] = spawn(give(50, "w", NULL), NULL);
    turns(3);
    return 0;
}

Test(close, a_kept_task_may_be_read_after_run)
{
    aw_future *ts[2] = {NULL};

    expect_rc(run_virtual(aw_call(keep_task, ts), NULL), 0);
    cr_assert(eq(str, (char *)state(ts[0]), "value v"));
    cr_assert(eq(str, (char *)aw_task_name(ts[0]), "kept"));
    cr_assert(eq(str, (char *)state(ts[1]), "cancelled"));
    cr_assert(not(aw_future_cancel(ts[1])));
    aw_unref(ts[0]), aw_unref(ts[1]);
    expect_lines("");
}

static void never(void *data)
{
    (void)data;
    ev("never");
}

/* Queued callbacks and timers of a closed loop go without being called. */
Test(close, drops_what_is_queued)
{
    aw_loop *loop = virtual_loop();
    aw_handle *kept = NULL;
    aw_future *f = aw_future_new(loop);

    aw_call_soon(loop, never, NULL, &kept);
    aw_call_soon(loop, never, NULL, NULL);
    aw_call_later(loop, 1, never, NULL, NULL);
    aw_call_soon_threadsafe(loop, never, NULL);
    aw_add_done(f, tell, "never");
    aw_set_value(f, text_value(NULL));
    expect_rc(aw_loop_close(loop), 0);
    aw_handle_cancel(kept);
    aw_handle_unref(kept);
    aw_unref(f);
    aw_loop_unref(loop);
    expect_lines("");
}
