#include "support/kit.h"
#include "support/socket.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <unistd.h>

/* A loop that is closed under tasks in every kind of await: nothing of them is
   unwound, and nothing points to their stacks any more. */

TestSuite(abandon, .timeout = 30);

static aw_future *shared;

static int in_wait(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    return aw_wait(&shared, 1, 50, AW_ALL_COMPLETED, NULL);
}

static int in_next(void *completions, aw_value *ret)
{
    (void)ret;
    return aw_next(completions, NULL);
}

static int in_await(void *arg, aw_value *ret)
{
    (void)arg;
    return aw_await(shared, ret);
}

static int in_given(void *arg, aw_value *ret)
{
    (void)arg;
    return aw_await(aw_give(aw_shield(shared)), ret);
}

static int in_group(void *arg, aw_value *ret)
{
    aw_group g;

    (void)ret;
    if (aw_group_enter(&g) < 0)
        return AW_EINVAL;
    aw_group_create_task(&g, aw_call(in_await, arg));
    return aw_group_leave(&g, 0, NULL, NULL);
}

static int in_timeout(void *arg, aw_value *ret)
{
    aw_timeout t;

    (void)arg;
    if (aw_timeout_enter(&t, 50) < 0)
        return AW_EINVAL;
    return aw_timeout_leave(&t, aw_await(shared, ret));
}

static int in_event(void *event, aw_value *ret)
{
    (void)ret;
    return aw_event_wait(event);
}

static int serve_for_ever(aw_stream *s, void *data)
{
    char c;

    (void)data;
    return (int)aw_read(s, &c, 1);
}

static int in_close(void *listener, aw_value *ret)
{
    (void)ret;
    return aw_listener_close(listener, 50);
}

static int go_round(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    turns(6);
    return 0;
}

static void no_report(const aw_report *r, void *data)
{
    ++*(int *)data;
    cr_assert(eq(int, r->kind, AW_DESTROYED_PENDING));
}

Test(abandon, pending_waits_of_every_kind_let_go_of_what_they_wait_for)
{
    aw_loop *loop = virtual_loop();
    aw_event event = {0};
    int reports = 0;

    aw_set_event_loop(loop);
    aw_set_report_handler(loop, no_report, &reports);
    shared = aw_future_new(loop);
    aw_awaitable x = aw_any(shared);
    aw_completions *c = aw_as_completed(&x, 1, 50);
    aw_listener *l = listen_with(serve_for_ever, NULL);
    int fd = connect_to(l);
    aw_coro coros[] = {aw_call(in_wait, NULL),    aw_call(in_next, c),
                       aw_call(in_await, NULL),   aw_call(in_given, NULL),
                       aw_call(in_group, NULL),   aw_call(in_timeout, NULL),
                       aw_call(in_event, &event), give(50, NULL, NULL)};
    for (size_t i = 0; i < sizeof(coros) / sizeof(coros[0]); i++)
        aw_unref(aw_create_task(loop, coros[i]));
    expect_rc(aw_run_until_complete(loop, aw_call(go_round, NULL), NULL), 0);
    aw_unref(aw_create_task(loop, aw_call(in_close, l)));
    expect_rc(aw_run_until_complete(loop, aw_call(go_round, NULL), NULL), 0);

    expect_rc(aw_loop_close(loop), 0);

    /* The tasks, a member, a connection, and the closer. */
    cr_assert(eq(int, reports, 11));
    expect_rc(aw_set_value(shared, text_value("late")), 0);
    aw_event_set(&event);
    aw_completions_free(c);
    aw_unref(shared);
    aw_set_event_loop(NULL);
    aw_loop_unref(loop);
    close(fd);
}

static int sleep_long(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    return aw_sleep(50);
}

/* A run may still be in a future's list when it is stopped. */
Test(abandon, a_run_that_was_stopped_leaves_nothing_behind)
{
    aw_loop *loop = virtual_loop();
    aw_future *f = aw_future_new(loop);

    aw_stop(loop);
    expect_rc(aw_run_until_complete(loop, f, NULL), AW_ESTOPPED);
    aw_set_value(f, text_value(NULL));
    aw_call_soon(loop, ev_line, "turn", NULL);
    aw_stop(loop);
    expect_rc(aw_run_forever(loop), 0);
    expect_lines("turn\n");
    aw_unref(f);
    aw_unref(aw_create_task(loop, aw_call(sleep_long, NULL)));
    aw_set_report_handler(loop, no_report, &(int){0});
    aw_loop_close(loop);
    aw_loop_unref(loop);
}

Test(abandon, a_loop_does_not_run_for_a_future_of_another)
{
    aw_loop *loop = virtual_loop(), *other = virtual_loop();
    aw_future *f = aw_future_new(other);

    expect_rc(aw_run_until_complete(loop, f, NULL), AW_EOTHERLOOP);
    cr_assert(eq(int, aw_future_state(f), AW_PENDING));
    aw_unref(f);
    aw_loop_close(loop), aw_loop_close(other);
    aw_loop_unref(loop), aw_loop_unref(other);
}

/* Arguments that went with a call are dropped, the innermost first. */
static void tell_drop(void *name)
{
    ev("drop %s", (const char *)name);
}

static int give_nothing(void *name, aw_value *ret)
{
    (void)name, (void)ret;
    return 0;
}

static int call_inner(void *name, aw_value *ret)
{
    (void)name;
    int rc = aw_await(aw_call_own(give_nothing, "ended", tell_drop), NULL);
    if (rc < 0)
        return rc;
    return aw_wait_for(aw_call_own(sleep_long, "inner", tell_drop), 30, ret);
}

static int call_outer(void *name, aw_value *ret)
{
    (void)name;
    return aw_await(aw_call_own(call_inner, "middle", tell_drop), ret);
}

Test(abandon, arguments_of_calls_are_dropped)
{
    aw_loop *l = virtual_loop();
    int reports = 0;

    aw_set_report_handler(l, no_report, &reports);
    aw_unref(aw_create_task(l, aw_call_own(call_outer, "outer", tell_drop)));
    expect_rc(aw_run_until_complete(l, aw_call(go_round, NULL), NULL), 0);
    expect_lines("drop ended\n");
    expect_rc(aw_loop_close(l), 0);
    aw_loop_unref(l);
    expect_lines("drop inner\ndrop middle\ndrop outer\n");
    cr_assert(eq(int, reports, 1));
}
