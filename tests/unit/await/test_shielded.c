#include "support/kit.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

/* Scopes that keep requests to cancel, and absolute deadlines. */

TestSuite(shielded, .timeout = 30);

static int clean_up(double units)
{
    aw_shielded s;
    int rc = aw_shielded_enter(&s);

    if (rc < 0)
        return rc;
    ev("cleans up");
    rc = aw_sleep(units * T);
    ev("%s", rc < 0 ? token(rc) : "cleaned up");
    rc = aw_shielded_leave(&s, rc);
    ev("left %s", rc < 0 ? token(rc) : "well");
    return rc;
}

static int clean_up_slowly(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    return clean_up(5);
}

TaskTest(shielded, a_request_waits_until_it_is_left)
{
    aw_future *t = spawn(aw_call(clean_up_slowly, NULL), NULL);

    turns(2);
    cr_assert(aw_future_cancel(t));
    cr_assert(eq(uint, aw_task_cancelling(t), 1));
    turns(2);
    cr_assert(aw_future_cancel(t));
    expect_rc(aw_await(aw_give(t), NULL), AW_ECANCELED);
    expect_lines("cleans up\ncleaned up\nleft cancelled\n");
}

TaskTest(shielded, without_a_request_nothing_changes)
{
    aw_shielded s = {{0}};

    expect_rc(clean_up(1), 0);
    expect_lines("cleans up\ncleaned up\nleft well\n");
    expect_rc(aw_shielded_leave(&s, 0), AW_ESTATE);
    expect_rc(aw_shielded_enter(&s), 0);
    expect_rc(aw_shielded_leave(&s, APP(1)), APP(1));
    expect_rc(aw_shielded_leave(&s, 0), AW_ESTATE);
}

static int await_in_shield(void *inner, aw_value *ret)
{
    aw_shielded s;
    int rc = aw_shielded_enter(&s);

    (void)ret;
    if (rc == 0)
        rc = aw_shielded_leave(&s, aw_await((aw_future *)inner, NULL));
    return rc;
}

TaskTest(shielded, what_is_awaited_in_it_is_not_asked_either)
{
    aw_future *inner = spawn(give(3, "v", NULL), NULL);
    aw_future *t = spawn(aw_call(await_in_shield, inner), NULL);

    turns(2);
    cr_assert(aw_future_cancel(t));
    expect_rc(aw_await(aw_give(t), NULL), AW_ECANCELED);
    cr_assert(eq(str, (char *)state(inner), "value v"));
    aw_unref(inner);
}

TaskTest(shielded, a_request_from_before_is_kept_too)
{
    (void)aw_future_cancel(aw_current_task());
    expect_rc(clean_up(1), AW_ECANCELED);
    (void)aw_task_uncancel(aw_current_task());
    expect_lines("cleans up\ncleaned up\nleft cancelled\n");
    expect_rc(aw_sleep(0), 0);
}

TaskTest(shielded, a_timeout_within_strikes)
{
    aw_shielded s;
    aw_timeout t;

    expect_rc(aw_shielded_enter(&s), 0);
    expect_rc(aw_timeout_enter(&t, T), 0);
    expect_rc(aw_timeout_leave(&t, aw_sleep(100 * T)), AW_ETIMEDOUT);
    expect_rc(aw_wait_for(give(100, "v", NULL), T, NULL), AW_ETIMEDOUT);
    expect_rc(aw_shielded_leave(&s, 0), 0);
}

TaskTest(shielded, a_timeout_around_it_strikes_where_it_is_left)
{
    double began = aw_time(NULL);
    aw_timeout t;

    expect_rc(aw_timeout_enter(&t, T), 0);
    expect_rc(aw_timeout_leave(&t, clean_up(5)), AW_ETIMEDOUT);
    cr_assert(aw_timeout_expired(&t));
    cr_assert(gt(dbl, aw_time(NULL) - began, 4.9 * T));
    cr_assert(eq(uint, aw_task_cancelling(aw_current_task()), 0));
    expect_rc(aw_sleep(0), 0);
    trace_clear();
}

TaskTest(shielded, of_nested_ones_each_keeps_what_has_to_pass_it)
{
    aw_shielded outer, inner;
    aw_timeout between;

    expect_rc(aw_shielded_enter(&outer), 0);
    expect_rc(aw_timeout_enter(&between, T), 0);
    expect_rc(aw_shielded_enter(&inner), 0);
    expect_rc(aw_sleep(2 * T), 0);
    cr_assert(aw_future_cancel(aw_current_task()));
    expect_rc(aw_sleep(T), 0);
    expect_rc(aw_shielded_leave(&inner, 0), AW_ECANCELED);
    /* Of the program's request nothing is heard before the outer one ends. */
    expect_rc(aw_timeout_leave(&between, AW_ECANCELED), AW_ETIMEDOUT);
    expect_rc(aw_sleep(T), 0);
    expect_rc(aw_shielded_leave(&outer, 0), AW_ECANCELED);
    (void)aw_task_uncancel(aw_current_task());
    expect_rc(aw_sleep(0), 0);
}

static int fail_in_group(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    return APP(3);
}

TaskTest(shielded, a_group_around_it_aborts_where_it_is_left)
{
    aw_group g;

    expect_rc(aw_group_enter(&g), 0);
    (void)aw_group_create_task(&g, aw_call(fail_in_group, NULL));
    expect_rc(aw_group_leave(&g, clean_up(2), NULL, NULL), APP(3));
    expect_lines("cleans up\ncleaned up\nleft cancelled\n");
    expect_rc(aw_sleep(0), 0);
}

TaskTest(shielded, an_error_goes_first_and_the_request_to_the_next_await)
{
    aw_shielded s;

    expect_rc(aw_shielded_enter(&s), 0);
    (void)aw_future_cancel(aw_current_task());
    expect_rc(aw_sleep(T), 0);
    expect_rc(aw_shielded_leave(&s, APP(2)), APP(2));
    expect_rc(aw_sleep(0), AW_ECANCELED);
    (void)aw_task_uncancel(aw_current_task());
}

static int limited_clean_up(void *arg, aw_value *ret)
{
    aw_shielded s;
    aw_timeout t;
    int rc = aw_shielded_enter(&s);

    (void)arg, (void)ret;
    if (rc == 0)
        rc = aw_timeout_enter(&t, 4 * T);
    if (rc < 0)
        return rc;
    rc = aw_timeout_leave(&t, aw_sleep(100 * T));
    ev("the limit: %s", rc < 0 ? token(rc) : "kept");
    return aw_shielded_leave(&s, 0);
}

TaskTest(shielded, a_timeout_within_strikes_also_after_a_request)
{
    aw_future *t = spawn(aw_call(limited_clean_up, NULL), NULL);

    cancel_later(1, t);
    cancel_later(2, t);
    expect_rc(aw_await(aw_give(t), NULL), AW_ECANCELED);
    expect_lines("the limit: timeout\n");
}

TaskTest(shielded, a_timeouts_own_request_ends_with_it)
{
    aw_timeout t;

    expect_rc(aw_timeout_enter(&t, T), 0);
    for (int i = 0; i < 2; i++) { /* the second one has it from before */
        aw_shielded s;

        expect_rc(aw_shielded_enter(&s), 0);
        expect_rc(aw_sleep(2 * T), 0);
        expect_rc(aw_shielded_leave(&s, APP(2)), APP(2));
    }
    expect_rc(aw_timeout_leave(&t, APP(2)), APP(2));
    expect_rc(aw_sleep(T), 0);
}

TaskTest(shielded, a_groups_own_request_ends_with_it)
{
    aw_shielded s;
    aw_group g;

    expect_rc(aw_group_enter(&g), 0);
    (void)aw_group_create_task(&g, aw_call(fail_in_group, NULL));
    expect_rc(aw_shielded_enter(&s), 0);
    expect_rc(aw_sleep(T), 0);
    expect_rc(aw_shielded_leave(&s, APP(2)), APP(2));
    expect_rc(aw_group_leave(&g, APP(2), NULL, NULL), APP(3));
    expect_rc(aw_sleep(T), 0);
}

TaskTest(shielded, the_programs_request_does_not_end_with_a_timeout)
{
    aw_shielded s;
    aw_timeout t;

    expect_rc(aw_timeout_enter(&t, T), 0);
    expect_rc(aw_shielded_enter(&s), 0);
    (void)aw_future_cancel(aw_current_task());
    expect_rc(aw_sleep(2 * T), 0);
    expect_rc(aw_shielded_leave(&s, APP(2)), APP(2));
    expect_rc(aw_timeout_leave(&t, APP(2)), APP(2));
    expect_rc(aw_sleep(T), AW_ECANCELED);
    cr_assert(eq(uint, aw_task_uncancel(aw_current_task()), 0));
}

TaskTest(shielded, a_request_taken_back_within_does_not_unbalance_a_timeout)
{
    aw_shielded s;
    aw_timeout t;

    expect_rc(aw_shielded_enter(&s), 0);
    (void)aw_future_cancel(aw_current_task());
    expect_rc(aw_timeout_enter(&t, T), 0);
    cr_assert(eq(uint, aw_task_uncancel(aw_current_task()), 0));
    cr_assert(eq(uint, aw_task_uncancel(aw_current_task()), 0));
    expect_rc(aw_timeout_leave(&t, aw_sleep(2 * T)), AW_ETIMEDOUT);
    cr_assert(eq(uint, aw_task_cancelling(aw_current_task()), 0));
    /* Its delivery is not revoked (A35). */
    expect_rc(aw_shielded_leave(&s, 0), AW_ECANCELED);
    expect_rc(aw_sleep(T), 0);
}

static int hold_shortly(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    hold_thread(0.02);
    return 0;
}

TaskTest(shielded, a_job_awaited_in_it_is_not_withdrawn)
{
    aw_future *job = aw_run_in_executor(NULL, aw_call(hold_shortly, NULL));
    aw_future *t = spawn(aw_call(await_in_shield, job), NULL);

    turns(2);
    cr_assert(aw_future_cancel(t));
    expect_rc(aw_await(aw_give(t), NULL), AW_ECANCELED);
    expect_rc(aw_await(aw_give(job), NULL), 0);
}

static int end_under_a_shield(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    (void)spawn(aw_call(clean_up_slowly, NULL), NULL);
    turns(2);
    return 0;
}

Test(shielded, a_run_that_ends_waits_for_it)
{
    expect_rc(run_virtual(aw_call(end_under_a_shield, NULL), NULL), 0);
    expect_lines("cleans up\ncleaned up\nleft cancelled\n");
}

Test(shielded, a_task_is_destroyed_within_one)
{
    aw_loop *loop = virtual_loop();
    aw_shielded s;

    expect_rc(aw_shielded_enter(&s), AW_ENOTASK);
    trace_reports(loop);
    expect_rc(
        aw_run_until_complete(loop, aw_call(end_under_a_shield, NULL), NULL),
        0);
    expect_rc(aw_loop_close(loop), 0);
    aw_loop_unref(loop);
}

TaskTest(shielded, a_deadline_is_on_the_loops_clock)
{
    double when = aw_time(NULL) + 3 * T;
    aw_timeout t;

    for (int i = 0; i < 2; i++) { /* the second time it has passed */
        expect_rc(aw_timeout_at(&t, when), 0);
        expect_rc(aw_timeout_leave(&t, aw_sleep(100 * T)), AW_ETIMEDOUT);
        cr_assert(ieee_ulp_eq(dbl, aw_time(NULL), when, 4));
    }
    expect_rc(aw_timeout_at(&t, AW_FOREVER), 0);
    expect_rc(aw_timeout_leave(&t, aw_sleep(100 * T)), 0);
    expect_rc(aw_timeout_at(&t, NAN), AW_EINVAL);
}

Test(shielded, a_deadline_wants_a_task)
{
    aw_timeout t;

    expect_rc(aw_timeout_at(&t, 0), AW_ENOTASK);
}
