#include "../support/kit.h"

#include <criterion/criterion.h>

/* Scenarios of futures: states, callbacks, unread errors, shared waiters. */

TestSuite(trace_future, .timeout = 30);

static const char *result(aw_future *f)
{
    aw_value value = {0};
    int rc = aw_future_result(f, &value);

    return told(rc, value);
}

static const char *set_value(aw_future *f, const char *s)
{
    return told(aw_set_value(f, text_value(s)), (aw_value){0});
}

static const char *set_error(aw_future *f, int number)
{
    return told(aw_set_error(f, APP(number)), (aw_value){0});
}

static const char *cancel(aw_future *f)
{
    return kit_print("value %s", yes(aw_future_cancel(f)));
}

static int future_states(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    aw_loop *loop = aw_get_running_loop();
    const char *a, *b, *c;

    aw_future *f = aw_future_new(loop);
    ev("%s %s %s", state(f), result(f), result(f));
    aw_set_value(f, text_value("1"));
    a = state(f), b = set_value(f, "2"), c = set_error(f, 3);
    ev("%s %s %s", a, b, c);
    a = state(f), b = cancel(f);
    ev("%s %s", a, b);
    aw_future *g = aw_future_new(loop);
    a = cancel(g), b = cancel(g);
    ev("%s %s %s %s", a, b, yes(is_done(g)),
       yes(aw_future_state(g) == AW_CANCELLED));
    a = result(g), b = set_value(g, "1");
    ev("%s %s", a, b);
    aw_future *h = aw_future_new(loop);
    aw_set_error(h, APP(4));
    a = result(h), b = result(h);
    ev("%s %s %s %s", a, yes(is_done(h)),
       yes(aw_future_state(h) == AW_CANCELLED), b);
    aw_unref(f), aw_unref(g), aw_unref(h);
    return 0;
}

/* A13 A15 */
Test(trace_future, is_decided_once)
{
    run_main(future_states);
    expect_trace("07_future_states");
}

static void tell_state(aw_future *f, void *name)
{
    ev("%s %s", (const char *)name, state(f));
}

static void tell(aw_future *f, void *name)
{
    (void)f;
    ev("%s", (const char *)name);
}

static int done_callbacks(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    aw_loop *loop = aw_get_running_loop();
    aw_future *f = aw_future_new(loop);

    aw_add_done(f, tell_state, "cb 1");
    aw_add_done(f, tell, "cb 2");
    aw_call_soon(loop, ev_line, "soon before", NULL);
    aw_set_value(f, text_value("7"));
    aw_call_soon(loop, ev_line, "soon after", NULL);
    aw_add_done(f, tell, "cb 3, added late");
    ev("nothing has run");
    turns(1);
    ev("turn over");
    aw_unref(f);
    return 0;
}

/* A14 */
Test(trace_future, callbacks_are_queued_in_order_and_never_called)
{
    run_main(done_callbacks);
    expect_trace("09_done_callbacks");
}

static void on_report(const aw_report *r, void *data)
{
    (void)data;
    ev("report %s %s",
       r->kind == AW_NEVER_RETRIEVED ? "exception was never retrieved" : "?",
       token(r->code));
}

static int never_retrieved(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    aw_set_report_handler(aw_get_running_loop(), on_report, NULL);
    aw_future *t = spawn(fail(0, 7, NULL), NULL);
    turns(3);
    ev("done %s", yes(is_done(t)));
    aw_unref(t);
    ev("released");
    t = spawn(fail(0, 8, NULL), NULL);
    turns(3);
    ev("read %s", state(t));
    aw_unref(t);
    ev("end");
    return 0;
}

/* A11 A16 */
Test(trace_future, an_unread_error_is_reported_at_the_last_release)
{
    run_main(never_retrieved);
    expect_trace("11_never_retrieved");
}

struct waiter {
    const char *name;
    aw_future *task;
};

static int waiter(void *arg, aw_value *ret)
{
    struct waiter *w = arg;

    (void)ret;
    ev("%s %s", w->name, outcome(w->task));
    return 0;
}

static int share(double units, bool cancel_one)
{
    aw_future *t = spawn(give(units, "v", "t"), NULL);
    struct waiter ws[] = {{"a", t}, {"b", t}, {"late", t}};
    aw_future *ts[] = {spawn(aw_call(waiter, &ws[0]), NULL),
                       spawn(aw_call(waiter, &ws[1]), NULL)};
    size_t done = 0;

    turns(2);
    if (cancel_one)
        aw_future_cancel(ts[0]);
    int rc = aw_wait(ts, 2, AW_FOREVER, AW_ALL_COMPLETED, &done);
    if (rc == 0)
        rc = aw_await(aw_call(waiter, &ws[2]), NULL);
    aw_unref(ts[0]), aw_unref(ts[1]), aw_unref(t);
    return rc;
}

static int waiters_share(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    int rc = share(1, false);

    return rc < 0 ? rc : share(50, true);
}

/* A17 A18 */
Test(trace_future, waiters_of_one_task_share_its_outcome)
{
    run_main(waiters_share);
    expect_trace("80_waiters_share");
}
