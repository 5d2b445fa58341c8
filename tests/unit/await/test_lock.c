#include "support/kit.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdint.h>

/* Locks and conditions, beyond what the recorded scenarios show. */

TestSuite(lock, .timeout = 30);

struct user {
    aw_lock *lock;
    aw_condition *condition;
    const char *name;
};

static int take_lock(void *arg, aw_value *ret)
{
    struct user *u = arg;
    int rc = aw_lock_acquire(u->lock);

    (void)ret;
    ev("%s %s", u->name, rc < 0 ? token(rc) : "has it");
    return rc;
}

static int take_and_release(void *arg, aw_value *ret)
{
    struct user *u = arg;
    int rc = take_lock(u, ret);

    return rc < 0 ? rc : aw_lock_release(u->lock);
}

/* A49: whoever comes between the release and the chosen one's step. */
TaskTest(lock, nobody_jumps_in_between_a_release_and_the_chosen_waiter)
{
    aw_lock l = {0};
    struct user a = {&l, NULL, "a"};
    aw_future *t;

    expect_rc(aw_lock_acquire(&l), 0);
    t = spawn(aw_call(take_and_release, &a), NULL);
    turns(1);
    expect_rc(aw_lock_release(&l), 0);
    cr_assert(not(aw_lock_locked(&l)));
    expect_rc(aw_lock_release(&l), AW_ESTATE);
    expect_rc(aw_lock_acquire(&l), 0);
    expect_lines("a has it\n");
    aw_unref(t);
}

TaskTest(lock, a_waiter_cancelled_in_the_queue_is_skipped)
{
    aw_lock l = {0};
    struct user a = {&l, NULL, "a"}, b = {&l, NULL, "b"};
    aw_future *first, *second;

    expect_rc(aw_lock_acquire(&l), 0);
    first = spawn(aw_call(take_lock, &a), NULL);
    second = spawn(aw_call(take_lock, &b), NULL);
    turns(1);
    cr_assert(aw_future_cancel(first));
    expect_rc(aw_lock_release(&l), 0);
    turns(3);
    expect_lines("a cancelled\nb has it\n");
    aw_unref(first), aw_unref(second);
}

TaskTest(lock, a_waiter_cancelled_after_it_was_chosen_passes_the_lock_on)
{
    aw_lock l = {0};
    struct user a = {&l, NULL, "a"}, b = {&l, NULL, "b"};
    aw_future *first, *second;

    expect_rc(aw_lock_acquire(&l), 0);
    first = spawn(aw_call(take_lock, &a), NULL);
    second = spawn(aw_call(take_lock, &b), NULL);
    turns(1);
    expect_rc(aw_lock_release(&l), 0);
    cr_assert(aw_future_cancel(first));
    turns(3);
    expect_lines("a cancelled\nb has it\n");
    aw_unref(first), aw_unref(second);
}

TaskTest(lock, a_lock_all_of_whose_waiters_were_cancelled_is_taken_at_once)
{
    aw_lock l = {0};
    struct user a = {&l, NULL, "a"};
    aw_future *t;

    expect_rc(aw_lock_acquire(&l), 0);
    t = spawn(aw_call(take_lock, &a), NULL);
    turns(1);
    cr_assert(aw_future_cancel(t));
    expect_rc(aw_lock_release(&l), 0);
    expect_rc(aw_lock_acquire(&l), 0);
    expect_lines("");
    turns(2);
    expect_lines("a cancelled\n");
    cr_assert(aw_lock_locked(&l));
    aw_unref(t);
}

Test(lock, outside_a_task_only_a_free_lock_can_be_taken)
{
    aw_lock l = {0};

    expect_rc(aw_lock_acquire(&l), 0);
    expect_rc(aw_lock_acquire(&l), AW_ENOTASK);
    expect_rc(aw_lock_release(&l), 0);
}

static int wait_notified(void *arg, aw_value *ret)
{
    struct user *u = arg;
    int rc = aw_lock_acquire(u->lock);

    (void)ret;
    if (rc < 0)
        return rc;
    rc = aw_condition_wait(u->condition);
    ev("%s %s, locked %s", u->name, rc < 0 ? token(rc) : "notified",
       yes(aw_lock_locked(u->lock)));
    cr_assert(aw_lock_release(u->lock) == 0);
    return rc;
}

TaskTest(lock, a_condition_without_its_lock_is_refused)
{
    aw_lock l = {0};
    aw_condition c;

    aw_condition_init(&c, &l);
    expect_rc(aw_condition_wait(&c), AW_ESTATE);
    expect_rc(aw_condition_notify(&c, 1), AW_ESTATE);
}

/* A54: cancelled while it waits for the lock again. */
TaskTest(lock, a_cancelled_wait_ends_with_the_lock_however_long_that_takes)
{
    aw_lock l = {0};
    aw_condition c;
    struct user a = {&l, &c, "a"};
    aw_future *t;

    aw_condition_init(&c, &l);
    t = spawn(aw_call(wait_notified, &a), NULL);
    turns(1);
    expect_rc(aw_lock_acquire(&l), 0);
    for (int i = 0; i < 3; i++) {
        cr_assert(aw_future_cancel(t));
        turns(2);
    }
    expect_lines("");
    expect_rc(aw_lock_release(&l), 0);
    turns(3);
    expect_lines("a cancelled, locked true\n");
    aw_unref(t);
}

/* CPython 3.13; before, the notification was lost. */
TaskTest(lock, a_waiter_notified_and_then_cancelled_passes_it_on)
{
    aw_lock l = {0};
    aw_condition c;
    struct user a = {&l, &c, "a"}, b = {&l, &c, "b"};
    aw_future *first, *second;

    aw_condition_init(&c, &l);
    first = spawn(aw_call(wait_notified, &a), NULL);
    second = spawn(aw_call(wait_notified, &b), NULL);
    turns(1);
    expect_rc(aw_lock_acquire(&l), 0);
    expect_rc(aw_condition_notify(&c, 1), 0);
    cr_assert(aw_future_cancel(first));
    expect_rc(aw_lock_release(&l), 0);
    turns(6);
    expect_lines("a cancelled, locked true\nb notified, locked true\n");
    aw_unref(first), aw_unref(second);
}

TaskTest(lock, a_waiter_cancelled_before_it_was_notified_wakes_nobody)
{
    aw_lock l = {0};
    aw_condition c;
    struct user a = {&l, &c, "a"}, b = {&l, &c, "b"};
    aw_future *first, *second;

    aw_condition_init(&c, &l);
    first = spawn(aw_call(wait_notified, &a), NULL);
    second = spawn(aw_call(wait_notified, &b), NULL);
    turns(1);
    cr_assert(aw_future_cancel(first));
    turns(6);
    expect_lines("a cancelled, locked true\n");
    cr_assert(not(is_done(second)));
    aw_future_cancel(second);
    turns(3);
    trace_clear();
    aw_unref(first), aw_unref(second);
}

static bool is_three(void *n)
{
    return *(int *)n == 3;
}

struct count {
    aw_lock lock;
    aw_condition condition;
    int n;
};

static int count_up(void *arg, aw_value *ret)
{
    struct count *c = arg;

    (void)ret;
    for (int i = 0; i < 3; i++) {
        int rc = aw_lock_acquire(&c->lock);

        if (rc < 0)
            return rc;
        c->n++;
        expect_rc(aw_condition_notify(&c->condition, SIZE_MAX), 0);
        expect_rc(aw_lock_release(&c->lock), 0);
        rc = aw_sleep(T);
        if (rc < 0)
            return rc;
    }
    return 0;
}

TaskTest(lock, wait_for_goes_on_when_the_predicate_holds)
{
    struct count c = {.n = 0};
    aw_future *t;

    aw_condition_init(&c.condition, &c.lock);
    t = spawn(aw_call(count_up, &c), NULL);
    expect_rc(aw_lock_acquire(&c.lock), 0);
    expect_rc(aw_condition_wait_for(&c.condition, is_three, &c.n), 0);
    cr_assert(eq(int, c.n, 3));
    cr_assert(aw_lock_locked(&c.lock));
    expect_rc(aw_lock_release(&c.lock), 0);
    expect_rc(aw_await(aw_give(t), NULL), 0);
}
