#include "support/kit.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

/*
 * What is nested as deeply as a program likes is cancelled, decided, read and
 * let go of on a stack of the usual size.
 */

TestSuite(deep, .timeout = 60);

enum { LEVELS = 20000, TASKS = 3000 };

static aw_future *gathers_around(aw_future *leaf)
{
    aw_future *f = aw_ref(leaf);

    for (int i = 0; i < LEVELS; i++) {
        aw_awaitable x = aw_give(f);

        f = aw_gather(&x, 1, 0);
    }
    return f;
}

TaskTest(deep, gathers_are_cancelled)
{
    aw_future *leaf = aw_future_new(loop);
    aw_future *f = gathers_around(leaf);

    cr_assert(aw_future_cancel(f));
    cr_assert(eq(int, aw_future_state(leaf), AW_CANCELLED));
    expect_rc(aw_await(f, NULL), AW_ECANCELED);
    cr_assert(not(aw_future_cancel(f)));
    aw_unref(leaf);
    aw_unref(f);
}

TaskTest(deep, gathers_are_decided_and_let_go)
{
    int drops = 0;
    aw_future *leaf = aw_future_new(loop);
    aw_future *f = gathers_around(leaf);

    expect_rc(aw_set_value(leaf, (aw_value){&drops, count_drop}), 0);
    aw_unref(leaf);
    expect_rc(aw_await(f, NULL), 0);
    turns(1); /* the callback that told us holds it */
    cr_assert(eq(int, drops, 0));
    aw_unref(f);
    cr_assert(eq(int, drops, 1));
}

TaskTest(deep, gathers_are_let_go_while_pending)
{
    aw_future *leaf = aw_future_new(loop);
    aw_future *f = gathers_around(leaf);

    aw_unref(f);
    cr_assert(eq(int, aw_future_state(leaf), AW_PENDING));
    aw_unref(leaf);
}

/* Nothing below is left to cancel, and the answer comes up all the way. */
TaskTest(deep, gathers_around_a_decided_future_refuse)
{
    aw_future *leaf = aw_future_new(loop);
    aw_future *f = gathers_around(leaf);

    aw_set_value(leaf, (aw_value){0});
    cr_assert(not(aw_future_cancel(f)));
    expect_rc(aw_await(f, NULL), 0);
    aw_unref(leaf);
    aw_unref(f);
}

TaskTest(deep, shields_are_read_and_let_go)
{
    int drops = 0;
    aw_future *leaf = aw_future_new(loop), *f = aw_ref(leaf);
    aw_value v = {0};

    for (int i = 0; i < LEVELS; i++)
        f = aw_shield(aw_give(f));
    expect_rc(aw_set_value(leaf, (aw_value){&drops, count_drop}), 0);
    expect_rc(aw_await(f, &v), 0);
    cr_assert(eq(ptr, v.ptr, &drops));
    expect_rc(aw_future_take(f, &v), 0);
    cr_assert(ne(ptr, v.drop, NULL));
    v.drop(v.ptr);
    expect_rc(aw_future_result(f, &v), 0);
    cr_assert(eq(ptr, v.ptr, NULL));
    aw_unref(leaf);
    aw_unref(f);
    cr_assert(eq(int, drops, 1));
}

TaskTest(deep, shields_are_cancelled_and_let_go)
{
    aw_future *leaf = aw_future_new(loop), *f = aw_ref(leaf);

    for (int i = 0; i < LEVELS; i++)
        f = aw_shield(aw_give(f));
    cr_assert(aw_future_cancel(f));
    cr_assert(eq(int, aw_future_state(leaf), AW_PENDING));
    aw_unref(f);
    aw_unref(leaf);
}

/* Tasks, each of which awaits the one before in some way. */

static int cancelled;

static int await_it(void *inner, aw_value *ret)
{
    int rc = aw_await(aw_give((aw_future *)inner), ret);

    cancelled += rc == AW_ECANCELED;
    return rc;
}

static int gather_it(void *inner, aw_value *ret)
{
    aw_awaitable x = aw_give(inner);
    int rc = aw_await(aw_give(aw_gather(&x, 1, AW_RETURN_ERRORS)), NULL);

    (void)ret;
    cancelled += rc == AW_ECANCELED;
    return rc;
}

static int limit_it(void *inner, aw_value *ret)
{
    int rc = aw_wait_for(aw_give((aw_future *)inner), 3600, ret);

    cancelled += rc == AW_ECANCELED;
    return rc;
}

static int group_it(void *inner, aw_value *ret)
{
    aw_group g;
    int rc = aw_group_enter(&g);

    (void)ret;
    cr_assert(eq(int, rc, 0));
    aw_group_create_task(&g, aw_call(await_it, inner));
    rc = aw_group_leave(&g, 0, NULL, NULL);
    cancelled += rc == AW_ECANCELED;
    return rc;
}

static aw_future *tasks_around(aw_future *leaf, const aw_fn *fns, size_t n)
{
    aw_future *f = leaf;

    for (size_t i = 0; i < TASKS; i++)
        f = spawn(aw_call(fns[i % n], f), NULL);
    turns(3);
    return f;
}

static const aw_fn ways[] = {await_it, gather_it, limit_it, group_it,
                             gather_it};

static void expect_all_cancelled(aw_loop *loop, const aw_fn *fns, size_t n)
{
    aw_future *leaf = aw_future_new(loop);
    aw_future *f = tasks_around(aw_ref(leaf), fns, n);

    cancelled = 0;
    cr_assert(aw_future_cancel(f));
    expect_rc(aw_await(f, NULL), AW_ECANCELED);
    cr_assert(eq(int, aw_future_state(leaf), AW_CANCELLED));
    cr_assert(ge(int, cancelled, TASKS));
    aw_unref(f);
    aw_unref(leaf);
}

TaskTest(deep, tasks_are_cancelled_through_each_other)
{
    expect_all_cancelled(loop, ways, 1);
}

TaskTest(deep, tasks_are_cancelled_through_gathers)
{
    expect_all_cancelled(loop, ways + 1, 1);
}

TaskTest(deep, tasks_are_cancelled_through_limits_and_groups)
{
    expect_all_cancelled(loop, ways, 5);
}

/* A class that has a cancel of its own, and calls ours in it. */
static aw_future_ops loud_ops;
static int asked;

static bool loud_cancel(aw_future *f)
{
    asked++;
    return aw_task_ops.cancel(f);
}

static aw_future *loud_factory(aw_loop *loop, aw_coro coro, void *data)
{
    (void)data;
    return aw_task_new_as(loop, coro, &loud_ops, 0);
}

static void be_loud(aw_loop *loop, bool (*cancel)(aw_future *f))
{
    loud_ops = aw_task_ops;
    loud_ops.cancel = cancel;
    aw_set_task_factory(loop, loud_factory, NULL);
}

TaskTest(deep, tasks_of_a_class_of_ones_own_are_cancelled)
{
    be_loud(loop, loud_cancel);
    expect_all_cancelled(loop, ways, 2);
    cr_assert(eq(int, asked, TASKS));
}

/* What its cancel says counts, and what it does not pass on does not arrive. */
static bool deaf_cancel(aw_future *f)
{
    (void)f;
    asked++;
    return false;
}

static bool two_faced_cancel(aw_future *f)
{
    (void)aw_task_ops.cancel(f);
    return false;
}

static void expect_around_a_task(aw_loop *loop, bool (*cancel)(aw_future *f),
                                 bool answer, int rc)
{
    aw_future *leaf = aw_future_new(loop);
    be_loud(loop, cancel);
    aw_future *inner = spawn(aw_call(await_it, aw_ref(leaf)), NULL);
    aw_awaitable x = aw_of_future(inner);

    aw_future *f = aw_gather(&x, 1, 0);
    turns(1);
    cr_assert(eq(int, aw_future_cancel(f), answer));
    turns(3);
    aw_set_value(leaf, (aw_value){0});
    expect_rc(aw_await(f, NULL), rc);
    aw_unref(f);
    aw_unref(inner);
    aw_unref(leaf);
}

TaskTest(deep, what_a_class_answers_is_the_answer)
{
    expect_around_a_task(loop, loud_cancel, true, AW_ECANCELED);
    expect_around_a_task(loop, deaf_cancel, false, 0);
    expect_around_a_task(loop, two_faced_cancel, false, AW_ECANCELED);
}

/* A loop that closes. */

static int pile_up(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    tasks_around(aw_future_new(NULL), ways, 5);
    gathers_around(aw_future_new(NULL));
    return 0;
}

static void say_nothing(const aw_report *r, void *data)
{
    (void)r, (void)data;
}

Test(deep, a_loop_closes_over_all_of_it)
{
    aw_loop *l = virtual_loop();

    aw_set_report_handler(l, say_nothing, NULL);
    expect_rc(aw_run_until_complete(l, aw_call(pile_up, NULL), NULL), 0);
    expect_rc(aw_loop_close(l), 0);
    aw_loop_unref(l);
}
