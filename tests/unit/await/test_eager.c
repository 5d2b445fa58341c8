#include "support/kit.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

/* Tasks that begin at once. What CPython tells of them: traces/eager.py. */

TestSuite(eager, .timeout = 30);

static int noted(void *line, aw_value *ret)
{
    (void)ret;
    ev_line(line);
    return 0;
}

TaskTest(eager, one_task_is_begun_at_once)
{
    aw_future *first = aw_create_task(NULL, aw_call(noted, "first"));
    aw_future *second = aw_create_task(NULL, aw_call(noted, "second"));

    expect_rc(aw_task_start(second), 0);
    cr_assert(eq(int, aw_future_state(second), AW_VALUE));
    cr_assert(eq(int, aw_future_state(first), AW_PENDING));
    expect_rc(aw_task_start(second), AW_ESTATE);
    expect_rc(aw_await(aw_give(first), NULL), 0);
    aw_unref(second);
    expect_lines("second\nfirst\n");
}

TaskTest(eager, what_is_no_task_or_has_begun_is_not_begun)
{
    aw_future *future = aw_future_new(NULL);
    aw_future *task = spawn(give(1, "v", NULL), NULL);

    expect_rc(aw_task_start(future), AW_EINVAL);
    aw_unref(future);
    expect_rc(aw_task_start(aw_current_task()), AW_ESTATE);
    expect_rc(aw_task_start(task), 0);
    expect_rc(aw_task_start(task), AW_ESTATE);
    expect_rc(aw_await(aw_give(task), NULL), 0);
}

/* A29 */
TaskTest(eager, one_that_was_cancelled_before_never_enters_its_function)
{
    int dropped = 0;
    aw_future *task =
        aw_create_task(NULL, aw_call_own(noted, &dropped, count_drop));

    cr_assert(aw_future_cancel(task));
    expect_rc(aw_task_start(task), 0);
    cr_assert(eq(int, aw_future_state(task), AW_CANCELLED));
    cr_assert(eq(int, dropped, 1));
    aw_unref(task);
    expect_lines("");
}

Test(eager, where_no_loop_runs_it_begins_in_its_turn)
{
    aw_loop *loop = virtual_loop();
    aw_future *task = aw_create_task(loop, aw_call(noted, "in its turn"));

    expect_rc(aw_task_start(task), AW_ESTATE);
    expect_lines("");
    expect_rc(aw_run_until_complete(loop, aw_give(task), NULL), 0);
    expect_lines("in its turn\n");
    expect_rc(aw_loop_close(loop), 0);
    aw_loop_unref(loop);
}

static int begin_next(void *left, aw_value *ret)
{
    int n = *(int *)left;
    aw_future *next;
    int rc;

    (void)ret;
    if (n == 0)
        return aw_sleep(T);
    *(int *)left = n - 1;
    next = aw_create_task(NULL, aw_call(begin_next, left));
    cr_assert(eq(int, aw_future_state(next), AW_PENDING));
    rc = aw_await(aw_give(next), NULL);
    *(int *)left += 1;
    return rc;
}

/* Each on a stack of its own, under the one that it begins. */
TaskTest(eager, a_thousand_begin_one_within_the_other)
{
    int left = 1000;

    aw_set_task_factory(NULL, aw_eager_task_factory, NULL);
    expect_rc(
        aw_await(aw_give(aw_create_task(NULL, aw_call(begin_next, &left))),
                 NULL),
        0);
    cr_assert(eq(int, left, 1000));
}

TaskTest(eager, one_that_does_not_suspend_keeps_the_creators_place)
{
    double began = aw_time(NULL);

    aw_set_task_factory(NULL, aw_eager_task_factory, NULL);
    for (int i = 0; i < 100; i++) {
        char *before = malloc(32); /* what is on this stack stays */

        cr_assert(before != NULL);
        expect_rc(
            aw_await(aw_give(aw_create_task(NULL, aw_call(noted, "runs"))),
                     NULL),
            0);
        free(before);
    }
    cr_assert(eq(dbl, aw_time(NULL), began));
    trace_clear();
}

struct growing {
    aw_group *group;
    int left;
};

static int add_members(void *arg, aw_value *ret)
{
    struct growing *g = arg;

    (void)ret;
    if (g->left-- > 0)
        (void)aw_group_create_task(g->group, aw_call(add_members, g));
    return APP(4);
}

/* While it is made it adds others, and all of them fail. */
TaskTest(eager, a_member_adds_members_before_it_is_one)
{
    int errors[40];
    size_t n = 40;
    aw_group group;
    struct growing g = {&group, 20};

    aw_set_task_factory(NULL, aw_eager_task_factory, NULL);
    expect_rc(aw_group_enter(&group), 0);
    (void)aw_group_create_task(&group, aw_call(add_members, &g));
    expect_rc(aw_group_leave(&group, APP(5), errors, &n), APP(4));
    cr_assert(eq(sz, n, 22));
    cr_assert(eq(int, errors[21], APP(5)));
}

TaskTest(eager, gather_and_wait_for_take_them_as_any)
{
    aw_awaitable xs[] = {aw_any(aw_call(noted, "a")),
                         aw_any(give(1, "b", NULL))};

    aw_set_task_factory(NULL, aw_eager_task_factory, NULL);
    expect_rc(aw_await(aw_give(aw_gather(xs, 2, 0)), NULL), 0);
    expect_rc(aw_wait_for(give(50, "c", NULL), T, NULL), AW_ETIMEDOUT);
    expect_lines("a\n");
}

static int dump(void *out, aw_value *ret)
{
    (void)ret;
    return aw_dump(NULL, out);
}

TaskTest(eager, a_dump_tells_who_began_it)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    aw_future *task;

    cr_assert(out != NULL);
    expect_rc(aw_task_set_name(aw_current_task(), "creator"), 0);
    task = aw_task_new(NULL, aw_call(dump, out));
    expect_rc(aw_task_set_name(task, "created"), 0);
    expect_rc(aw_task_start(task), 0);
    expect_rc(aw_await(aw_give(task), NULL), 0);
    cr_assert(fclose(out) == 0);
    cr_assert(strstr(text, "creator (main) begins another task\n") != NULL,
              "%s", text);
    cr_assert(strstr(text, "created (dump) runs\n") != NULL, "%s", text);
    free(text);
}
