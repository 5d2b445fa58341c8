#include "support/kit.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdint.h>

/* Scenarios of locks, conditions and queues. */

TestSuite(trace_sync, .timeout = 30);

static const char *refused_or(int rc)
{
    return told(rc, (aw_value){0});
}

/* Locks. */

struct lock_user {
    aw_lock *lock;
    const char *name;
};

static int worker(void *arg, aw_value *ret)
{
    struct lock_user *w = arg;
    int rc = aw_lock_acquire(w->lock);

    (void)ret;
    if (rc < 0)
        return rc;
    ev("%s in", w->name);
    rc = aw_sleep(T);
    ev("%s out", w->name);
    cr_assert(aw_lock_release(w->lock) == 0);
    return rc;
}

static int lock(void *arg, aw_value *ret)
{
    aw_lock l = {0};
    struct lock_user users[] = {{&l, "a"}, {&l, "b"}, {&l, "c"}};
    aw_awaitable xs[3];

    (void)arg, (void)ret;
    ev("release %s", refused_or(aw_lock_release(&l)));
    aw_call_soon(NULL, ev_line, "a turn passes", NULL);
    expect_rc(aw_lock_acquire(&l), 0);
    ev("locked %s", yes(aw_lock_locked(&l)));
    for (int i = 0; i < 3; i++)
        xs[i] = aw_give(spawn(aw_call(worker, &users[i]), NULL));
    turns(1);
    expect_rc(aw_lock_release(&l), 0);
    ev("released %s", yes(aw_lock_locked(&l)));
    int rc = aw_await(aw_give(aw_gather(xs, 3, 0)), NULL);
    ev("locked %s", yes(aw_lock_locked(&l)));
    return rc;
}

/* A49 */
Test(trace_sync, a_lock_goes_to_its_waiters_in_the_order_of_their_coming)
{
    run_main(lock);
    expect_trace("48_lock");
}

/* Events and conditions. */

struct event_user {
    aw_event *event;
    const char *name;
};

static int on_event(void *arg, aw_value *ret)
{
    struct event_user *u = arg;
    int rc = aw_event_wait(u->event);

    (void)ret;
    ev("%s event", u->name);
    return rc;
}

static int events(void)
{
    aw_event e = {0};
    struct event_user users[] = {{&e, "a"}, {&e, "b"}};
    aw_awaitable xs[2];

    for (int i = 0; i < 2; i++)
        xs[i] = aw_give(spawn(aw_call(on_event, &users[i]), NULL));
    turns(1);
    aw_event_set(&e);
    aw_event_clear(&e);
    ev("set and cleared %s", yes(e.set));
    return aw_await(aw_give(aw_gather(xs, 2, 0)), NULL);
}

struct condition_user {
    aw_condition *condition;
    const char *name;
};

static int on_condition(void *arg, aw_value *ret)
{
    struct condition_user *u = arg;
    int rc = aw_lock_acquire(u->condition->lock);

    (void)ret;
    if (rc < 0)
        return rc;
    rc = aw_condition_wait(u->condition);
    ev("%s notified, locked %s", u->name,
       yes(aw_lock_locked(u->condition->lock)));
    cr_assert(aw_lock_release(u->condition->lock) == 0);
    return rc;
}

static int event_condition(void *arg, aw_value *ret)
{
    aw_lock l = {0};
    aw_condition c;
    struct condition_user users[] = {{&c, "p"}, {&c, "q"}, {&c, "r"}};
    aw_awaitable xs[3];

    (void)arg, (void)ret;
    aw_condition_init(&c, &l);
    expect_rc(events(), 0);
    for (int i = 0; i < 3; i++)
        xs[i] = aw_give(spawn(aw_call(on_condition, &users[i]), NULL));
    turns(1);
    ev("notify unlocked %s", refused_or(aw_condition_notify(&c, 1)));
    expect_rc(aw_lock_acquire(&l), 0);
    expect_rc(aw_condition_notify(&c, 2), 0);
    turns(2);
    ev("notified, lock still mine");
    expect_rc(aw_lock_release(&l), 0);
    expect_rc(aw_sleep(T), 0);
    expect_rc(aw_lock_acquire(&l), 0);
    expect_rc(aw_condition_notify(&c, SIZE_MAX), 0);
    expect_rc(aw_lock_release(&l), 0);
    return aw_await(aw_give(aw_gather(xs, 3, 0)), NULL);
}

/* A53 A54 */
Test(trace_sync, a_condition_wakes_as_many_as_asked_each_with_the_lock)
{
    run_main(event_condition);
    expect_trace("52_event_condition");
}

/* Queues. Their items are numbers, one more than they say: none is NULL. */

static aw_value number(int n)
{
    return (aw_value){.ptr = (void *)(intptr_t)(n + 1)};
}

static int number_of(aw_value v)
{
    return (int)(intptr_t)v.ptr - 1;
}

static int compare_numbers(const aw_value *a, const aw_value *b)
{
    return number_of(*a) - number_of(*b);
}

static const char *full_or_empty(int rc)
{
    return rc == AW_EFULL ? "full" : rc == AW_EEMPTY ? "empty" : refused_or(rc);
}

static int producer(void *queue, aw_value *ret)
{
    (void)ret;
    for (int i = 0; i < 4; i++) {
        int rc = aw_queue_put(queue, number(i));

        if (rc < 0)
            return rc;
        ev("put %d size %zu", i, aw_queue_size(queue));
    }
    return 0;
}

static int consumer(void *queue, aw_value *ret)
{
    (void)ret;
    for (;;) {
        aw_value item;
        int rc = aw_queue_get(queue, &item);

        if (rc < 0)
            return rc;
        ev("got %d", number_of(item));
        rc = aw_sleep(T);
        if (rc < 0)
            return rc;
        expect_rc(aw_queue_task_done(queue), 0);
    }
}

static const char *try_get(aw_queue *q)
{
    aw_value item;
    int rc = aw_queue_try_get(q, &item);

    return rc < 0 ? full_or_empty(rc) : kit_print("%d", number_of(item));
}

static int queue(void *arg, aw_value *ret)
{
    aw_queue q;
    aw_future *p, *c;
    const char *end;

    (void)arg, (void)ret;
    expect_rc(aw_queue_init(&q, 2, AW_FIFO, NULL), 0);
    ev("empty %s %s", yes(aw_queue_size(&q) == 0), try_get(&q));
    p = spawn(aw_call(producer, &q), NULL);
    c = spawn(aw_call(consumer, &q), NULL);
    expect_rc(aw_await(aw_give(p), NULL), 0);
    end = full_or_empty(aw_queue_try_put(&q, number(9)));
    ev("full %s %s", yes(aw_queue_full(&q)), end);
    expect_rc(aw_queue_join(&q), 0);
    ev("joined %s", yes(aw_queue_size(&q) == 0));
    aw_future_cancel(c);
    end = outcome(c);
    ev("%s once too often %s", end, refused_or(aw_queue_task_done(&q)));
    aw_unref(c);
    aw_queue_free(&q);
    return 0;
}

/* A55 A57 */
Test(trace_sync, a_queue_holds_who_puts_when_full_and_who_gets_when_empty)
{
    run_main(queue);
    expect_trace("54_queue");
}

struct joiner {
    aw_queue *queue;
    const char *name;
};

static int joiner(void *arg, aw_value *ret)
{
    struct joiner *j = arg;
    int rc = aw_queue_join(j->queue);

    (void)ret;
    ev("%s joined", j->name);
    return rc;
}

static const char *take(aw_queue *q, int n)
{
    const char *s = "[";

    for (int i = 0; i < n; i++)
        s = kit_print("%s%s%s", s, i ? " " : "", try_get(q));
    return kit_print("%s]", s);
}

static void fill(aw_queue *priority, aw_queue *lifo)
{
    static const int numbers[] = {3, 1, 2, 1};
    const char *all;

    for (int i = 0; i < 4; i++) {
        expect_rc(aw_queue_try_put(priority, number(numbers[i])), 0);
        expect_rc(aw_queue_try_put(lifo, number(numbers[i])), 0);
    }
    ev("priority %s", take(priority, 2));
    expect_rc(aw_queue_try_put(priority, number(0)), 0);
    ev("priority %s", take(priority, 3));
    all = take(lifo, 4);
    ev("lifo %s %s", all, try_get(lifo));
}

static int queue_orders(void *arg, aw_value *ret)
{
    aw_queue p, l, plain;
    struct joiner joiners[] = {{&l, "a"}, {&l, "b"}};
    aw_future *js[2];

    (void)arg, (void)ret;
    expect_rc(aw_queue_init(&p, 0, AW_PRIORITY, compare_numbers), 0);
    expect_rc(aw_queue_init(&l, 0, AW_LIFO, NULL), 0);
    expect_rc(aw_queue_init(&plain, 0, AW_FIFO, NULL), 0);
    fill(&p, &l);
    expect_rc(aw_queue_join(&plain), 0);
    for (int i = 0; i < 2; i++)
        js[i] = spawn(aw_call(joiner, &joiners[i]), NULL);
    turns(1);
    for (int left = 3; left >= 0; left--) {
        expect_rc(aw_queue_task_done(&l), 0);
        ev("left %d", left);
        turns(1);
    }
    turns(1);
    ev("[%s %s]", state(js[0]), state(js[1]));
    aw_unref(js[0]), aw_unref(js[1]);
    aw_queue_free(&p), aw_queue_free(&l), aw_queue_free(&plain);
    return 0;
}

/* A57 A58 */
Test(trace_sync, a_priority_queue_gives_the_least_first_and_lifo_the_latest)
{
    run_main(queue_orders);
    expect_trace("56_queue_orders");
}
