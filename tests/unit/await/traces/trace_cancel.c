#include "../support/kit.h"

#include <criterion/criterion.h>

/* Scenarios of cancellation: a request, delivered once, at an await. */

TestSuite(trace_cancel, .timeout = 30);

static int cleaning_worker(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    ev("worker waits");
    int rc = aw_sleep(50 * T);
    if (rc == 0)
        ev("never");
    ev("cleanup starts");
    int cleanup = aw_sleep(T);
    ev("cleanup ends");
    return cleanup < 0 ? cleanup : rc;
}

static int cancel_basic(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    aw_future *t = spawn(aw_call(cleaning_worker, NULL), NULL);

    turns(1);
    bool asked = aw_future_cancel(t);
    ev("cancel %s %s", yes(asked), state(t));
    turns(2);
    ev("still %s", state(t));
    ev("joined %s", outcome(t));
    bool cancelled = aw_future_state(t) == AW_CANCELLED;
    ev("cancelled %s cancel again %s", yes(cancelled),
       yes(aw_future_cancel(t)));
    aw_unref(t);
    return 0;
}

/* A28 */
Test(trace_cancel, is_a_request_that_the_task_learns_of_at_its_await)
{
    run_main(cancel_basic);
    expect_trace("24_cancel_basic");
}

static int never(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    ev("never");
    return 0;
}

static void tell_callback(aw_future *t, void *data)
{
    (void)data;
    ev("callback %s", state(t));
}

static int cancel_before_start(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    aw_future *t = spawn(aw_call(never, NULL), NULL);

    aw_add_done(t, tell_callback, NULL);
    bool asked = aw_future_cancel(t);
    ev("cancel %s %s", yes(asked), state(t));
    ev("joined %s", outcome(t));
    turns(1);
    ev("main itself is not cancelled");
    aw_unref(t);
    return 0;
}

/* A29 */
Test(trace_cancel, before_the_first_step_never_enters_the_function)
{
    run_main(cancel_before_start);
    expect_trace("25_cancel_before_start");
}

static int stubborn(void *arg, aw_value *ret)
{
    (void)arg;
    for (int i = 0; i < 2; i++) {
        if (aw_sleep(50 * T) == AW_ECANCELED)
            ev("refuses %d", i);
    }
    *ret = text_value("finished");
    return 0;
}

static int cancel_suppressed(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    aw_future *t = spawn(aw_call(stubborn, NULL), NULL);

    turns(1);
    ev("%s", yes(aw_future_cancel(t)));
    turns(1);
    ev("%s", state(t));
    ev("%s", yes(aw_future_cancel(t)));
    const char *end = outcome(t);
    ev("%s %s", end, yes(aw_future_state(t) == AW_CANCELLED));
    aw_unref(t);
    return 0;
}

/* A31 */
Test(trace_cancel, may_be_swallowed)
{
    run_main(cancel_suppressed);
    expect_trace("27_cancel_suppressed");
}

static int waiter(void *future, aw_value *ret)
{
    ev("waiter got %s", outcome((aw_future *)future));
    *ret = text_value("ended");
    return 0;
}

static int cancel_wins(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    aw_future *f = aw_future_new(aw_get_running_loop());
    aw_future *t = spawn(aw_call(waiter, f), NULL);

    turns(1);
    aw_set_value(f, text_value("5"));
    bool asked = aw_future_cancel(t);
    ev("cancel %s %s", yes(asked), state(f));
    const char *end = outcome(t);
    ev("joined %s %s", end, state(f));
    aw_unref(t), aw_unref(f);
    return 0;
}

/* A32 */
Test(trace_cancel, wins_over_a_result_that_was_not_taken_up_yet)
{
    run_main(cancel_wins);
    expect_trace("30_cancel_wins_over_result");
}

static int uncancelling(void *arg, aw_value *ret)
{
    (void)arg;
    aw_future *me = aw_current_task();

    const char *end = outcome(give(50, NULL, NULL));
    ev("first %s %u", end, aw_task_cancelling(me));
    unsigned once = aw_task_uncancel(me);
    ev("uncancel %u %u", once, aw_task_uncancel(me));
    end = outcome(give(1, "slept", NULL));
    ev("second %s %u", end, aw_task_cancelling(me));
    *ret = text_value("ended");
    return 0;
}

static int uncancel(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    aw_future *t = spawn(aw_call(uncancelling, NULL), NULL);

    turns(1);
    unsigned before = aw_task_cancelling(t);
    bool asked = aw_future_cancel(t);
    ev("%u %s %u", before, yes(asked), aw_task_cancelling(t));
    ev("%s", outcome(t));
    aw_future *u = spawn(aw_call(uncancelling, NULL), NULL);
    turns(1);
    aw_future_cancel(u);
    ev("taken back %u", aw_task_uncancel(u));
    ev("%s", outcome(u));
    aw_unref(t), aw_unref(u);
    return 0;
}

/* A35 */
Test(trace_cancel, requests_are_counted_and_taken_back_from_the_count_only)
{
    run_main(uncancel);
    expect_trace("33_uncancel");
}
