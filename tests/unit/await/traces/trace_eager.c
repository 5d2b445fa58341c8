#include "../support/kit.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

/* eager.py, line for line. */

TestSuite(trace_eager, .timeout = 30);

static aw_future *named_factory(aw_loop *loop, aw_coro coro, void *number)
{
    aw_future *f = aw_task_new(loop, coro);

    cr_assert(aw_task_set_name(f, kit_print("eager-%d", ++*(int *)number)) ==
              0);
    (void)aw_task_start(f);
    return f;
}

static const char *current(void)
{
    aw_future *t = aw_current_task();

    return t ? aw_task_name(t) : "none";
}

static void soon(const char *line)
{
    cr_assert(aw_call_soon(NULL, ev_line, (void *)line, NULL) == 0);
}

static int finish(void *name, aw_value *ret)
{
    ev("%s runs in %s", (char *)name, current());
    *ret = text_value(name);
    return 0;
}

static int fail_now(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    return APP(7);
}

static int pause(void *name, aw_value *ret)
{
    int rc;

    ev("%s begins in %s", (char *)name, current());
    rc = aw_sleep(0);
    if (rc < 0)
        return rc;
    ev("%s goes on in %s", (char *)name, current());
    *ret = text_value(name);
    return 0;
}

static aw_future *create(aw_fn fn, const char *arg)
{
    return aw_create_task(NULL, aw_call(fn, (void *)arg));
}

static void told_of(aw_future *f, void *line)
{
    (void)f;
    ev_line(line);
}

static void without_suspending(void)
{
    aw_future *task;
    aw_future *failed;

    soon("a turn");
    task = create(finish, "a");
    ev("created %s current %s", state(task), current());
    failed = create(fail_now, NULL);
    ev("failed %s", state(failed));
    aw_unref(failed);
    cr_assert(aw_add_done(task, told_of, "told of a") == 0);
    ev("awaited %s", outcome(aw_give(task)));
    turns(1);
}

static void suspending(void)
{
    aw_future *first, *second;
    const char *got;

    soon("a turn");
    first = create(pause, "b");
    second = create(pause, "c");
    ev("created %s %s current %s", state(first), state(second), current());
    soon("another turn");
    got = outcome(aw_give(first));
    ev("awaited %s %s", got, outcome(aw_give(second)));
}

static int begin_outer(void *arg, aw_value *ret)
{
    aw_future *task;

    (void)arg;
    ev("outer begins in %s", current());
    task = create(pause, "inner");
    ev("outer has created inner, current %s", current());
    ev("outer has %s", outcome(aw_give(task)) + strlen("value "));
    *ret = text_value("outer");
    return 0;
}

static void nested(void)
{
    aw_future *task = create(begin_outer, NULL);

    ev("nested, current %s %s", current(), state(task));
    ev("awaited %s", outcome(aw_give(task)));
}

static int cancel_oneself(void *suspends, aw_value *ret)
{
    ev("d asks itself %s", yes(aw_future_cancel(aw_current_task())));
    if (suspends) {
        int rc = aw_sleep(0);

        if (rc == AW_ECANCELED)
            ev("d is cancelled");
        if (rc < 0)
            return rc;
    }
    *ret = text_value("d");
    return 0;
}

static void cancelling(void)
{
    aw_future *task;

    for (int suspends = 0; suspends < 2; suspends++) {
        task = create(cancel_oneself, suspends ? "suspends" : NULL);
        ev("created %s", state(task));
        ev("awaited %s", outcome(aw_give(task)));
    }
    task = create(pause, "e");
    ev("asked %s", yes(aw_future_cancel(task)));
    ev("awaited %s", outcome(aw_give(task)));
}

static int cancel_creator(void *creator, aw_value *ret)
{
    (void)ret;
    ev("its creator is asked %s", yes(aw_future_cancel(creator)));
    return 0;
}

static void by_the_created(void)
{
    aw_unref(aw_create_task(NULL, aw_call(cancel_creator, aw_current_task())));
    ev("goes on");
    if (aw_sleep(0) == AW_ECANCELED) {
        ev("meets it here");
        (void)aw_task_uncancel(aw_current_task());
    }
}

static int wait_for_creator(void *creator, aw_value *ret)
{
    aw_value got;
    int rc;

    ev("waits for its creator");
    rc = aw_await((aw_future *)creator, &got);
    if (rc == 0)
        *ret = text_value(got.ptr);
    return rc;
}

static int report(void *task, aw_value *ret)
{
    (void)ret;
    ev("the other %s", outcome(aw_give((aw_future *)task)));
    return 0;
}

static int create_waiter(void *arg, aw_value *ret)
{
    aw_future *task =
        aw_create_task(NULL, aw_call(wait_for_creator, aw_current_task()));
    int rc = aw_sleep(0);

    (void)arg;
    if (rc < 0)
        return rc;
    ev("creator ends, %s", state(task));
    soon("a turn");
    aw_unref(aw_create_task(NULL, aw_call(report, task)));
    *ret = text_value("creator");
    return 0;
}

static void awaiting_the_creator(void)
{
    aw_future *task = create(create_waiter, NULL);

    ev("awaited %s", outcome(aw_give(task)));
    turns(3);
}

static int sleep_long(void *name, aw_value *ret)
{
    int rc = aw_sleep(50);

    (void)ret;
    if (rc == AW_ECANCELED)
        ev("%s is cancelled, in %s", (char *)name, current());
    return rc;
}

static void limited(void)
{
    aw_timeout t;

    cr_assert(aw_timeout_enter(&t, T) == 0);
    if (aw_timeout_leave(&t, aw_await(aw_give(create(sleep_long, "f")),
                                      NULL)) == AW_ETIMEDOUT)
        ev("timeout");
}

static int count(void *arg, aw_value *ret)
{
    int rc;

    (void)arg, (void)ret;
    ev("within %zu", aw_all_tasks(NULL, NULL, 0));
    rc = aw_sleep(0);
    ev("later %zu", aw_all_tasks(NULL, NULL, 0));
    return rc;
}

static void listed(void)
{
    aw_future *task;

    ev("before %zu", aw_all_tasks(NULL, NULL, 0));
    task = create(count, NULL);
    ev("after %zu", aw_all_tasks(NULL, NULL, 0));
    expect_rc(aw_await(aw_give(task), NULL), 0);
    ev("in the end %zu", aw_all_tasks(NULL, NULL, 0));
}

static void set_done(aw_future *f, void *event)
{
    (void)f;
    (void)aw_event_set(event);
}

static void start(void *done)
{
    aw_future *task;

    ev("callback, current %s", current());
    task = create(pause, "g");
    ev("callback, current %s %s", current(), state(task));
    cr_assert(aw_add_done(task, set_done, done) == 0);
    aw_unref(task);
}

static void from_a_callback(void)
{
    aw_event done = {0};

    cr_assert(aw_call_soon(NULL, start, &done, NULL) == 0);
    expect_rc(aw_event_wait(&done), 0);
}

static void last(void)
{
    aw_future *task;

    aw_set_task_factory(NULL, NULL, NULL);
    task = create(finish, "last");
    expect_rc(aw_task_set_name(task, "plain"), 0);
    ev("created %s", state(task));
    ev("awaited %s", outcome(aw_give(task)));
}

static int all_parts(void *number, aw_value *ret)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } parts[] = {
#define PART(name) {#name, name}
        PART(without_suspending),
        PART(suspending),
        PART(nested),
        PART(cancelling),
        PART(by_the_created),
        PART(awaiting_the_creator),
        PART(limited),
        PART(listed),
        PART(from_a_callback),
    };

    (void)ret;
    expect_rc(aw_task_set_name(aw_current_task(), "main"), 0);
    aw_set_task_factory(NULL, named_factory, number);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        ev("-- %s", parts[i].name);
        parts[i].run();
    }
    last();
    return 0;
}

static void before_it_runs(int *number)
{
    aw_loop *loop = virtual_loop();
    aw_future *early;

    aw_set_task_factory(loop, named_factory, number);
    early = aw_create_task(loop, aw_call(finish, "early"));
    expect_rc(aw_task_set_name(early, "early"), 0);
    ev("where no loop runs %s", state(early));
    expect_rc(aw_run_until_complete(loop, aw_give(early), NULL), 0);
    expect_rc(aw_loop_close(loop), 0);
    aw_loop_unref(loop);
}

Test(trace_eager, eager)
{
    int number = 0;

    before_it_runs(&number);
    expect_rc(run_virtual(aw_call(all_parts, &number), NULL), 0);
    expect_trace("84_eager");
}
