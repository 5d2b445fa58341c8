#include "turns.h"

#include <criterion/criterion.h>

/* Turns of futures, tasks, cancellation, semaphores, events and timers. */

TestSuite(turns_future, .timeout = 30);

static int chain(void *arg, aw_value *ret)
{
    aw_future *f = aw_future_new(NULL);
    aw_future *inner = spawn(awaiting("inner", aw_any(f)), NULL);
    aw_future *outer = spawn(awaiting("outer", aw_any(inner)), NULL);

    (void)arg, (void)ret;
    aw_add_done(f, tell_done, "callback of f");
    aw_add_done(inner, tell_done, "callback of inner");
    turns(2);
    start();
    aw_set_value(f, text_value("v"));
    ev_turn("set");
    int rc = aw_await(outer, NULL);
    ev_turn("main");
    stop();
    aw_unref(f), aw_unref(inner), aw_unref(outer);
    return rc;
}

static int cancel_chain(void *arg, aw_value *ret)
{
    aw_future *f = aw_future_new(NULL);
    aw_future *inner = spawn(awaiting("inner", aw_any(f)), NULL);
    aw_future *outer = spawn(awaiting("outer", aw_any(inner)), NULL);

    (void)arg, (void)ret;
    turns(2);
    start();
    ev_turn("cancel %s", yes(aw_future_cancel(outer)));
    int rc = aw_await(outer, NULL);
    ev_turn("main %s", yes(aw_future_state(f) == AW_CANCELLED));
    stop();
    aw_unref(f), aw_unref(inner), aw_unref(outer);
    return rc;
}

static int cancel_started_or_not(void *arg, aw_value *ret)
{
    aw_future *a = spawn(steps("a", 9, 0), NULL);

    (void)arg, (void)ret;
    turns(2);
    aw_future *b = spawn(steps("b", 9, 0), NULL);
    aw_add_done(a, tell_done, "a done");
    aw_add_done(b, tell_done, "b done");
    start();
    aw_future_cancel(a);
    aw_future_cancel(b);
    ev_turn("asked");
    turns(4);
    stop();
    aw_unref(a), aw_unref(b);
    return 0;
}

struct place {
    const char *name;
    aw_semaphore *semaphore;
    aw_event *event;
};

static int guest(void *arg, aw_value *ret)
{
    struct place *p = arg;
    int rc = aw_semaphore_acquire(p->semaphore);

    (void)ret;
    if (rc < 0)
        return rc;
    ev_turn("%s in", p->name);
    turns(1);
    ev_turn("%s out", p->name);
    return aw_semaphore_release(p->semaphore);
}

static int listener(void *arg, aw_value *ret)
{
    struct place *p = arg;
    int rc = aw_event_wait(p->event);

    (void)ret;
    ev_turn("%s woken", p->name);
    return rc;
}

static int places(void *arg, aw_value *ret)
{
    aw_semaphore s;
    aw_event e = {0};
    struct place ps[] = {{"a", &s, NULL},
                         {"b", &s, NULL},
                         {"c", &s, NULL},
                         {"x", NULL, &e},
                         {"y", NULL, &e}};
    aw_future *ts[5];
    int rc = aw_semaphore_init(&s, 1, 0);

    (void)arg, (void)ret;
    for (int i = 0; i < 5; i++)
        ts[i] = spawn((aw_coro){.fn = i < 3 ? guest : listener, .arg = &ps[i]},
                      NULL);
    start();
    turns(2);
    aw_event_set(&e);
    ev_turn("set");
    if (rc == 0)
        rc = aw_event_wait(&e);
    ev_turn("main passes");
    for (int i = 0; i < 5; i++) {
        if (rc == 0)
            rc = aw_await(ts[i], NULL);
        aw_unref(ts[i]);
    }
    ev_turn("main");
    stop();
    return rc;
}

static int acquire_only(void *arg, aw_value *ret)
{
    struct place *p = arg;
    int rc = aw_semaphore_acquire(p->semaphore);

    (void)ret;
    ev_turn("%s %s", p->name, rc == 0 ? "in" : token(rc));
    return rc;
}

static int chosen_and_cancelled(void *arg, aw_value *ret)
{
    aw_semaphore s = {0};
    struct place ps[] = {{"a", &s, NULL}, {"b", &s, NULL}, {"c", &s, NULL}};
    aw_future *ts[3];

    (void)arg, (void)ret;
    for (int i = 0; i < 3; i++)
        ts[i] = spawn(aw_call(acquire_only, &ps[i]), NULL);
    turns(1);
    start();
    aw_semaphore_release(&s);
    aw_future_cancel(ts[0]);
    ev_turn("released");
    turns(3);
    aw_future_cancel(ts[2]);
    aw_semaphore_release(&s);
    ev_turn("again");
    turns(3);
    ev_turn("locked %s", yes(s.value == 0));
    stop();
    for (int i = 0; i < 3; i++)
        aw_unref(ts[i]);
    return 0;
}

static double due(int n)
{
    return 1 + n * 1e-13;
}

static int sleep_value(void *arg, aw_value *ret)
{
    (void)arg;
    *ret = text_value("v");
    return aw_sleep(due(2));
}

static int timer_and_sleeper(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    aw_call_later(NULL, due(0), start_later, NULL, NULL);
    aw_call_later(NULL, due(1), ev_turn_line, "timer", NULL);
    aw_future *t =
        spawn(awaiting("sleeper", aw_any(aw_call(sleep_value, NULL))), NULL);
    aw_future *u = spawn(waiting("waiter", t, due(3)), NULL);
    turns(1);
    int rc = aw_sleep(due(4));
    ev_turn("main");
    if (rc == 0)
        rc = aw_await(t, NULL);
    ev_turn("end %s", yes(is_done(u)));
    stop();
    aw_unref(t), aw_unref(u);
    return rc;
}

/* A2 A14 A17 A25 A28 A29 A30 A49-A53 */
Test(turns_future, everything_happens_in_the_turn_it_does_in_cpython)
{
    scenario("chain", chain);
    scenario("cancel_chain", cancel_chain);
    scenario("cancel_started_or_not", cancel_started_or_not);
    scenario("places", places);
    scenario("chosen_and_cancelled", chosen_and_cancelled);
    scenario("timer_and_sleeper", timer_and_sleeper);
    expect_trace("turns_future");
}
