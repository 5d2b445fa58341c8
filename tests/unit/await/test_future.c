#include "support/kit.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

/* The future's rules: A13 to A18, and who owns its value. */

TestSuite(future, .timeout = 30);

static void tell(aw_future *f, void *line)
{
    (void)f;
    ev("%s", (const char *)line);
}

/* A13 */
TaskTest(future, a_refused_decision_changes_nothing_and_drops_the_value)
{
    aw_future *f = aw_future_new(loop);
    int drops = 0;
    aw_value value = {&drops, count_drop};

    expect_rc(aw_set_error(f, 0), AW_EINVAL);
    expect_rc(aw_set_error(f, 5), AW_EINVAL);
    cr_assert(eq(int, aw_future_state(f), AW_PENDING));
    expect_rc(aw_set_error(f, APP(1)), 0);
    expect_rc(aw_set_value(f, value), AW_ESTATE);
    cr_assert(eq(int, drops, 1));
    expect_rc(aw_set_error(f, APP(2)), AW_ESTATE);
    cr_assert(not(aw_future_cancel(f)));
    expect_rc(aw_future_result(f, NULL), APP(1));
    aw_unref(f);
    cr_assert(eq(int, drops, 1));
}

/* A13, Precision 15: out-pointers are written only on 0, and may be NULL. */
TaskTest(future, reading_writes_the_value_only_on_success)
{
    int mark = 0;
    aw_value value = {&mark, NULL};
    aw_future *pending = aw_future_new(loop), *failed = aw_future_new(loop);
    aw_future *cancelled = aw_future_new(loop);

    aw_set_error(failed, APP(1));
    aw_future_cancel(cancelled);
    expect_rc(aw_future_result(pending, &value), AW_ESTATE);
    expect_rc(aw_future_take(pending, &value), AW_ESTATE);
    expect_rc(aw_future_result(failed, &value), APP(1));
    expect_rc(aw_future_take(failed, &value), APP(1));
    expect_rc(aw_future_result(cancelled, &value), AW_ECANCELED);
    expect_rc(aw_future_take(cancelled, &value), AW_ECANCELED);
    cr_assert(eq(ptr, value.ptr, &mark));
    aw_set_value(pending, text_value("v"));
    expect_rc(aw_future_result(pending, NULL), 0);
    aw_unref(pending), aw_unref(failed), aw_unref(cancelled);
}

/* Ownership: the future drops what nobody took. */
TaskTest(future, a_value_is_dropped_once_with_the_last_reference)
{
    int drops = 0;
    aw_future *f = aw_future_new(loop);
    aw_value value = {0};

    aw_set_value(f, (aw_value){&drops, count_drop});
    aw_ref(f);
    expect_rc(aw_future_result(f, &value), 0);
    cr_assert(eq(ptr, value.ptr, &drops));
    expect_rc(aw_await(f, NULL), 0);
    aw_unref(f);
    cr_assert(eq(int, drops, 0), "awaiting a borrowed future drops nothing");
    aw_unref(f);
    cr_assert(eq(int, drops, 1));
}

TaskTest(future, a_taken_value_is_the_takers_and_later_readers_find_null)
{
    int drops = 0;
    aw_future *f = aw_future_new(loop);
    aw_value taken = {0}, later = {&drops, NULL};

    aw_set_value(f, (aw_value){&drops, count_drop});
    expect_rc(aw_future_take(f, &taken), 0);
    expect_rc(aw_future_result(f, &later), 0);
    cr_assert(eq(ptr, later.ptr, NULL));
    expect_rc(aw_future_take(f, &later), 0);
    cr_assert(eq(ptr, later.ptr, NULL));
    aw_unref(f);
    cr_assert(eq(int, drops, 0));
    taken.drop(taken.ptr);
    cr_assert(eq(int, drops, 1));
}

/* Taking without wanting drops; nobody else would. */
TaskTest(future, a_value_taken_to_nowhere_is_dropped)
{
    int drops = 0;
    aw_future *f = aw_future_new(loop);

    aw_set_value(f, (aw_value){&drops, count_drop});
    expect_rc(aw_future_take(f, NULL), 0);
    aw_unref(f);
    cr_assert(eq(int, drops, 1));
}

TaskTest(future, awaiting_a_given_future_moves_its_value_and_frees_it)
{
    int drops = 0;
    aw_value value = {0};
    aw_future *f = aw_future_new(loop);

    aw_set_value(f, (aw_value){&drops, count_drop});
    expect_rc(aw_await(aw_give(f), &value), 0);
    cr_assert(eq(int, drops, 0));
    value.drop(value.ptr);
    f = aw_future_new(loop);
    aw_set_value(f, (aw_value){&drops, count_drop});
    expect_rc(aw_await(aw_give(f), NULL), 0);
    cr_assert(eq(int, drops, 2));
}

/* A14 */
TaskTest(future, removal_takes_every_registration_of_the_same_callback)
{
    aw_future *f = aw_future_new(loop);
    static char twice[] = "twice", other[] = "other";

    aw_add_done(f, tell, twice);
    aw_add_done(f, tell, other);
    aw_add_done(f, tell, twice);
    aw_add_done(f, tell, twice);
    cr_assert(eq(sz, aw_remove_done(f, tell, "unknown"), 0));
    cr_assert(eq(sz, aw_remove_done(f, tell, twice), 3));
    cr_assert(eq(sz, aw_remove_done(f, tell, twice), 0));
    aw_set_value(f, text_value(NULL));
    turns(1);
    expect_lines("other\n");
    aw_unref(f);
}

/* A14 */
TaskTest(future, a_callback_added_twice_runs_twice_and_once_queued_it_runs)
{
    aw_future *f = aw_future_new(loop);
    static char again[] = "again", last[] = "last";

    aw_add_done(f, tell, again);
    aw_add_done(f, tell, again);
    aw_add_done(f, tell, last);
    aw_future_cancel(f);
    cr_assert(eq(sz, aw_remove_done(f, tell, again), 0));
    turns(1);
    expect_lines("again\nagain\nlast\n");
    aw_unref(f);
}

static void release_and_tell(aw_future *f, void *data)
{
    (void)data;
    ev("%s", state(f));
}

/* The object lives until its queued callbacks ran. */
TaskTest(future, may_be_released_with_callbacks_in_the_queue)
{
    int drops = 0;
    aw_future *f = aw_future_new(loop);

    aw_add_done(f, release_and_tell, NULL);
    aw_set_error(f, APP(3));
    aw_unref(f);
    f = aw_future_new(loop);
    aw_set_value(f, (aw_value){&drops, count_drop});
    aw_add_done(f, tell, "late");
    aw_unref(f);
    cr_assert(eq(int, drops, 0));
    turns(1);
    cr_assert(eq(int, drops, 1));
    expect_lines("error 3\nlate\n");
}

TaskTest(future, released_while_pending_it_goes_without_calling_anybody)
{
    aw_future *f = aw_future_new(loop);

    trace_reports(loop);
    aw_add_done(f, tell, "never");
    aw_add_done(f, tell, "never either");
    aw_unref(f);
    turns(2);
    aw_unref(NULL);
    cr_assert(eq(ptr, aw_ref(NULL), NULL));
    expect_lines("");
}

static void add_another(aw_future *f, void *line)
{
    ev("first");
    aw_add_done(f, tell, line);
}

/* A14: a callback added by a callback runs in the next turn. */
TaskTest(future, a_callback_may_add_a_callback)
{
    aw_future *f = aw_future_new(loop);

    aw_add_done(f, add_another, "second");
    aw_set_value(f, text_value(NULL));
    turns(1);
    expect_lines("first\n");
    turns(1);
    expect_lines("second\n");
    aw_unref(f);
}

/* A15 */
TaskTest(future, cancelling_a_bare_future_takes_effect_at_once)
{
    aw_future *f = aw_future_new(loop);

    cr_assert(aw_future_cancel(f));
    cr_assert(eq(int, aw_future_state(f), AW_CANCELLED));
    expect_rc(aw_await(f, NULL), AW_ECANCELED);
    cr_assert(eq(u32, aw_task_cancelling(aw_current_task()), 0));
    aw_unref(f);
}

static aw_future *failed(aw_loop *loop, int number)
{
    aw_future *f = aw_future_new(loop);

    aw_set_error(f, APP(number));
    return f;
}

/* A16 */
TaskTest(future, an_error_counts_as_read_once_awaited_read_taken_or_cancelled)
{
    trace_reports(loop);
    aw_future *awaited = failed(loop, 1), *read = failed(loop, 2);
    aw_future *taken = failed(loop, 3), *cancelled = failed(loop, 4);

    expect_rc(aw_await(awaited, NULL), APP(1));
    expect_rc(aw_future_result(read, NULL), APP(2));
    expect_rc(aw_future_take(taken, NULL), APP(3));
    cr_assert(not(aw_future_cancel(cancelled)));
    aw_unref(awaited), aw_unref(read), aw_unref(taken), aw_unref(cancelled);
    expect_rc(aw_await(aw_give(failed(loop, 5)), NULL), APP(5));
    expect_lines("");
}

/* A16 */
TaskTest(future, asking_whether_it_is_done_is_no_reading)
{
    trace_reports(loop);
    aw_future *f = failed(loop, 1);

    aw_ref(f);
    cr_assert(eq(int, aw_future_state(f), AW_ERROR));
    aw_add_done(f, tell, "callback");
    turns(1);
    expect_lines("callback\n");
    aw_unref(f);
    expect_lines("");
    aw_unref(f);
    expect_lines("never retrieved: error 1 of none\n");
    turns(2);
    expect_lines("");
}

/* A16: values and cancellations may be forgotten. */
TaskTest(future, only_errors_are_missed)
{
    trace_reports(loop);
    aw_future *f = aw_future_new(loop), *g = aw_future_new(loop);

    aw_set_value(f, text_value("v"));
    aw_future_cancel(g);
    aw_unref(f), aw_unref(g);
    aw_future *t = spawn(give(0, "v", NULL), NULL);
    aw_future *u = spawn(give(0, "v", NULL), NULL);
    aw_future_cancel(u);
    turns(3);
    aw_unref(t), aw_unref(u);
    expect_lines("");
}

/* A16: nobody holds this task, so its last reference goes at its end. */
TaskTest(future, the_error_of_a_task_nobody_holds_is_reported_at_its_end)
{
    trace_reports(loop);
    aw_unref(spawn(fail(1, 6, NULL), "lonely"));
    expect_rc(aw_sleep(2 * T), 0);
    expect_lines("never retrieved: error 6 of lonely\n");
}

/* A17 */
TaskTest(future, awaiting_what_is_decided_does_not_suspend)
{
    aw_future *f = aw_future_new(loop);
    aw_value value = {0};

    aw_set_value(f, text_value("v"));
    aw_call_soon(loop, ev_line, "a turn", NULL);
    expect_rc(aw_await(f, &value), 0);
    ev("%s", text(value));
    turns(1);
    aw_unref(f);
    expect_lines("v\na turn\n");
}

static int await_and_tell(void *future, aw_value *ret)
{
    (void)ret;
    ev("waiter: %s", outcome((aw_future *)future));
    return 0;
}

/* A17: a waiter is served like any other done callback, in its order. */
TaskTest(future, a_waiter_is_a_done_callback_like_any_other)
{
    aw_future *f = aw_future_new(loop);

    aw_add_done(f, tell, "before");
    aw_future *t = spawn(aw_call(await_and_tell, f), NULL);
    turns(1);
    aw_add_done(f, tell, "after");
    aw_set_value(f, text_value("v"));
    aw_call_soon(loop, ev_line, "soon", NULL);
    expect_lines("");
    turns(1);
    expect_lines("before\nwaiter: value v\nafter\nsoon\n");
    aw_unref(t), aw_unref(f);
}

/* A18 */
TaskTest(future, cancelling_one_waiter_cancels_the_future_and_tells_all)
{
    aw_future *f = aw_future_new(loop);
    aw_future *a = spawn(aw_call(await_and_tell, f), NULL);
    aw_future *b = spawn(aw_call(await_and_tell, f), NULL);

    turns(1);
    cr_assert(aw_future_cancel(a));
    cr_assert(eq(int, aw_future_state(f), AW_CANCELLED));
    turns(2);
    expect_lines("waiter: cancelled\nwaiter: cancelled\n");
    cr_assert(eq(int, aw_future_state(b), AW_VALUE), "b was told, not asked");
    aw_unref(a), aw_unref(b), aw_unref(f);
}

/* Precision 4: the code is an error's here, the state tells. */
TaskTest(future, cancelled_may_be_set_as_an_error)
{
    aw_future *f = aw_future_new(loop);

    expect_rc(aw_set_error(f, AW_ECANCELED), 0);
    cr_assert(eq(int, aw_future_state(f), AW_ERROR));
    expect_rc(aw_await(f, NULL), AW_ECANCELED);
    aw_unref(f);
}

TaskTest(future, knows_its_loop)
{
    aw_future *f = aw_future_new(NULL), *g = aw_future_new(loop);

    cr_assert(eq(ptr, aw_future_loop(f), loop));
    cr_assert(eq(ptr, aw_future_loop(g), loop));
    aw_unref(f), aw_unref(g);
}
