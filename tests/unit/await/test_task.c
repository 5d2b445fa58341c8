#include "support/kit.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

/* The task's rules: A19 to A26, and what becomes of arguments and values. */

TestSuite(task, .timeout = 30);

static int say(void *line, aw_value *ret)
{
    ev("%s", (const char *)line);
    *ret = text_value(line);
    return 0;
}

/* A19: a pending task holds a reference on itself. */
TaskTest(task, runs_even_if_it_was_released_at_once)
{
    aw_unref(spawn(aw_call(say, "a"), NULL));
    aw_unref(spawn(give(1, "b", "b"), NULL));
    expect_lines("");
    expect_rc(aw_sleep(2 * T), 0);
    expect_lines("a\nb done\n");
}

static int same_task(void *task, aw_value *ret)
{
    cr_assert(eq(ptr, aw_current_task(), task));
    *ret = text_value("v");
    return 0;
}

/* A20 */
TaskTest(task, awaiting_a_coroutine_is_a_call_without_a_turn)
{
    aw_value value = {0};
    int drops = 0;

    aw_call_soon(loop, ev_line, "a turn", NULL);
    cr_assert(eq(sz, aw_all_tasks(loop, NULL, 0), 1));
    expect_rc(aw_await(aw_call(same_task, aw_current_task()), &value), 0);
    cr_assert(eq(str, (char *)text(value), "v"));
    expect_rc(aw_await(aw_call_own(say, &drops, NULL), NULL), 0);
    trace_clear();
    turns(1);
    expect_lines("a turn\n");
}

static int count_and_return(void *arg, aw_value *ret)
{
    (void)ret;
    cr_assert(eq(int, *(int *)arg, 0), "dropped after the function's end");
    return 0;
}

static int say_and_wait(void *line, aw_value *ret)
{
    ev("%s", (const char *)line);
    (void)ret;
    return aw_sleep(0);
}

static void say_dropped(void *line)
{
    ev("%s dropped", (const char *)line);
}

TaskTest(task, an_argument_is_dropped_before_another_task_goes_on)
{
    aw_unref(spawn(aw_call_own(say_and_wait, "a", say_dropped), NULL));
    aw_unref(spawn(aw_call_own(say, "b", say_dropped), NULL));
    aw_unref(spawn(aw_call_own(say, "c", say_dropped), NULL));
    expect_rc(aw_sleep(2 * T), 0);
    expect_lines("a\nb\nb dropped\nc\nc dropped\na dropped\n");
}

/* Ownership: whoever takes a coroutine drops its argument once. */
TaskTest(task, an_argument_is_dropped_once_after_the_function_ended)
{
    int awaited = 0, wrapped = 0;

    expect_rc(
        aw_await(aw_call_own(count_and_return, &awaited, count_drop), NULL), 0);
    cr_assert(eq(int, awaited, 1));
    aw_future *t =
        spawn(aw_call_own(count_and_return, &wrapped, count_drop), NULL);
    turns(2);
    cr_assert(eq(int, wrapped, 1), "at its end, not at its release");
    aw_unref(t);
    cr_assert(eq(int, wrapped, 1));
}

struct result {
    int rc, *drops;
};

static int put_and_return(void *arg, aw_value *ret)
{
    struct result *r = arg;

    cr_assert(ne(ptr, ret, NULL));
    cr_assert(eq(ptr, ret->ptr, NULL));
    cr_assert(ret->drop == NULL);
    *ret = (aw_value){r->drops, count_drop};
    return r->rc;
}

/* Precision 8 */
TaskTest(task, a_value_put_there_with_an_error_is_dropped)
{
    int drops = 0;
    struct result r = {APP(1), &drops};
    aw_value value = {&r, NULL};

    expect_rc(aw_await(aw_call(put_and_return, &r), &value), APP(1));
    cr_assert(eq(int, drops, 1));
    cr_assert(eq(ptr, value.ptr, &r), "written only on 0");
    expect_rc(
        aw_await(aw_give(spawn(aw_call(put_and_return, &r), NULL)), &value),
        APP(1));
    cr_assert(eq(int, drops, 2));
}

/* Precision 8 */
TaskTest(task, a_value_nobody_wants_is_dropped)
{
    int drops = 0;
    struct result r = {0, &drops};

    expect_rc(aw_await(aw_call(put_and_return, &r), NULL), 0);
    cr_assert(eq(int, drops, 1));
    expect_rc(aw_await(aw_give(spawn(aw_call(put_and_return, &r), NULL)), NULL),
              0);
    turns(1); /* the entry that woke us held the task */
    cr_assert(eq(int, drops, 2));
    aw_unref(spawn(aw_call(put_and_return, &r), NULL));
    turns(2);
    cr_assert(eq(int, drops, 3));
}

/* Precision 8 */
TaskTest(task, a_positive_code_counts_as_0)
{
    int drops = 0;
    struct result r = {42, &drops};
    aw_value value = {0};
    aw_future *t = spawn(aw_call(put_and_return, &r), NULL);

    expect_rc(aw_await(t, NULL), 0);
    cr_assert(eq(int, aw_future_state(t), AW_VALUE));
    aw_unref(t);
    turns(1); /* the entry that woke us held it */
    cr_assert(eq(int, drops, 1));
    expect_rc(aw_await(aw_call(put_and_return, &r), &value), 0);
    cr_assert(eq(int, drops, 1));
    value.drop(value.ptr);
}

/* A21 */
TaskTest(task, ensure_future_refuses_a_future_of_another_loop)
{
    aw_loop *other = virtual_loop();
    aw_future *f = aw_future_new(loop);
    aw_future *refused = aw_ensure_future(f, other);

    expect_rc(aw_future_result(refused, NULL), AW_EOTHERLOOP);
    aw_unref(refused);
    aw_future *same = aw_async(aw_give(f), loop);
    cr_assert(eq(ptr, same, f), "a given one comes back with its reference");
    aw_unref(same);
    refused = aw_ensure_future(aw_give(aw_future_new(loop)), other);
    expect_rc(aw_future_result(refused, NULL), AW_EOTHERLOOP);
    aw_unref(refused);
    aw_loop_close(other);
    aw_loop_unref(other);
}

/* A21 A8 */
Test(task, ensure_future_uses_the_loop_given_or_else_the_threads)
{
    aw_loop *set = virtual_loop(), *given = virtual_loop();

    aw_set_event_loop(set);
    aw_future *a = aw_ensure_future(aw_call(say, "a"), NULL);
    aw_future *b = aw_ensure_future(aw_call(say, "b"), given);
    cr_assert(eq(ptr, aw_future_loop(a), set));
    cr_assert(eq(ptr, aw_future_loop(b), given));
    expect_rc(aw_run_until_complete(given, b, NULL), 0);
    expect_rc(aw_run_sync(a, NULL), 0);
    aw_unref(a), aw_unref(b);
    aw_set_event_loop(NULL);
    aw_loop_close(set), aw_loop_close(given);
    aw_loop_unref(set), aw_loop_unref(given);
    expect_lines("b\na\n");
}

/* A21: the future that says no is like any other. */
TaskTest(task, what_is_no_awaitable_is_refused_everywhere)
{
    aw_awaitable odd = {.kind = 42};
    aw_future *refused = aw_ensure_future(odd, NULL);

    expect_rc(aw_future_result(refused, NULL), AW_EINVAL);
    aw_unref(refused);
    expect_rc(aw_await(odd, NULL), AW_EINVAL);
    expect_rc(aw_await(aw_of_future(NULL), NULL), AW_EINVAL);
    expect_rc(aw_wait_for(odd, 1, NULL), AW_EINVAL);
    expect_rc(aw_await(aw_give(aw_shield(odd)), NULL), AW_EINVAL);
}

/* A24 */
TaskTest(task, made_up_names_are_unique_and_grow)
{
    aw_future *ts[3];
    int numbers[3];

    for (int i = 0; i < 3; i++) {
        ts[i] = spawn(give(0, NULL, NULL), NULL);
        cr_assert(
            eq(int, sscanf(aw_task_name(ts[i]), "Task-%d", &numbers[i]), 1));
    }
    cr_assert(lt(int, numbers[0], numbers[1]));
    cr_assert(lt(int, numbers[1], numbers[2]));
    expect_rc(aw_task_set_name(ts[0], "first"), 0);
    char again[] = "again";
    expect_rc(aw_task_set_name(ts[0], again), 0);
    again[0] = 'X';
    cr_assert(eq(str, (char *)aw_task_name(ts[0]), "again"), "it is copied");
    turns(3);
    expect_rc(aw_task_set_name(ts[0], "at any time"), 0);
    cr_assert(eq(str, (char *)aw_task_name(ts[0]), "at any time"));
    for (int i = 0; i < 3; i++)
        aw_unref(ts[i]);
}

/* A24 */
TaskTest(task, a_bare_future_has_no_name)
{
    aw_future *f = aw_future_new(loop);

    cr_assert(eq(ptr, (void *)aw_task_name(f), NULL));
    expect_rc(aw_task_set_name(f, "x"), AW_EINVAL);
    cr_assert(eq(ptr, aw_task_extra(f), NULL));
    aw_unref(f);
}

/* A24, Precision 15 */
TaskTest(task, all_tasks_lists_the_unfinished_in_order_of_creation)
{
    aw_future *ts[3], *found[3] = {NULL};

    for (int i = 0; i < 3; i++)
        ts[i] = spawn(give(i, NULL, NULL), NULL);
    cr_assert(eq(sz, aw_all_tasks(loop, found, 2), 4), "main is one of them");
    cr_assert(eq(ptr, found[0], aw_current_task()));
    cr_assert(eq(ptr, found[1], ts[0]));
    cr_assert(eq(ptr, found[2], NULL), "only as many as there is room for");
    aw_unref(found[0]), aw_unref(found[1]);
    turns(3);
    cr_assert(eq(sz, aw_all_tasks(NULL, found, 3), 3));
    cr_assert(eq(ptr, found[1], ts[1]));
    cr_assert(eq(ptr, found[2], ts[2]));
    for (int i = 0; i < 3; i++)
        aw_unref(found[i]), aw_unref(ts[i]);
    cr_assert(eq(sz, aw_all_tasks(NULL, NULL, 0), 3), "pending ones stay");
}

static void expect_no_task(aw_future *f, void *data)
{
    (void)f, (void)data;
    cr_assert(eq(ptr, aw_current_task(), NULL));
    ev("callback");
}

/* A24 */
TaskTest(task, no_task_is_current_in_a_callback)
{
    aw_future *t = spawn(give(0, NULL, NULL), NULL);

    aw_add_done(t, expect_no_task, NULL);
    turns(3);
    aw_unref(t);
    expect_lines("callback\n");
}

/* A25 */
TaskTest(task, sleeping_for_no_time_gives_way_for_exactly_one_turn)
{
    double before = aw_time(loop);

    aw_call_soon(loop, ev_line, "1", NULL);
    expect_rc(aw_sleep(0), 0);
    ev("turn");
    aw_call_soon(loop, ev_line, "2", NULL);
    expect_rc(aw_sleep(-5), 0);
    ev("turn");
    cr_assert(eq(dbl, aw_time(loop), before), "no timer, no time");
    expect_lines("1\nturn\n2\nturn\n");
}

static int await_oneself(void *arg, aw_value *ret)
{
    (void)arg;
    expect_rc(aw_await(aw_current_task(), NULL), AW_ESELF);
    turns(1);
    *ret = text_value("went on");
    return 0;
}

/* A26 */
TaskTest(task, awaiting_oneself_is_an_error_and_the_task_may_go_on)
{
    ev("%s", outcome(aw_give(spawn(aw_call(await_oneself, NULL), NULL))));
    expect_lines("value went on\n");
}

/* A26 */
TaskTest(task, an_outcome_cannot_be_set_from_outside)
{
    int drops = 0;
    aw_future *t = spawn(give(1, "own", NULL), NULL);

    expect_rc(aw_set_value(t, (aw_value){&drops, count_drop}), AW_ESTATE);
    expect_rc(aw_set_error(t, APP(1)), AW_ESTATE);
    cr_assert(eq(int, drops, 1));
    ev("%s", outcome(aw_give(t)));
    expect_lines("value own\n");
}

static void await_in_callback(void *futures)
{
    aw_future **f = futures;
    aw_value value = {0};

    expect_rc(aw_await(f[0], &value), 0);
    ev("%s", text(value));
    expect_rc(aw_await(f[1], NULL), AW_ENOTASK);
    expect_rc(aw_await(aw_call(say, "does not suspend"), &value), 0);
    expect_rc(aw_await(give(1, NULL, NULL), NULL), AW_ENOTASK);
    expect_rc(aw_sleep(0), AW_ENOTASK);
    expect_rc(aw_sleep(1), AW_ENOTASK);
    expect_rc(aw_wait(f, 1, 1, AW_ALL_COMPLETED, NULL), AW_ENOTASK);
}

/* Precision 15 */
TaskTest(task, outside_a_task_only_what_does_not_suspend_can_be_awaited)
{
    aw_future *f[] = {aw_future_new(loop), aw_future_new(loop)};

    aw_set_value(f[0], text_value("decided"));
    aw_call_soon(loop, await_in_callback, f, NULL);
    turns(1);
    aw_unref(f[0]), aw_unref(f[1]);
    expect_lines("decided\ndoes not suspend\n");
}

/* Precision 15 */
TaskTest(task, a_pending_future_of_another_loop_cannot_be_awaited)
{
    aw_loop *other = virtual_loop();
    aw_future *f = aw_future_new(other);

    expect_rc(aw_await(f, NULL), AW_EOTHERLOOP);
    expect_rc(aw_await(aw_give(f), NULL), AW_EOTHERLOOP);
    aw_loop_close(other);
    aw_loop_unref(other);
}

static int yield_and_sleep(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    expect_rc(aw_yield(), 0);
    ev("yielded");
    expect_rc(aw_yield(), 0);
    ev("yielded, cancelled");
    int rc = aw_sleep(T);
    ev("sleep: %s", token(rc));
    return rc;
}

/* A25, and a request stays for the next await. */
TaskTest(task, yielding_gives_way_and_keeps_a_request)
{
    aw_future *t = spawn(aw_call(yield_and_sleep, NULL), NULL);

    turns(2);
    aw_future_cancel(t);
    ev("%s", outcome(aw_give(t)));
    expect_lines("yielded\nyielded, cancelled\nsleep: cancelled\ncancelled\n");
}
