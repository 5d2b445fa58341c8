#include "support/kit.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

/* Cancellation: A28 to A36, at every kind of await. */

TestSuite(cancel, .timeout = 30);

static int sleep_long(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    int rc = aw_sleep(50 * T);

    ev("%s", told(rc, (aw_value){0}));
    return rc;
}

/* A28 */
TaskTest(cancel, of_a_done_task_is_refused_and_changes_nothing)
{
    aw_future *t = spawn(give(0, "v", NULL), NULL);

    turns(3);
    cr_assert(not(aw_future_cancel(t)));
    cr_assert(eq(u32, aw_task_cancelling(t), 0));
    cr_assert(eq(str, (char *)state(t), "value v"));
    aw_unref(t);
}

static int clean_up_twice(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    int rc = aw_sleep(50 * T);

    ev("cleanup %s", token(rc));
    ev("first %s", outcome(give(1, "v", NULL)));
    ev("second %s", outcome(give(1, "w", NULL)));
    return rc;
}

/* A28: edge, not level. The delivery over, awaits work as ever. */
TaskTest(cancel, is_delivered_once_and_cleanup_may_await)
{
    aw_future *t = spawn(aw_call(clean_up_twice, NULL), NULL);

    turns(1);
    aw_future_cancel(t);
    ev("%s", outcome(t));
    aw_unref(t);
    expect_lines("cleanup cancelled\nfirst value v\nsecond value w\n"
                 "cancelled\n");
}

static void tell(aw_future *f, void *line)
{
    ev("%s %s", (const char *)line, state(f));
}

/* A29: never entered, yet the argument is dropped, once, and no stack used. */
TaskTest(cancel, before_the_first_step_drops_the_argument)
{
    int drops = 0;
    aw_future *t = spawn(aw_call_own(sleep_long, &drops, count_drop), NULL);

    aw_add_done(t, tell, "callback");
    cr_assert(aw_future_cancel(t));
    cr_assert(aw_future_cancel(t), "asked as often as wanted until it is done");
    turns(2);
    cr_assert(eq(int, drops, 1));
    cr_assert(not(aw_future_cancel(t)));
    aw_unref(t);
    cr_assert(eq(int, drops, 1));
    expect_lines("callback cancelled\n");
}

struct chain {
    const char *name;
    aw_future *awaited;
};

static int link_of_chain(void *arg, aw_value *ret)
{
    struct chain *c = arg;
    int rc = c->awaited ? aw_await(c->awaited, NULL) : aw_sleep(50 * T);

    (void)ret;
    ev("%s %s", c->name, token(rc));
    turns(1);
    ev("%s ends", c->name);
    return rc;
}

/* A30 */
TaskTest(cancel, reaches_the_innermost_first_and_each_outer_after_it_ended)
{
    struct chain inner = {"inner", NULL};
    aw_future *a = spawn(aw_call(link_of_chain, &inner), NULL);
    struct chain middle = {"middle", a};
    aw_future *b = spawn(aw_call(link_of_chain, &middle), NULL);
    struct chain outer = {"outer", b};
    aw_future *c = spawn(aw_call(link_of_chain, &outer), NULL);

    turns(2);
    cr_assert(aw_future_cancel(c));
    ev("%s", outcome(c));
    cr_assert(eq(int, aw_future_state(a), AW_CANCELLED));
    cr_assert(eq(int, aw_future_state(b), AW_CANCELLED));
    aw_unref(a), aw_unref(b), aw_unref(c);
    expect_lines("inner cancelled\ninner ends\nmiddle cancelled\n"
                 "middle ends\nouter cancelled\nouter ends\ncancelled\n");
}

static int swallow(void *arg, aw_value *ret)
{
    (void)arg;
    *ret = text_value(aw_sleep(50 * T) == AW_ECANCELED ? "kept" : "slept");
    return 0;
}

static int await_task(void *future, aw_value *ret)
{
    return aw_await((aw_future *)future, ret);
}

/* A31 */
TaskTest(cancel, swallowed_by_the_inner_task_gives_the_outer_its_value)
{
    aw_future *inner = spawn(aw_call(swallow, NULL), NULL);
    aw_future *outer = spawn(aw_call(await_task, inner), NULL);

    turns(2);
    cr_assert(aw_future_cancel(outer));
    ev("outer %s", outcome(outer));
    ev("inner %s", state(inner));
    aw_unref(outer), aw_unref(inner);
    expect_lines("outer value kept\ninner value kept\n");
}

struct self_cancel {
    aw_future *decided, *pending;
};

static int cancel_itself(void *arg, aw_value *ret)
{
    struct self_cancel *s = arg;

    (void)ret;
    cr_assert(aw_future_cancel(aw_current_task()));
    ev("decided: %s", outcome(s->decided));
    int rc = aw_await(s->pending, NULL);
    ev("pending: %s", token(rc));
    return rc;
}

/* A33 */
TaskTest(cancel, of_oneself_is_met_at_the_next_real_suspension)
{
    struct self_cancel s = {aw_future_new(loop), aw_future_new(loop)};

    aw_set_value(s.decided, text_value("v"));
    aw_future *t = spawn(aw_call(cancel_itself, &s), NULL);
    ev("%s", outcome(t));
    cr_assert(eq(int, aw_future_state(s.pending), AW_CANCELLED));
    aw_unref(t), aw_unref(s.decided), aw_unref(s.pending);
    expect_lines("decided: value v\npending: cancelled\ncancelled\n");
}

static int cancel_itself_then_sleep(void *seconds, aw_value *ret)
{
    (void)ret;
    aw_future_cancel(aw_current_task());
    int rc = aw_sleep(*(double *)seconds);
    ev("%s", token(rc));
    return rc;
}

/* A33: giving way is a suspension too. */
TaskTest(cancel, of_oneself_is_met_at_a_sleep_of_any_length)
{
    double none = 0, some = 50 * T;
    double before = aw_time(loop);

    ev("%s",
       outcome(aw_give(spawn(aw_call(cancel_itself_then_sleep, &none), NULL))));
    ev("%s",
       outcome(aw_give(spawn(aw_call(cancel_itself_then_sleep, &some), NULL))));
    cr_assert(lt(dbl, aw_time(loop) - before, 50 * T));
    expect_lines("cancelled\ncancelled\ncancelled\ncancelled\n");
}

struct ending {
    int rc, *drops;
};

static int cancel_itself_and_end(void *arg, aw_value *ret)
{
    struct ending *e = arg;

    aw_future_cancel(aw_current_task());
    *ret = (aw_value){e->drops, count_drop};
    return e->rc;
}

/* A33, Precision 8: the value is lost, that is, dropped. */
TaskTest(cancel, of_oneself_before_returning_a_value_ends_cancelled)
{
    int drops = 0;
    struct ending value = {0, &drops}, error = {APP(4), &drops};
    aw_future *t = spawn(aw_call(cancel_itself_and_end, &value), NULL);
    aw_future *u = spawn(aw_call(cancel_itself_and_end, &error), NULL);

    turns(2);
    ev("%s", state(t));
    ev("%s", state(u));
    cr_assert(eq(int, drops, 2));
    aw_unref(t), aw_unref(u);
    expect_lines("cancelled\nerror 4\n");
}

static int tell_each_await(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    int rc = 0;

    for (int i = 0; i < 3; i++) {
        int each = aw_sleep(5 * T);

        ev("await %d %s", i, told(each, (aw_value){0}));
        if (each < 0)
            rc = each;
    }
    return rc;
}

/* A34 */
TaskTest(cancel, requests_not_delivered_yet_merge_into_one)
{
    aw_future *t = spawn(aw_call(tell_each_await, NULL), NULL);

    turns(1);
    for (int i = 0; i < 3; i++)
        cr_assert(aw_future_cancel(t));
    cr_assert(eq(u32, aw_task_cancelling(t), 3));
    ev("%s", outcome(t));
    aw_unref(t);
    expect_lines("await 0 cancelled\nawait 1 value none\nawait 2 value none\n"
                 "cancelled\n");
}

/* A34 */
TaskTest(cancel, a_new_request_breaks_the_cleanup_too)
{
    aw_future *t = spawn(aw_call(tell_each_await, NULL), NULL);

    turns(1);
    aw_future_cancel(t);
    turns(2);
    aw_future_cancel(t);
    ev("%s", outcome(t));
    aw_unref(t);
    expect_lines("await 0 cancelled\nawait 1 cancelled\nawait 2 value none\n"
                 "cancelled\n");
}

/* A35 */
TaskTest(cancel, counts_belong_to_tasks_and_never_fall_below_zero)
{
    aw_future *f = aw_future_new(loop);
    aw_future *me = aw_current_task();

    cr_assert(eq(u32, aw_task_cancelling(me), 0));
    cr_assert(eq(u32, aw_task_uncancel(me), 0));
    aw_future_cancel(f);
    cr_assert(eq(u32, aw_task_cancelling(f), 0), "no task of ours");
    cr_assert(eq(u32, aw_task_uncancel(f), 0));
    aw_unref(f);
}

static int fail_cleaning_up(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    return aw_sleep(50 * T) == AW_ECANCELED ? APP(9) : 0;
}

/* A36 */
TaskTest(cancel, a_cleanup_that_fails_decides_the_outcome)
{
    aw_future *t = spawn(aw_call(fail_cleaning_up, NULL), NULL);

    turns(1);
    aw_future_cancel(t);
    ev("%s", outcome(t));
    aw_unref(t);
    expect_lines("error 9\n");
}

/* A28: every kind of await hears of it. */
static int in_event(void *event, aw_value *ret)
{
    (void)ret;
    return aw_event_wait(event);
}

static int in_semaphore(void *semaphore, aw_value *ret)
{
    (void)ret;
    return aw_semaphore_acquire(semaphore);
}

static int in_coroutine(void *arg, aw_value *ret)
{
    return aw_await(aw_call(sleep_long, arg), ret);
}

static int in_gather(void *arg, aw_value *ret)
{
    aw_awaitable xs[] = {aw_any(aw_call(sleep_long, arg)),
                         aw_any(aw_call(sleep_long, arg))};

    return aw_await(aw_give(aw_gather(xs, 2, 0)), ret);
}

static int in_wait_for(void *arg, aw_value *ret)
{
    return aw_wait_for(aw_call(sleep_long, arg), 90 * T, ret);
}

TaskTest(cancel, is_heard_at_every_kind_of_await)
{
    aw_event event = {0};
    aw_semaphore semaphore = {0};
    aw_coro coros[] = {
        aw_call(in_event, &event),   aw_call(in_semaphore, &semaphore),
        aw_call(in_coroutine, NULL), aw_call(in_gather, NULL),
        aw_call(in_wait_for, NULL),  give(50, NULL, NULL)};

    for (size_t i = 0; i < sizeof(coros) / sizeof(coros[0]); i++) {
        aw_future *t = spawn(coros[i], NULL);

        turns(3);
        cr_assert(aw_future_cancel(t));
        turns(9);
        cr_assert(eq(int, aw_future_state(t), AW_CANCELLED), "%s",
                  coros[i].name);
        aw_unref(t);
    }
    aw_event_set(&event);
    aw_semaphore_release(&semaphore);
    cr_assert(eq(int, semaphore.value, 1), "no waiter stays behind");
}
