#include "support/kit.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

/* Semaphore and event: A49 to A53. */

TestSuite(sync, .timeout = 30);

struct visit {
    aw_semaphore *s;
    const char *name;
};

static int acquire_and_tell(void *arg, aw_value *ret)
{
    struct visit *v = arg;
    int rc = aw_semaphore_acquire(v->s);

    (void)ret;
    ev("%s %s", v->name, rc == 0 ? "in" : token(rc));
    return rc;
}

/* A49 A53 */
TaskTest(sync, what_is_free_or_set_is_taken_without_suspending)
{
    aw_semaphore s;
    aw_event e = {0};

    expect_rc(aw_semaphore_init(&s, 2, 0), 0);
    aw_event_set(&e);
    aw_call_soon(loop, ev_line, "turn", NULL);
    expect_rc(aw_semaphore_acquire(&s), 0);
    expect_rc(aw_semaphore_acquire(&s), 0);
    expect_rc(aw_event_wait(&e), 0);
    cr_assert(eq(int, s.value, 0));
    expect_lines("");
}

/* A50, Precision 15: the place is the waiter's before it runs. */
TaskTest(sync, a_released_place_is_the_first_waiters_even_against_the_releaser)
{
    aw_semaphore s;
    struct visit a = {&s, "a"}, b = {&s, "b"}, me = {&s, "releaser"};

    aw_semaphore_init(&s, 1, 1);
    expect_rc(aw_semaphore_acquire(&s), 0);
    aw_future *ta = spawn(aw_call(acquire_and_tell, &a), NULL);
    aw_future *tb = spawn(aw_call(acquire_and_tell, &b), NULL);
    turns(1);
    expect_rc(aw_semaphore_release(&s), 0);
    cr_assert(eq(int, s.value, 0), "a place handed over never shows");
    aw_future *again = spawn(aw_call(acquire_and_tell, &me), NULL);
    turns(2);
    expect_lines("a in\n");
    expect_rc(aw_semaphore_release(&s), 0);
    turns(1);
    expect_rc(aw_semaphore_release(&s), 0);
    turns(1);
    expect_lines("b in\nreleaser in\n");
    expect_rc(aw_semaphore_release(&s), 0);
    cr_assert(eq(int, s.value, 1));
    aw_unref(ta), aw_unref(tb), aw_unref(again);
}

static void release(void *semaphore)
{
    aw_semaphore_release(semaphore);
}

/* A50: the releaser has no advantage over those who wait. */
TaskTest(sync, the_releaser_itself_queues_behind_those_who_wait)
{
    aw_semaphore s = {0};
    struct visit a = {&s, "a"}, b = {&s, "b"};
    aw_future *ta = spawn(aw_call(acquire_and_tell, &a), NULL);
    aw_future *tb = spawn(aw_call(acquire_and_tell, &b), NULL);

    turns(1);
    aw_semaphore_release(&s);
    aw_call_later(loop, T, release, &s, NULL);
    aw_call_later(loop, 2 * T, release, &s, NULL);
    expect_rc(aw_semaphore_acquire(&s), 0);
    ev("releaser in");
    aw_unref(ta), aw_unref(tb);
    expect_lines("a in\nb in\nreleaser in\n");
}

/* A51 */
TaskTest(sync, a_waiter_cancelled_in_the_queue_is_skipped)
{
    aw_semaphore s = {0};
    struct visit a = {&s, "a"}, b = {&s, "b"}, c = {&s, "c"};
    aw_future *ta = spawn(aw_call(acquire_and_tell, &a), NULL);
    aw_future *tb = spawn(aw_call(acquire_and_tell, &b), NULL);
    aw_future *tc = spawn(aw_call(acquire_and_tell, &c), NULL);

    turns(1);
    aw_future_cancel(tb);
    aw_semaphore_release(&s);
    aw_semaphore_release(&s);
    turns(2);
    cr_assert(eq(int, aw_future_state(tb), AW_CANCELLED));
    cr_assert(eq(int, s.value, 0));
    aw_semaphore_release(&s);
    cr_assert(eq(int, s.value, 1), "nobody waits any more");
    aw_unref(ta), aw_unref(tb), aw_unref(tc);
    expect_lines("b cancelled\na in\nc in\n");
}

/* A51 */
TaskTest(sync, a_chosen_waiter_that_is_cancelled_passes_the_place_on)
{
    aw_semaphore s = {0};
    struct visit a = {&s, "a"}, b = {&s, "b"};
    aw_future *ta = spawn(aw_call(acquire_and_tell, &a), NULL);
    aw_future *tb = spawn(aw_call(acquire_and_tell, &b), NULL);

    turns(1);
    aw_semaphore_release(&s);
    cr_assert(aw_future_cancel(ta));
    turns(3);
    expect_lines("a cancelled\nb in\n");
    aw_future *tc = spawn(aw_call(acquire_and_tell, &a), NULL);
    turns(1);
    aw_semaphore_release(&s);
    aw_future_cancel(tc);
    turns(2);
    cr_assert(eq(int, s.value, 1), "with nobody waiting it is free again");
    aw_unref(ta), aw_unref(tb), aw_unref(tc);
    expect_lines("a cancelled\n");
}

/* A52 */
TaskTest(sync, a_bound_refuses_a_release_too_many_and_none_does_not)
{
    aw_semaphore s, open = {0};

    expect_rc(aw_semaphore_init(&s, 2, 2), 0);
    expect_rc(aw_semaphore_release(&s), AW_ESTATE);
    cr_assert(eq(int, s.value, 2));
    expect_rc(aw_semaphore_acquire(&s), 0);
    expect_rc(aw_semaphore_release(&s), 0);
    expect_rc(aw_semaphore_release(&s), AW_ESTATE);
    for (int i = 0; i < 5; i++)
        expect_rc(aw_semaphore_release(&open), 0);
    cr_assert(eq(int, open.value, 5));
    expect_rc(aw_semaphore_init(&s, -1, 0), AW_EINVAL);
    expect_rc(aw_semaphore_init(&s, 0, -1), AW_EINVAL);
}

struct listener {
    aw_event *e;
    const char *name;
};

static int wait_and_tell(void *arg, aw_value *ret)
{
    struct listener *l = arg;
    int rc = aw_event_wait(l->e);

    (void)ret;
    ev("%s %s", l->name, rc == 0 ? "woken" : token(rc));
    return rc;
}

/* A53 */
TaskTest(sync, setting_wakes_all_in_order_even_if_cleared_at_once)
{
    aw_event e = {0};
    struct listener a = {&e, "a"}, b = {&e, "b"}, c = {&e, "c"};
    aw_future *ta = spawn(aw_call(wait_and_tell, &a), NULL);
    aw_future *tb = spawn(aw_call(wait_and_tell, &b), NULL);

    turns(1);
    aw_event_set(&e);
    aw_event_clear(&e);
    aw_future *tc = spawn(aw_call(wait_and_tell, &c), NULL);
    turns(2);
    expect_lines("a woken\nb woken\n");
    aw_event_set(&e);
    turns(2);
    expect_lines("c woken\n");
    aw_unref(ta), aw_unref(tb), aw_unref(tc);
}

/* A53 */
TaskTest(sync, a_cancelled_listener_leaves_the_others_and_the_event_alone)
{
    aw_event e = {0};
    struct listener a = {&e, "a"}, b = {&e, "b"};
    aw_future *ta = spawn(aw_call(wait_and_tell, &a), NULL);
    aw_future *tb = spawn(aw_call(wait_and_tell, &b), NULL);

    turns(1);
    aw_future_cancel(ta);
    turns(1);
    cr_assert(not(e.set));
    aw_event_set(&e);
    aw_event_set(&e);
    turns(1);
    aw_unref(ta), aw_unref(tb);
    expect_lines("a cancelled\nb woken\n");
}

/* A32: woken, but cancelled before it went on. */
TaskTest(sync, a_woken_listener_that_is_cancelled_is_cancelled)
{
    aw_event e = {0};
    struct listener a = {&e, "a"};
    aw_future *ta = spawn(aw_call(wait_and_tell, &a), NULL);

    turns(1);
    aw_event_set(&e);
    cr_assert(aw_future_cancel(ta));
    turns(2);
    cr_assert(eq(int, aw_future_state(ta), AW_CANCELLED));
    cr_assert(e.set);
    aw_unref(ta);
    expect_lines("a cancelled\n");
}

/* Precision 15 */
Test(sync, outside_a_task_only_what_does_not_suspend_works)
{
    aw_semaphore s = {0};
    aw_event e = {0};

    expect_rc(aw_event_wait(&e), AW_ENOTASK);
    expect_rc(aw_semaphore_acquire(&s), AW_ENOTASK);
    aw_event_set(&e);
    expect_rc(aw_semaphore_release(&s), 0);
    expect_rc(aw_event_wait(&e), 0);
    expect_rc(aw_semaphore_acquire(&s), 0);
    cr_assert(eq(int, s.value, 0));
}
