#include "turns.h"

#include <criterion/criterion.h>

/* Turns of groups and timeouts. */

TestSuite(turns_scope, .timeout = 30);

static int group_ends(void *arg, aw_value *ret)
{
    aw_group g;
    int rc = aw_group_enter(&g);

    (void)arg, (void)ret;
    if (rc < 0)
        return rc;
    aw_future *a = aw_group_create_task(&g, steps("a", 2, 0));
    aw_group_create_task(&g, steps("b", 1, 0));
    aw_add_done(a, tell_done, "a done");
    start();
    ev_turn("body ends");
    rc = aw_group_leave(&g, 0, NULL, NULL);
    ev_turn("left");
    stop();
    return rc;
}

static int failing_group(bool leaving)
{
    aw_group g;
    int errors[2], rc = aw_group_enter(&g);
    size_t n = 2;

    if (rc < 0)
        return rc;
    aw_group_create_task(&g, cleaning("sibling", 2));
    aw_group_create_task(&g, steps("bad", 2, 5));
    start();
    if (!leaving) {
        rc = aw_await(aw_give(aw_future_new(NULL)), NULL);
        ev_turn("body told");
    } else {
        ev_turn("leaving");
    }
    rc = aw_group_leave(&g, rc, errors, &n);
    ev_turn("left [%d]", n == 1 ? AW_EUSER - errors[0] : -1);
    stop();
    return rc == APP(5) ? 0 : AW_EINVAL;
}

static int group_fails(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    return failing_group(false);
}

static int group_fails_leaving(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    return failing_group(true);
}

static int cancelled_body(void *arg, aw_value *ret)
{
    aw_group g;
    int rc = aw_group_enter(&g);

    (void)arg, (void)ret;
    if (rc < 0)
        return rc;
    aw_group_create_task(&g, cleaning("a", 1));
    aw_group_create_task(&g, cleaning("b", 2));
    return aw_group_leave(&g, 0, NULL, NULL);
}

static int group_cancelled(void *arg, aw_value *ret)
{
    aw_future *t =
        spawn(awaiting("body", aw_any(aw_call(cancelled_body, NULL))), NULL);

    (void)arg, (void)ret;
    turns(3);
    start();
    ev_turn("cancel %s", yes(aw_future_cancel(t)));
    int rc = aw_await(t, NULL);
    ev_turn("main %u", aw_task_cancelling(t));
    stop();
    aw_unref(t);
    return rc;
}

static double due(int n)
{
    return 1 + n * 1e-13;
}

static int timed_body(void *future, aw_value *ret)
{
    aw_timeout t;
    int rc = aw_timeout_enter(&t, due(1));

    if (rc < 0)
        return rc;
    rc = aw_await((aw_future *)future, ret);
    ev_turn("told %u", aw_task_cancelling(aw_current_task()));
    turns(1);
    return aw_timeout_leave(&t, rc);
}

static int timeout_turns(void *arg, aw_value *ret)
{
    aw_future *f = aw_future_new(NULL);

    (void)arg, (void)ret;
    aw_call_later(NULL, due(0), start_later, NULL, NULL);
    aw_future *w =
        spawn(awaiting("body", aw_any(aw_call(timed_body, f))), NULL);
    turns(1);
    int rc = aw_sleep(due(2));
    ev_turn("main");
    if (rc == 0)
        rc = aw_await(w, NULL);
    ev_turn("end %s", yes(aw_future_state(f) == AW_CANCELLED));
    stop();
    aw_unref(w), aw_unref(f);
    return rc;
}

static int timeout_past(void *arg, aw_value *ret)
{
    aw_timeout t;
    int rc;

    (void)arg, (void)ret;
    start();
    for (int when = 0; when >= -1; when--) {
        rc = aw_timeout_enter(&t, when);
        ev_turn("in");
        if (rc == 0)
            rc = aw_sleep(0);
        if (rc == 0)
            ev_turn("never");
        rc = aw_timeout_leave(&t, rc);
        ev_turn("%s %u", token(rc), aw_task_cancelling(aw_current_task()));
    }
    rc = aw_timeout_enter(&t, 0);
    ev_turn("in and out");
    if (rc == 0)
        rc = aw_timeout_leave(&t, 0);
    turns(2);
    ev_turn("main");
    stop();
    return rc;
}

/* A59-A66 */
Test(turns_scope, everything_happens_in_the_turn_it_does_in_cpython)
{
    scenario("group_ends", group_ends);
    scenario("group_fails", group_fails);
    scenario("group_fails_leaving", group_fails_leaving);
    scenario("group_cancelled", group_cancelled);
    scenario("timeout_turns", timeout_turns);
    scenario("timeout_past", timeout_past);
    expect_trace("turns_scope");
}
