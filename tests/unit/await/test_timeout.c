#include "support/kit.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

/* Timeout scopes: A64 to A66. */

TestSuite(timeout, .timeout = 30);

static unsigned requests(void)
{
    return aw_task_cancelling(aw_current_task());
}

/* A64 */
TaskTest(timeout, left_in_time_it_has_no_effect_ever_after)
{
    aw_timeout t;

    expect_rc(aw_timeout_enter(&t, 2 * T), 0);
    expect_rc(aw_sleep(T), 0);
    expect_rc(aw_timeout_leave(&t, 0), 0);
    expect_rc(aw_sleep(5 * T), 0);
    cr_assert(not(aw_timeout_expired(&t)));
    cr_assert(eq(u32, requests(), 0));
}

/* A64: the body's own code passes. */
TaskTest(timeout, passes_the_bodys_own_error)
{
    aw_timeout t;

    expect_rc(aw_timeout_enter(&t, 2 * T), 0);
    expect_rc(aw_timeout_leave(&t, APP(3)), APP(3));
    expect_rc(aw_timeout_enter(&t, T), 0);
    expect_rc(aw_sleep(2 * T), AW_ECANCELED);
    expect_rc(aw_timeout_leave(&t, APP(4)), APP(4));
    cr_assert(aw_timeout_expired(&t));
    cr_assert(eq(u32, requests(), 0));
}

/* A64 */
TaskTest(timeout, converts_its_own_cancellation_at_its_edge_only)
{
    aw_timeout t;

    expect_rc(aw_timeout_enter(&t, T), 0);
    int rc = aw_sleep(50 * T);
    cr_assert(eq(int, rc, AW_ECANCELED));
    cr_assert(eq(u32, requests(), 1));
    expect_rc(aw_timeout_leave(&t, rc), AW_ETIMEDOUT);
    cr_assert(aw_timeout_expired(&t));
    cr_assert(eq(u32, requests(), 0));
    expect_rc(aw_sleep(T), 0);
}

static int limited_sleep(void *seconds, aw_value *ret)
{
    aw_timeout t;
    int rc = aw_timeout_enter(&t, *(double *)seconds);

    (void)ret;
    if (rc < 0)
        return rc;
    rc = aw_sleep(50 * T);
    ev("body %s, requests %u", token(rc), requests());
    rc = aw_timeout_leave(&t, rc);
    ev("left %s, requests %u", token(rc), requests());
    return rc;
}

static void cancel_now(void *task)
{
    aw_future_cancel(task);
}

/* A65: the request from outside stays outstanding, so cancelled it is. */
TaskTest(timeout, with_another_request_outstanding_cancelled_stays_cancelled)
{
    double limit = 2 * T;
    double when = aw_time(loop) + limit;
    aw_future *t = spawn(aw_call(limited_sleep, &limit), NULL);

    turns(1);
    /* Due with the scope's own timer and made after it: both requests come
       before the task goes on. */
    aw_call_at(loop, when, cancel_now, t, NULL);
    ev("%s", outcome(t));
    cr_assert(eq(int, aw_future_state(t), AW_CANCELLED));
    aw_unref(t);
    expect_lines("body cancelled, requests 2\nleft cancelled, requests 1\n"
                 "cancelled\n");
}

/* A65 */
TaskTest(timeout, a_cancellation_from_outside_is_not_converted)
{
    double limit = 9 * T;
    aw_future *t = spawn(aw_call(limited_sleep, &limit), NULL);

    cancel_later(1, t);
    ev("%s", outcome(t));
    aw_unref(t);
    expect_lines("body cancelled, requests 1\nleft cancelled, requests 1\n"
                 "cancelled\n");
}

/* A65 */
TaskTest(timeout, of_nested_ones_only_the_expired_one_converts)
{
    aw_timeout outer, inner;

    expect_rc(aw_timeout_enter(&outer, T), 0);
    expect_rc(aw_timeout_enter(&inner, 9 * T), 0);
    int rc = aw_sleep(50 * T);
    rc = aw_timeout_leave(&inner, rc);
    cr_assert(eq(int, rc, AW_ECANCELED));
    expect_rc(aw_timeout_leave(&outer, rc), AW_ETIMEDOUT);
    cr_assert(not(aw_timeout_expired(&inner)));

    expect_rc(aw_timeout_enter(&outer, 9 * T), 0);
    expect_rc(aw_timeout_enter(&inner, T), 0);
    rc = aw_sleep(50 * T);
    rc = aw_timeout_leave(&inner, rc);
    cr_assert(eq(int, rc, AW_ETIMEDOUT));
    expect_rc(aw_timeout_leave(&outer, rc), AW_ETIMEDOUT);
    cr_assert(not(aw_timeout_expired(&outer)), "it passed an error on");
    cr_assert(eq(u32, requests(), 0));
}

/* A66, Precision 9 */
TaskTest(timeout, may_be_moved_and_lifted_while_active)
{
    aw_timeout t;
    double start = aw_time(loop);

    expect_rc(aw_timeout_enter(&t, T), 0);
    expect_rc(aw_timeout_move(&t, start + 5 * T), 0);
    expect_rc(aw_sleep(2 * T), 0);
    expect_rc(aw_timeout_move(&t, AW_FOREVER), 0);
    expect_rc(aw_sleep(50 * T), 0);
    expect_rc(aw_timeout_move(&t, aw_time(loop) + T), 0);
    int rc = aw_sleep(50 * T);
    cr_assert(eq(int, rc, AW_ECANCELED));
    expect_rc(aw_timeout_move(&t, aw_time(loop) + T), AW_ESTATE);
    expect_rc(aw_timeout_leave(&t, rc), AW_ETIMEDOUT);
    expect_rc(aw_timeout_move(&t, aw_time(loop) + T), AW_ESTATE);
    expect_rc(aw_timeout_move(&t, AW_FOREVER), AW_ESTATE);
}

/* A66 */
TaskTest(timeout, in_the_past_strikes_at_the_first_suspension)
{
    aw_timeout t;
    aw_future *decided = aw_future_new(loop);

    aw_set_value(decided, text_value(NULL));
    for (int i = 0; i < 3; i++) {
        expect_rc(aw_timeout_enter(&t, i == 0   ? 0
                                       : i == 1 ? -5
                                                : AW_FOREVER),
                  0);
        if (i == 2)
            expect_rc(aw_timeout_move(&t, aw_time(loop) - 1), 0);
        expect_rc(aw_await(decided, NULL), 0);
        int rc = aw_sleep(0);
        cr_assert(eq(int, rc, AW_ECANCELED));
        expect_rc(aw_timeout_leave(&t, rc), AW_ETIMEDOUT);
    }
    aw_unref(decided);
}

/* A64: left before the loop could strike. */
TaskTest(timeout, in_the_past_but_left_without_suspending_has_no_effect)
{
    aw_timeout t;

    expect_rc(aw_timeout_enter(&t, -1), 0);
    expect_rc(aw_timeout_leave(&t, 0), 0);
    expect_rc(aw_sleep(T), 0);
    cr_assert(not(aw_timeout_expired(&t)));
}

TaskTest(timeout, what_is_not_a_time_is_refused)
{
    aw_timeout t;

    expect_rc(aw_timeout_enter(&t, NAN), AW_EINVAL);
    expect_rc(aw_timeout_enter(&t, AW_FOREVER), 0);
    expect_rc(aw_timeout_move(&t, NAN), AW_EINVAL);
    expect_rc(aw_timeout_leave(&t, 0), 0);
}

/* A61 A64: a timeout around a group cancels and waits for its members. */
TaskTest(timeout, around_a_group_ends_its_members_first)
{
    aw_timeout t;
    aw_group g;

    expect_rc(aw_timeout_enter(&t, T), 0);
    expect_rc(aw_group_enter(&g), 0);
    aw_group_create_task(&g, give(50, NULL, "member"));
    int rc = aw_group_leave(&g, 0, NULL, NULL);
    cr_assert(eq(int, rc, AW_ECANCELED));
    expect_rc(aw_timeout_leave(&t, rc), AW_ETIMEDOUT);
    cr_assert(eq(u32, requests(), 0));
    expect_lines("member cancelled\n");
}

Test(timeout, needs_a_task)
{
    aw_timeout t;

    expect_rc(aw_timeout_enter(&t, 1), AW_ENOTASK);
}

/* Giving way is no await: what is not met before the scope ends, never is. */
TaskTest(timeout, expiring_while_the_task_gives_way_it_leaves_nothing_behind)
{
    aw_timeout t;

    expect_rc(aw_timeout_enter(&t, 0), 0);
    expect_rc(aw_yield(), 0);
    cr_assert(aw_timeout_expired(&t));
    expect_rc(aw_timeout_leave(&t, 0), 0);
    cr_assert(eq(u32, requests(), 0));
    expect_rc(aw_sleep(T), 0);
}

static int leave(void *timeout, aw_value *ret)
{
    (void)ret;
    return aw_timeout_leave(timeout, 0);
}

TaskTest(timeout, is_left_by_the_task_that_entered_it_alone)
{
    aw_timeout t;
    aw_future *other;

    expect_rc(aw_timeout_enter(&t, 2 * T), 0);
    other = aw_create_task(NULL, aw_call(leave, &t));
    expect_rc(aw_await(other, NULL), AW_ENOTASK);
    aw_unref(other);
    expect_rc(aw_sleep(50 * T), AW_ECANCELED);
    expect_rc(aw_timeout_leave(&t, AW_ECANCELED), AW_ETIMEDOUT);
}
