#include "support/kit.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <signal.h>
#include <string.h>

/* The loop's rules: A1 to A9, and what C adds about handles and times. */

TestSuite(loop, .timeout = 30);

static int say_once(void *line, aw_value *ret)
{
    (void)ret;
    ev("%s", (const char *)line);
    return 0;
}

static void say_done(aw_future *f, void *line)
{
    (void)f;
    ev("%s", (const char *)line);
}

/* A1 */
TaskTest(loop, callbacks_tasks_and_done_callbacks_share_one_queue)
{
    aw_future *f = aw_future_new(loop);

    aw_add_done(f, say_done, "done callback");
    aw_call_soon(loop, ev_line, "callback", NULL);
    aw_unref(spawn(aw_call(say_once, "task"), NULL));
    aw_set_value(f, text_value(NULL));
    aw_call_soon(loop, ev_line, "last", NULL);
    aw_unref(f);
    turns(1);

    expect_lines("callback\ntask\ndone callback\nlast\n");
}

/* A3: CPython leaves the order of equal deadlines open, this library not. */
TaskTest(loop, equal_deadlines_run_in_the_order_of_creation)
{
    static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g"};
    double when = aw_time(loop) + T;
    aw_handle *dead = NULL;

    for (int i = 0; i < 7; i++)
        aw_call_at(loop, when, ev_line, (void *)names[i],
                   i == 3 ? &dead : NULL);
    aw_handle_cancel(dead);
    aw_handle_unref(dead);
    cr_assert(eq(int, aw_sleep(2 * T), 0));

    expect_lines("a\nb\nc\ne\nf\ng\n");
}

static int overdue(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    double now = aw_time(aw_get_running_loop());

    aw_call_at(NULL, now + 0.003, ev_line, "3 ms", NULL);
    aw_call_at(NULL, now + 0.001, ev_line, "1 ms", NULL);
    aw_call_at(NULL, now + 0.002, ev_line, "2 ms", NULL);
    hold_thread(0.02);
    turns(1);
    ev("what was ready before");
    turns(1);
    ev("all in one turn");
    return 0;
}

/* A3, real clock */
Test(loop, overdue_timers_run_in_one_turn_by_deadline_after_what_was_ready)
{
    cr_assert(eq(int, aw_run(aw_call(overdue, NULL), NULL, NULL), 0));
    expect_lines("what was ready before\n1 ms\n2 ms\n3 ms\nall in one turn\n");
}

static void note_time(void *when)
{
    aw_loop *loop = aw_get_running_loop();

    cr_assert(ge(dbl, aw_time(loop), *(double *)when), "a timer was early");
    ev("due");
}

static int never_early(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    aw_loop *loop = aw_get_running_loop();
    double whens[20];

    for (int i = 0; i < 20; i++) {
        whens[i] = aw_time(loop) + 0.00037 * i;
        aw_call_at(loop, whens[i], note_time, &whens[i], NULL);
    }
    double before = monotonic_now();
    int rc = aw_sleep(0.02);
    cr_assert(ge(dbl, monotonic_now() - before, 0.0199));
    return rc;
}

/* A3, real clock */
Test(loop, timers_are_never_early)
{
    cr_assert(eq(int, aw_run(aw_call(never_early, NULL), NULL, NULL), 0));
    cr_assert(eq(sz, strlen(trace_text()), 20 * strlen("due\n")));
}

/* A4 */
TaskTest(loop, a_cancelled_handle_never_runs)
{
    aw_handle *soon = NULL, *later = NULL;

    cr_assert(eq(int, aw_call_soon(loop, ev_line, "never", &soon), 0));
    cr_assert(eq(int, aw_call_later(loop, T, ev_line, "never", &later), 0));
    aw_handle_cancel(soon);
    aw_handle_cancel(later);
    aw_handle_cancel(later);
    aw_handle_unref(soon);
    aw_handle_unref(later);
    cr_assert(eq(int, aw_sleep(2 * T), 0));

    expect_lines("");
}

struct victim {
    aw_handle *handle;
};

static void cancel_victim(void *arg)
{
    struct victim *v = arg;

    ev("cancels");
    aw_handle_cancel(v->handle);
    aw_handle_cancel(v->handle);
}

/* A4 */
TaskTest(loop, a_callback_cancels_one_that_is_queued_behind_it)
{
    struct victim soon, due;

    aw_call_soon(loop, cancel_victim, &soon, NULL);
    aw_call_soon(loop, ev_line, "never", &soon.handle);
    aw_call_later(loop, T, cancel_victim, &due, NULL);
    aw_call_later(loop, T, ev_line, "never", &due.handle);
    cr_assert(eq(int, aw_sleep(2 * T), 0));
    aw_handle_unref(soon.handle);
    aw_handle_unref(due.handle);

    expect_lines("cancels\ncancels\n");
}

/* A4, Precision 15: a handle given out is a reference, no more. */
TaskTest(loop, a_handle_may_be_released_at_once_and_cancelled_too_late)
{
    aw_handle *released = NULL, *late = NULL;

    aw_call_soon(loop, ev_line, "runs", &released);
    aw_handle_unref(released);
    aw_call_later(loop, T, ev_line, "runs too", &late);
    cr_assert(eq(int, aw_sleep(2 * T), 0));
    aw_handle_cancel(late);
    aw_handle_cancel(late);
    aw_handle_unref(late);

    expect_lines("runs\nruns too\n");
}

TaskTest(loop, what_is_not_a_time_is_refused)
{
    aw_handle *h = NULL;

    cr_assert(eq(int, aw_call_later(loop, NAN, ev_line, "x", &h), AW_EINVAL));
    cr_assert(eq(int, aw_call_at(loop, NAN, ev_line, "x", &h), AW_EINVAL));
    cr_assert(eq(int, aw_sleep(NAN), AW_EINVAL));
    cr_assert(eq(ptr, h, NULL), "a refusal writes no handle");
    cr_assert(
        eq(int, aw_call_at(loop, aw_time(loop) - 5, ev_line, "past", &h), 0));
    turns(2);
    aw_handle_unref(h);

    expect_lines("past\n");
}

static void queue_more(void *loop)
{
    ev("queued before");
    aw_call_soon(loop, ev_line, "queued meanwhile", NULL);
}

/* A5 */
Test(loop, a_done_future_costs_a_turn_and_what_is_queued_then_stays)
{
    aw_loop *loop = virtual_loop();
    aw_future *f = aw_future_new(loop);
    aw_value value = {0};

    aw_set_value(f, text_value("v"));
    aw_call_soon(loop, queue_more, loop, NULL);
    cr_assert(eq(int, aw_run_until_complete(loop, f, &value), 0));
    expect_lines("queued before\n");
    cr_assert(eq(str, (char *)text(value), "v"));

    cr_assert(eq(int, aw_run_until_complete(loop, f, NULL), 0));
    expect_lines("queued meanwhile\n");

    aw_unref(f);
    cr_assert(eq(int, aw_loop_close(loop), 0));
    aw_loop_unref(loop);
}

static void stop(void *loop)
{
    aw_stop(loop);
}

/* A6 */
Test(loop, stop_before_a_run_makes_it_last_one_turn)
{
    aw_loop *loop = virtual_loop();

    aw_call_soon(loop, queue_more, loop, NULL);
    aw_stop(loop);
    cr_assert(eq(int, aw_run_forever(loop), 0));
    expect_lines("queued before\n");
    aw_stop(loop);
    cr_assert(eq(int, aw_run_forever(loop), 0));
    expect_lines("queued meanwhile\n");
    cr_assert(eq(int, aw_loop_close(loop), 0));
    aw_loop_unref(loop);
}

/* A6 */
Test(loop, a_run_stopped_early_is_refused_and_its_future_stays_usable)
{
    aw_loop *loop = virtual_loop();
    aw_future *t = aw_create_task(loop, give(5, "v", NULL));
    aw_value value = {0};

    aw_call_later(loop, T, stop, loop, NULL);
    cr_assert(eq(int, aw_run_until_complete(loop, t, &value), AW_ESTOPPED));
    cr_assert(eq(ptr, value.ptr, NULL), "written only on 0");
    cr_assert(eq(int, aw_future_state(t), AW_PENDING));
    cr_assert(eq(int, aw_run_until_complete(loop, t, &value), 0));
    cr_assert(eq(str, (char *)text(value), "v"));
    aw_unref(t);
    cr_assert(eq(int, aw_loop_close(loop), 0));
    aw_loop_unref(loop);
}

static int nothing(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    return 0;
}

static void run_inside(void *other)
{
    int drops = 0;
    aw_coro coro = aw_call_own(nothing, &drops, count_drop);

    cr_assert(eq(int, aw_run_forever(NULL), AW_ERUNNING));
    cr_assert(eq(int, aw_run_forever(other), AW_ERUNNING));
    cr_assert(eq(int, aw_run_until_complete(NULL, coro, NULL), AW_ERUNNING));
    cr_assert(eq(int, aw_run_until_complete(other, coro, NULL), AW_ERUNNING));
    cr_assert(eq(int, aw_run(coro, NULL, NULL), AW_ERUNNING));
    cr_assert(eq(int, drops, 3), "a refused coroutine is dropped, once each");
    cr_assert(eq(int, aw_loop_close(NULL), AW_ERUNNING));
    ev("refused");
}

/* A7 A70 */
TaskTest(loop, no_loop_runs_within_a_running_one)
{
    aw_loop *other = virtual_loop();

    run_inside(other);
    aw_call_soon(loop, run_inside, other, NULL);
    turns(1);
    cr_assert(eq(int, aw_loop_close(other), 0));
    aw_loop_unref(other);

    expect_lines("refused\nrefused\n");
}

/* A7, Precision 14 */
Test(loop, a_closed_loop_takes_nothing_and_closes_again_without_harm)
{
    aw_loop *loop = virtual_loop();
    int drops = 0;
    aw_coro coro = aw_call_own(nothing, &drops, count_drop);

    cr_assert(not(aw_loop_is_closed(loop)));
    cr_assert(eq(int, aw_loop_close(loop), 0));
    cr_assert(eq(int, aw_loop_close(loop), 0));
    cr_assert(aw_loop_is_closed(loop));
    cr_assert(eq(int, aw_call_soon(loop, stop, loop, NULL), AW_ECLOSED));
    cr_assert(eq(int, aw_call_later(loop, 0, stop, loop, NULL), AW_ECLOSED));
    cr_assert(eq(int, aw_call_at(loop, 0, stop, loop, NULL), AW_ECLOSED));
    cr_assert(eq(int, aw_call_soon_threadsafe(loop, stop, loop), AW_ECLOSED));
    cr_assert(
        eq(int, aw_add_signal_handler(loop, SIGUSR1, stop, loop), AW_ECLOSED));
    cr_assert(eq(int, aw_run_forever(loop), AW_ECLOSED));
    cr_assert(eq(int, aw_run_until_complete(loop, coro, NULL), AW_ECLOSED));
    cr_assert(eq(ptr, aw_future_new(loop), NULL));
    aw_future *t = aw_create_task(loop, coro);
    cr_assert(eq(int, aw_future_result(t, NULL), AW_ECLOSED));
    aw_unref(t);
    t = aw_run_in_executor(loop, coro);
    cr_assert(eq(int, aw_future_result(t, NULL), AW_ECLOSED));
    aw_unref(t);
    cr_assert(eq(int, drops, 3));
    aw_loop_unref(loop);
}

static void expect_running(void *loop)
{
    cr_assert(eq(ptr, aw_get_event_loop(), loop));
    cr_assert(eq(ptr, aw_get_running_loop(), loop));
    ev("running");
}

static int expect_running_task(void *loop, aw_value *ret)
{
    (void)ret;
    expect_running(loop);
    return 0;
}

/* A8 */
Test(loop, the_event_loop_is_the_running_one_or_else_the_one_set)
{
    aw_loop *set = virtual_loop(), *run = virtual_loop();

    aw_set_event_loop(set);
    cr_assert(eq(ptr, aw_get_event_loop(), set));
    cr_assert(eq(ptr, aw_get_running_loop(), NULL));
    aw_call_soon(run, expect_running, run, NULL);
    cr_assert(
        eq(int,
           aw_run_until_complete(run, aw_call(expect_running_task, run), NULL),
           0));
    cr_assert(eq(ptr, aw_get_event_loop(), set));
    aw_set_event_loop(NULL);
    aw_loop_close(set), aw_loop_close(run);
    aw_loop_unref(set), aw_loop_unref(run);

    expect_lines("running\nrunning\n");
}

/* A8: as in the days of the book, a thread's loop is made on demand. */
Test(loop, the_event_loop_of_a_thread_is_made_on_demand)
{
    aw_loop *loop = aw_get_event_loop();
    aw_value value = {0};

    cr_assert(ne(ptr, loop, NULL));
    cr_assert(eq(ptr, aw_get_event_loop(), loop));
    cr_assert(eq(int, aw_run_sync(give(0.1, "v", NULL), &value), 0));
    cr_assert(eq(str, (char *)text(value), "v"));
    cr_assert(not(aw_loop_is_closed(loop)));
}
