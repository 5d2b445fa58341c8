#include "support/kit.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

/*
 * Tasks that await each other in a circle are a deadlock; cancelling must end
 * it all the same. CPython fails here with a RecursionError.
 */

TestSuite(circle, .timeout = 30);

/* Tasks that await the next one, the last the first. */
struct circle {
    aw_future *tasks[3];
    size_t next; /* the one that begins next */
};

static int await_next(void *arg, aw_value *ret)
{
    (void)ret;
    struct circle *circle = arg;
    size_t own = circle->next++;
    int rc = aw_await(circle->tasks[(own + 1) % 3], NULL);

    ev("%zu %s", own, token(rc));
    return rc;
}

static void begin_circle(struct circle *circle)
{
    *circle = (struct circle){0};
    for (size_t i = 0; i < 3; i++)
        circle->tasks[i] = spawn(aw_call(await_next, circle), NULL);
    turns(3);
}

static void end_circle(struct circle *circle)
{
    for (size_t i = 0; i < 3; i++)
        aw_unref(circle->tasks[i]);
}

/* Each has one request, and is told after the one that it awaits. */
TaskTest(circle, is_ended_by_cancelling_one_of_its_tasks)
{
    struct circle circle;

    begin_circle(&circle);
    cr_assert(aw_future_cancel(circle.tasks[1]));
    for (size_t i = 0; i < 3; i++)
        cr_assert(eq(u32, aw_task_cancelling(circle.tasks[i]), 1));
    turns(5);
    expect_lines("0 cancelled\n2 cancelled\n1 cancelled\n");
    end_circle(&circle);
}

TaskTest(circle, may_have_each_of_its_tasks_cancelled)
{
    struct circle circle;

    begin_circle(&circle);
    for (size_t i = 0; i < 3; i++)
        cr_assert(aw_future_cancel(circle.tasks[i]));
    turns(5);
    for (size_t i = 0; i < 3; i++)
        cr_assert(eq(int, aw_future_state(circle.tasks[i]), AW_CANCELLED));
    trace_clear();
    end_circle(&circle);
}

static int await_after_own_cancel(void *arg, aw_value *ret)
{
    aw_future_cancel(aw_current_task());
    return await_next(arg, ret);
}

/* A33: met where the circle closes. */
TaskTest(circle, that_a_cancelled_task_closes_is_told_there)
{
    struct circle circle = {0};

    for (size_t i = 0; i < 3; i++)
        circle.tasks[i] = spawn(
            aw_call(i == 2 ? await_after_own_cancel : await_next, &circle),
            NULL);
    turns(6);
    expect_lines("2 cancelled\n1 cancelled\n0 cancelled\n");
    end_circle(&circle);
}

static int await_whole(void *arg, aw_value *ret)
{
    (void)ret;
    int rc = aw_await(*(aw_future **)arg, NULL);

    ev("gather %s", token(rc));
    return rc;
}

static int await_member(void *arg, aw_value *ret)
{
    (void)ret;
    int rc = aw_await(*(aw_future **)arg, NULL);

    ev("task %s", token(rc));
    return rc;
}

TaskTest(circle, may_lead_through_a_gather)
{
    aw_future *gather = NULL;
    aw_future *outer = spawn(aw_call(await_whole, &gather), NULL);
    aw_future *inner = spawn(aw_call(await_member, &outer), NULL);

    gather = aw_gather((aw_awaitable[]){aw_any(inner)}, 1, 0);
    turns(2);
    cr_assert(aw_future_cancel(outer));
    cr_assert(eq(u32, aw_task_cancelling(outer), 1));
    cr_assert(eq(u32, aw_task_cancelling(inner), 1));
    turns(6);
    expect_lines("task cancelled\ngather cancelled\n");
    aw_unref(gather);
    aw_unref(inner);
    aw_unref(outer);
}

TaskTest(circle, may_be_one_task_that_awaits_itself_through_a_gather)
{
    aw_future *gather = NULL;
    aw_future *task = spawn(aw_call(await_whole, &gather), NULL);

    gather = aw_gather((aw_awaitable[]){aw_any(task)}, 1, 0);
    turns(2);
    cr_assert(aw_future_cancel(task));
    turns(6);
    expect_lines("gather cancelled\n");
    cr_assert(eq(int, aw_future_state(task), AW_CANCELLED));
    cr_assert(eq(str, (char *)state(gather), "cancelled"));
    aw_unref(gather);
    aw_unref(task);
}
