#include "support/kit.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

/* gather and shield: A37 to A41, A48. */

TestSuite(gather, .timeout = 30);

static int wait_and_clean(void *units, aw_value *ret)
{
    (void)ret;
    int rc = aw_sleep(50 * T);

    if (rc == AW_ECANCELED) {
        ev("%s told", aw_task_name(aw_current_task()));
        int cleanup = aw_sleep(*(double *)units * T);
        ev("%s over", aw_task_name(aw_current_task()));
        return cleanup < 0 ? cleanup : rc;
    }
    return rc;
}

static void tell_state(aw_future *f, void *name)
{
    ev("%s %s", (const char *)name, state(f));
}

/* A38 */
TaskTest(gather, is_decided_by_the_first_error_while_the_others_run_on)
{
    aw_awaitable xs[] = {aw_any(give(3, "a", "a")), aw_any(fail(1, 5, "b")),
                         aw_any(fail(2, 6, "c"))};

    trace_reports(loop);
    aw_future *g = aw_gather(xs, 3, 0);
    ev("gather %s", outcome(g));
    cr_assert(not(aw_future_cancel(g)), "it is decided");
    expect_rc(aw_sleep(5 * T), 0);
    cr_assert(eq(str, (char *)state(aw_gather_member(g, 0)), "value a"));
    aw_unref(g);
    expect_lines("b done\ngather error 5\nc done\na done\n");
}

/* A38 A16: being a member is being read; nobody reads these. */
TaskTest(gather, later_errors_of_members_count_as_read)
{
    aw_awaitable xs[] = {aw_any(fail(1, 5, NULL)), aw_any(fail(2, 6, NULL))};

    trace_reports(loop);
    expect_rc(aw_await(aw_give(aw_gather(xs, 2, 0)), NULL), APP(5));
    expect_rc(aw_sleep(3 * T), 0);
    expect_lines("");
}

/* A16: but the error of the gather itself may be missed. */
TaskTest(gather, an_error_nobody_awaited_is_reported)
{
    aw_awaitable x = aw_any(fail(1, 5, NULL));

    trace_reports(loop);
    aw_future *g = aw_gather(&x, 1, 0);
    expect_rc(aw_sleep(2 * T), 0);
    aw_unref(g);
    turns(1);
    expect_lines("never retrieved: error 5 of none\n");
}

/* A38 A40, Precision 4: the waiter is told, but was not cancelled itself. */
TaskTest(gather, a_cancelled_member_is_an_error_of_code_cancelled)
{
    aw_future *t = spawn(give(50, NULL, NULL), NULL);
    aw_awaitable xs[] = {aw_any(t), aw_any(give(2, "b", "b"))};
    aw_future *g = aw_gather(xs, 2, 0);

    cancel_later(1, t);
    expect_rc(aw_await(g, NULL), AW_ECANCELED);
    cr_assert(eq(int, aw_future_state(g), AW_ERROR));
    cr_assert(eq(u32, aw_task_cancelling(aw_current_task()), 0));
    expect_rc(aw_sleep(2 * T), 0);
    aw_unref(g), aw_unref(t);
    expect_lines("b done\n");
}

/* A40 */
TaskTest(gather, cancelled_it_cancels_its_members_and_ends_with_the_first)
{
    double quick = 1, slow = 3;
    aw_future *a = spawn(aw_call(wait_and_clean, &slow), "slow");
    aw_future *b = spawn(aw_call(wait_and_clean, &quick), "quick");
    aw_awaitable xs[] = {aw_give(a), aw_give(b)};
    aw_future *g = aw_gather(xs, 2, 0);

    turns(1);
    cr_assert(aw_future_cancel(g));
    cr_assert(eq(int, aw_future_state(g), AW_PENDING), "it waits for one");
    ev("gather %s", outcome(g));
    expect_rc(aw_sleep(5 * T), 0);
    aw_unref(g);
    expect_lines("slow told\nquick told\nquick over\ngather cancelled\n"
                 "slow over\n");
}

static int gather_with_errors(void *xs, aw_value *ret)
{
    aw_future *g = aw_gather(xs, 2, AW_RETURN_ERRORS);
    int rc = aw_await(g, ret);

    ev("waiter told %s", token(rc));
    aw_unref(g);
    return rc;
}

/* A40: with "return errors" all cleanup is over when the waiter goes on. */
TaskTest(gather, cancelled_with_return_errors_it_ends_when_all_have_ended)
{
    double quick = 1, slow = 3;
    aw_awaitable xs[] = {
        aw_give(spawn(aw_call(wait_and_clean, &slow), "slow")),
        aw_give(spawn(aw_call(wait_and_clean, &quick), "quick"))};
    aw_future *t = spawn(aw_call(gather_with_errors, xs), NULL);

    turns(2);
    aw_future_cancel(t);
    ev("%s", outcome(aw_give(t)));
    expect_lines("slow told\nquick told\nquick over\nslow over\n"
                 "waiter told cancelled\ncancelled\n");
}

/* A39 A40 */
TaskTest(gather, a_member_cancelled_from_elsewhere_is_a_result_among_others)
{
    aw_future *t = spawn(give(50, NULL, NULL), NULL);
    aw_awaitable xs[] = {aw_any(t), aw_any(fail(2, 4, NULL))};
    aw_future *g = aw_gather(xs, 2, AW_RETURN_ERRORS);

    cancel_later(1, t);
    expect_rc(aw_await(g, NULL), 0);
    ev("%s", gathered(g, 2));
    aw_unref(g), aw_unref(t);
    expect_lines("[cancelled error 4]\n");
}

/* A41 */
TaskTest(gather, of_nothing_is_decided_at_once)
{
    aw_future *g = aw_gather(NULL, 0, 0);

    cr_assert(eq(int, aw_future_state(g), AW_VALUE));
    cr_assert(eq(ptr, aw_gather_member(g, 0), NULL));
    expect_rc(aw_await(aw_give(g), NULL), 0);
}

/* A41, Precision 4 */
TaskTest(gather, the_same_future_twice_is_one_member_and_two_results)
{
    aw_future *t = spawn(give(1, "v", "t"), NULL);
    aw_awaitable xs[] = {aw_any(t), aw_any(t), aw_give(aw_ref(t))};
    aw_future *g = aw_gather(xs, 3, 0);

    expect_rc(aw_await(g, NULL), 0);
    ev("%s", gathered(g, 3));
    for (size_t i = 0; i < 3; i++)
        cr_assert(eq(ptr, aw_gather_member(g, i), t));
    cr_assert(eq(ptr, aw_gather_member(g, 3), NULL), "out of range");
    cr_assert(eq(ptr, aw_gather_member(t, 0), NULL), "no gather");
    aw_unref(g), aw_unref(t);
    expect_lines("t done\n[v v v]\n");
}

/* A41 */
TaskTest(gather, nests)
{
    aw_awaitable inner[] = {aw_any(give(2, "a", NULL)),
                            aw_any(give(1, "b", NULL))};
    aw_awaitable outer[] = {aw_give(aw_gather(inner, 2, 0)),
                            aw_any(give(1, "c", NULL))};
    aw_future *g = aw_gather(outer, 2, 0);

    expect_rc(aw_await(g, NULL), 0);
    ev("%s", gathered(aw_gather_member(g, 0), 2));
    ev("%s", text((aw_value){0}));
    aw_unref(g);
    expect_lines("[a b]\nnone\n");
}

/* A40 A41: cancelling passes down. */
TaskTest(gather, cancelled_it_cancels_a_nested_one)
{
    aw_awaitable inner = aw_any(give(50, "a", "a"));
    aw_awaitable outer[] = {aw_give(aw_gather(&inner, 1, 0)),
                            aw_any(give(50, "b", "b"))};
    aw_future *g = aw_gather(outer, 2, 0);

    turns(1);
    cr_assert(aw_future_cancel(g));
    ev("%s", outcome(g));
    aw_unref(g);
    expect_lines("a cancelled\nb cancelled\ncancelled\n");
}

/* A41 */
TaskTest(gather, decided_members_still_cost_one_turn)
{
    aw_future *f = aw_future_new(loop);
    aw_awaitable x = aw_any(f);

    aw_set_value(f, text_value("v"));
    aw_future *g = aw_gather(&x, 1, 0);
    cr_assert(eq(int, aw_future_state(g), AW_PENDING));
    turns(1);
    cr_assert(eq(int, aw_future_state(g), AW_VALUE));
    aw_unref(g), aw_unref(f);
}

/* Precision 11: refused, it leaves nothing behind; coroutines are dropped. */
TaskTest(gather, with_members_of_two_loops_is_refused)
{
    aw_loop *other = virtual_loop();
    aw_future *foreign = aw_future_new(other);
    int drops = 0;
    double units = 1;
    aw_awaitable xs[] = {
        aw_any(aw_call_own(wait_and_clean, &drops, count_drop)),
        aw_give(spawn(aw_call(wait_and_clean, &units), "given")),
        aw_give(foreign),
        aw_any(aw_call_own(wait_and_clean, &drops, count_drop))};
    aw_future *g = aw_gather(xs, 4, 0);

    expect_rc(aw_await(g, NULL), AW_EOTHERLOOP);
    cr_assert(eq(ptr, aw_gather_member(g, 0), NULL));
    aw_unref(g);
    turns(3);
    cr_assert(eq(int, drops, 2));
    expect_lines("");
    aw_loop_close(other);
    aw_loop_unref(other);
}

/* A37, ownership: values stay with the members until they are taken. */
TaskTest(gather, members_own_the_values)
{
    int drops = 0;
    aw_future *f = aw_future_new(loop);
    aw_awaitable x = aw_give(f);
    aw_future *g = aw_gather(&x, 1, 0);
    aw_value value = {&drops, NULL};

    aw_set_value(f, (aw_value){&drops, count_drop});
    expect_rc(aw_await(g, &value), 0);
    cr_assert(eq(ptr, value.ptr, NULL), "its own value is NULL");
    expect_rc(aw_future_result(aw_gather_member(g, 0), &value), 0);
    cr_assert(eq(ptr, value.ptr, &drops));
    cr_assert(eq(int, drops, 0));
    aw_unref(g);
    turns(1); /* the entry that woke us held it */
    cr_assert(eq(int, drops, 1));
}

TaskTest(gather, may_be_released_while_its_members_run)
{
    aw_awaitable xs[] = {aw_any(give(1, "a", "a")), aw_any(give(2, "b", "b"))};

    trace_reports(loop);
    aw_unref(aw_gather(xs, 2, 0));
    expect_rc(aw_sleep(3 * T), 0);
    expect_lines("a done\nb done\n");
}

/* A48 */
TaskTest(gather, a_shield_of_what_is_decided_is_that_itself)
{
    aw_future *f = aw_future_new(loop);

    aw_set_value(f, text_value("v"));
    aw_future *s = aw_shield(f);
    cr_assert(eq(ptr, s, f));
    aw_unref(s), aw_unref(f);
}

/* A48 */
TaskTest(gather, a_shield_passes_every_outcome_outwards)
{
    aw_future *cancelled = aw_future_new(loop);
    aw_future *s = aw_shield(cancelled);

    ev("%s", outcome(aw_give(aw_shield(give(1, "v", NULL)))));
    ev("%s", outcome(aw_give(aw_shield(fail(1, 2, NULL)))));
    aw_future_cancel(cancelled);
    turns(1);
    cr_assert(eq(int, aw_future_state(s), AW_CANCELLED));
    aw_unref(s), aw_unref(cancelled);
    expect_lines("value v\nerror 2\n");
}

/* A48 A16: cancelling the outer one ends its interest in the inner one. */
TaskTest(gather, the_error_behind_a_cancelled_shield_is_missed_like_any_other)
{
    trace_reports(loop);
    aw_future *inner = spawn(fail(1, 2, "inner"), "inner");
    aw_future *s = aw_shield(aw_give(inner));

    turns(1);
    cr_assert(aw_future_cancel(s));
    cr_assert(eq(int, aw_future_state(s), AW_CANCELLED));
    aw_add_done(s, tell_state, "outer");
    expect_rc(aw_sleep(2 * T), 0);
    aw_unref(s);
    turns(1);
    expect_lines("outer cancelled\ninner done\n"
                 "never retrieved: error 2 of inner\n");
}

/* Ownership: a shield moves nothing out of what others may read. */
TaskTest(gather, a_shields_value_is_the_inner_futures)
{
    int drops = 0;
    aw_future *f = aw_future_new(loop);
    aw_future *s = aw_shield(f);
    aw_value value = {0};

    aw_set_value(f, (aw_value){&drops, count_drop});
    expect_rc(aw_await(s, &value), 0);
    cr_assert(eq(ptr, value.ptr, &drops));
    aw_unref(s);
    aw_unref(f);
    turns(1); /* the entry that woke us held them */
    cr_assert(eq(int, drops, 1));
}
