#include "support/kit.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

/* wait, wait_for and as_completed: A42 to A47. */

TestSuite(wait, .timeout = 30);

/* A42 */
TaskTest(wait, for_nothing_is_refused)
{
    size_t done = 7;

    expect_rc(aw_wait(NULL, 0, AW_FOREVER, AW_ALL_COMPLETED, &done), AW_EEMPTY);
    cr_assert(eq(sz, done, 7), "written only on 0");
}

/* A42, Precision 15: both parts keep the order of the arguments. */
TaskTest(wait, keeps_the_order_and_counts_a_duplicate_once)
{
    aw_future *a = spawn(give(9, "a", NULL), "a");
    aw_future *b = spawn(give(1, "b", NULL), "b");
    aw_future *c = spawn(give(9, "c", NULL), "c");
    aw_future *d = spawn(give(0, "d", NULL), "d");
    aw_future *fs[] = {a, b, c, b, d};
    size_t done = 0;

    expect_rc(aw_wait(fs, 5, 2 * T, AW_ALL_COMPLETED, &done), 0);
    cr_assert(eq(sz, done, 2));
    cr_assert(eq(ptr, fs[0], b));
    cr_assert(eq(ptr, fs[1], d));
    cr_assert(eq(ptr, fs[2], a));
    cr_assert(eq(ptr, fs[3], c));
    cr_assert(eq(ptr, fs[4], b), "the duplicate stands last");
    aw_unref(a), aw_unref(b), aw_unref(c), aw_unref(d);
}

/* A42: a cancelled member is no error; and states are looked at, not read. */
TaskTest(wait, for_the_first_error_passes_over_a_cancelled_member)
{
    aw_future *a = spawn(give(50, NULL, NULL), NULL);
    aw_future *b = spawn(fail(2, 3, NULL), "failing");
    aw_future *c = spawn(give(4, NULL, NULL), NULL);
    aw_future *fs[] = {a, b, c};
    size_t done = 0;

    trace_reports(loop);
    cancel_later(1, a);
    expect_rc(aw_wait(fs, 3, AW_FOREVER, AW_FIRST_ERROR, &done), 0);
    cr_assert(eq(sz, done, 2));
    cr_assert(eq(int, aw_future_state(c), AW_PENDING));
    aw_unref(a), aw_unref(b), aw_unref(c);
    expect_lines("never retrieved: error 3 of failing\n");
}

/* A43 */
TaskTest(wait, a_timeout_is_no_error_and_cancels_nothing)
{
    aw_future *t = spawn(give(3, "v", "t"), NULL);
    size_t done = 9;

    expect_rc(aw_wait(&t, 1, T, AW_ALL_COMPLETED, &done), 0);
    cr_assert(eq(sz, done, 0));
    expect_rc(aw_wait(&t, 1, -1, AW_ALL_COMPLETED, &done), 0);
    cr_assert(eq(sz, done, 0));
    ev("%s", outcome(t));
    expect_rc(aw_wait(&t, 1, 0, AW_ALL_COMPLETED, NULL), 0);
    aw_unref(t);
    expect_lines("t done\nvalue v\n");
}

/* A43 */
TaskTest(wait, for_what_is_done_still_costs_one_turn)
{
    aw_future *f = aw_future_new(loop);
    size_t done = 0;

    aw_set_value(f, text_value(NULL));
    aw_call_soon(loop, ev_line, "turn", NULL);
    expect_rc(aw_wait(&f, 1, AW_FOREVER, AW_ALL_COMPLETED, &done), 0);
    cr_assert(eq(sz, done, 1));
    expect_lines("turn\n");
    aw_unref(f);
}

static int wait_for_all(void *future, aw_value *ret)
{
    aw_future *f = future;
    size_t done = 0;

    (void)ret;
    return aw_wait(&f, 1, AW_FOREVER, AW_ALL_COMPLETED, &done);
}

/* A43 */
TaskTest(wait, a_cancelled_waiter_leaves_the_members_alone)
{
    aw_future *t = spawn(give(3, "v", "t"), NULL);
    aw_future *w = spawn(aw_call(wait_for_all, t), NULL);

    turns(2);
    aw_future_cancel(w);
    ev("waiter %s", outcome(aw_give(w)));
    ev("%s", outcome(aw_give(t)));
    expect_lines("waiter cancelled\nt done\nvalue v\n");
}

TaskTest(wait, refuses_a_member_of_another_loop)
{
    aw_loop *other = virtual_loop();
    aw_future *f = aw_future_new(other);

    expect_rc(aw_wait(&f, 1, 1, AW_ALL_COMPLETED, NULL), AW_EOTHERLOOP);
    aw_unref(f);
    aw_loop_close(other);
    aw_loop_unref(other);
}

/* A45 */
TaskTest(wait, a_passed_limit_never_starts_a_coroutine)
{
    int drops = 0;
    aw_coro coro = give(0, "v", "never");
    aw_value value = {0};

    expect_rc(aw_wait_for(coro, 0, &value), AW_ETIMEDOUT);
    expect_rc(
        aw_wait_for(aw_call_own(wait_for_all, &drops, count_drop), -1, NULL),
        AW_ETIMEDOUT);
    cr_assert(eq(int, drops, 1));
    expect_lines("");
}

/* A45 */
TaskTest(wait, a_passed_limit_gives_what_is_decided_and_cancels_the_rest)
{
    aw_future *decided = aw_future_new(loop), *pending = aw_future_new(loop);
    aw_future *failed = aw_future_new(loop);
    aw_value value = {0};

    aw_set_value(decided, text_value("v"));
    aw_set_error(failed, APP(2));
    expect_rc(aw_wait_for(decided, -1, &value), 0);
    cr_assert(eq(str, (char *)text(value), "v"));
    expect_rc(aw_wait_for(failed, 0, NULL), APP(2));
    expect_rc(aw_wait_for(pending, 0, NULL), AW_ETIMEDOUT);
    cr_assert(eq(int, aw_future_state(pending), AW_CANCELLED));
    aw_unref(decided), aw_unref(pending), aw_unref(failed);
}

static int answer(void *rc, aw_value *ret)
{
    if (aw_sleep(50 * T) == AW_ECANCELED)
        *ret = text_value("answer");
    return *(int *)rc;
}

/* A45 */
TaskTest(wait, a_task_that_answers_the_cancellation_has_its_way)
{
    int good = 0, bad = APP(8);
    aw_value value = {0};
    aw_future *late[] = {spawn(aw_call(answer, &good), NULL),
                         spawn(aw_call(answer, &bad), NULL)};

    expect_rc(
        aw_wait_for(aw_give(spawn(aw_call(answer, &good), NULL)), T, &value),
        0);
    cr_assert(eq(str, (char *)text(value), "answer"));
    expect_rc(aw_wait_for(aw_give(spawn(aw_call(answer, &bad), NULL)), T, NULL),
              APP(8));
    turns(1);
    expect_rc(aw_wait_for(late[0], 0, &value), 0);
    cr_assert(eq(str, (char *)text(value), "answer"));
    expect_rc(aw_wait_for(late[1], 0, NULL), APP(8));
    aw_unref(late[0]), aw_unref(late[1]);
}

static int clean_slowly(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    int rc = aw_sleep(50 * T);

    ev("inner %s", token(rc));
    int cleanup = aw_sleep(2 * T);
    ev("inner over");
    return cleanup < 0 ? cleanup : rc;
}

static int limit_task(void *future, aw_value *ret)
{
    int rc = aw_wait_for((aw_future *)future, 90 * T, ret);

    ev("waiter %s", token(rc));
    return rc;
}

/* A45 */
TaskTest(wait, a_cancelled_waiter_cancels_the_inner_task_and_awaits_its_end)
{
    aw_future *inner = spawn(aw_call(clean_slowly, NULL), NULL);
    aw_future *w = spawn(aw_call(limit_task, inner), NULL);

    turns(2);
    aw_future_cancel(w);
    ev("%s", outcome(aw_give(w)));
    aw_unref(inner);
    expect_lines("inner cancelled\ninner over\nwaiter cancelled\ncancelled\n");
}

static int no_time(void *future, aw_value *ret)
{
    int rc = aw_wait_for((aw_future *)future, 0, ret);

    ev("waiter %s", token(rc));
    return rc;
}

/* A45: cancelled while the inner task cleans up, it is no timeout, and the
   inner one is not asked twice. */
TaskTest(wait, a_waiter_without_time_that_is_cancelled_is_cancelled)
{
    aw_future *inner = spawn(aw_call(clean_slowly, NULL), NULL);

    turns(1);
    aw_future *w = spawn(aw_call(no_time, inner), NULL);
    turns(3);
    aw_future_cancel(w);
    ev("%s", outcome(aw_give(w)));
    expect_rc(aw_await(aw_give(inner), NULL), AW_ECANCELED);
    expect_lines("inner cancelled\nwaiter cancelled\ncancelled\n"
                 "inner over\n");
}

/* A45: without a limit it is an await. */
TaskTest(wait, for_ever_is_an_await)
{
    aw_future *f = aw_future_new(loop);

    aw_set_error(f, APP(1));
    aw_call_soon(loop, ev_line, "turn", NULL);
    expect_rc(aw_wait_for(f, AW_FOREVER, NULL), APP(1));
    expect_lines("");
    aw_unref(f);
}

/* Ownership through wait_for: a given one is moved out, a borrowed one not. */
TaskTest(wait, for_borrows_from_the_borrowed_and_moves_from_the_given)
{
    int drops = 0;
    aw_future *f = aw_future_new(loop);
    aw_value value = {0};

    aw_set_value(f, (aw_value){&drops, count_drop});
    expect_rc(aw_wait_for(f, 5, &value), 0);
    expect_rc(aw_wait_for(aw_give(f), 5, &value), 0);
    cr_assert(eq(int, drops, 0));
    value.drop(value.ptr);
    f = aw_future_new(loop);
    aw_set_value(f, (aw_value){&drops, count_drop});
    expect_rc(aw_wait_for(aw_give(f), 5, NULL), 0);
    cr_assert(eq(int, drops, 2));
}

/* A46 */
TaskTest(wait, outcomes_queue_up_if_the_taker_is_slow)
{
    aw_awaitable xs[] = {aw_any(give(3, "c", NULL)), aw_any(give(1, "a", NULL)),
                         aw_any(give(2, "b", NULL))};
    aw_completions *c = aw_as_completed(xs, 3, AW_FOREVER);
    aw_future *f = NULL;

    expect_rc(aw_sleep(5 * T), 0);
    aw_call_soon(loop, ev_line, "turn", NULL);
    while (aw_next(c, &f) == 0)
        ev("%s", state(f));
    aw_completions_free(c);
    expect_lines("value a\nvalue b\nvalue c\n");
}

/* A46: the futures live until the completions are freed; a duplicate is one. */
TaskTest(wait, completions_keep_their_futures_and_count_a_duplicate_once)
{
    aw_future *t = spawn(give(1, "v", NULL), NULL);
    aw_awaitable xs[] = {aw_any(t), aw_give(aw_ref(t))};
    aw_completions *c = aw_as_completed(xs, 2, AW_FOREVER);
    aw_future *f = NULL;

    aw_unref(t);
    expect_rc(aw_next(c, &f), 0);
    cr_assert(eq(ptr, f, t));
    expect_rc(aw_next(c, NULL), AW_EEND);
    cr_assert(eq(str, (char *)state(f), "value v"));
    aw_completions_free(c);
}

/* A47, Precision 3 */
TaskTest(wait, after_the_limit_each_missing_one_reads_as_timeout)
{
    aw_awaitable xs[] = {aw_any(give(1, "a", "a")), aw_any(give(5, "b", "b")),
                         aw_any(give(6, "c", "c"))};
    aw_completions *c = aw_as_completed(xs, 3, 3 * T);
    aw_future *f = NULL;

    expect_rc(aw_next(c, &f), 0);
    ev("%s", state(f));
    expect_rc(aw_next(c, &f), AW_ETIMEDOUT);
    cr_assert(eq(ptr, f, NULL));
    ev("timeout");
    expect_rc(aw_next(c, &f), AW_ETIMEDOUT);
    expect_rc(aw_next(c, &f), AW_EEND);
    expect_rc(aw_next(c, &f), AW_EEND);
    aw_completions_free(c);
    expect_rc(aw_sleep(9 * T), 0);
    expect_lines("a done\nvalue a\ntimeout\nb done\nc done\n");
}

static int take_one(void *completions, aw_value *ret)
{
    aw_future *f = NULL;
    int rc = aw_next(completions, &f);

    (void)ret;
    ev("taker %s", token(rc));
    rc = aw_next(completions, &f);
    ev("then %s", rc == 0 ? state(f) : token(rc));
    return rc;
}

/* Precision 3 */
TaskTest(wait, a_cancelled_taker_may_go_on_taking)
{
    aw_awaitable x = aw_any(give(3, "v", NULL));
    aw_completions *c = aw_as_completed(&x, 1, AW_FOREVER);
    aw_future *t = spawn(aw_call(take_one, c), NULL);

    turns(2);
    aw_future_cancel(t);
    expect_rc(aw_await(aw_give(t), NULL), 0);
    aw_completions_free(c);
    expect_lines("taker cancelled\nthen value v\n");
}

TaskTest(wait, completions_of_nothing_end_at_once)
{
    aw_completions *c = aw_as_completed(NULL, 0, AW_FOREVER);

    expect_rc(aw_next(c, NULL), AW_EEND);
    aw_completions_free(c);
    aw_completions_free(NULL);
    expect_rc(aw_next(NULL, NULL), AW_ENOMEM);
}

TaskTest(wait, completions_of_two_loops_are_refused)
{
    aw_loop *other = virtual_loop();
    int drops = 0;
    aw_awaitable xs[] = {aw_any(aw_call_own(wait_for_all, &drops, count_drop)),
                         aw_give(aw_future_new(other)),
                         aw_give(aw_future_new(loop))};
    aw_completions *c = aw_as_completed(xs, 3, AW_FOREVER);

    expect_rc(aw_next(c, NULL), AW_EOTHERLOOP);
    expect_rc(aw_next(c, NULL), AW_EEND);
    aw_completions_free(c);
    turns(2);
    cr_assert(eq(int, drops, 1));
    aw_loop_close(other);
    aw_loop_unref(other);
}

TaskTest(wait, completions_may_be_freed_early_and_the_tasks_run_on)
{
    aw_awaitable xs[] = {aw_any(give(1, "a", "a")), aw_any(give(2, "b", "b"))};

    aw_completions_free(aw_as_completed(xs, 2, 5 * T));
    expect_rc(aw_sleep(9 * T), 0);
    expect_lines("a done\nb done\n");
}
