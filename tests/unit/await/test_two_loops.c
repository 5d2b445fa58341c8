#include "support/kit.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <pthread.h>
#include <stdlib.h>

/*
 * One loop's synchronisation used from another loop, from a thread without one,
 * or after its loop is gone.
 */

TestSuite(two_loops, .timeout = 30);

static aw_event event;
static aw_semaphore semaphore;

/* Everything that may be tried from elsewhere is refused, and nothing is
   changed by it. */
static int try_all(void *in_task, aw_value *ret)
{
    (void)ret;
    expect_rc(aw_event_set(&event), AW_EOTHERLOOP);
    expect_rc(aw_semaphore_release(&semaphore), AW_EOTHERLOOP);
    if (in_task) {
        expect_rc(aw_event_wait(&event), AW_EOTHERLOOP);
        expect_rc(aw_semaphore_acquire(&semaphore), AW_EOTHERLOOP);
    }
    cr_assert(not(event.set));
    cr_assert(eq(int, semaphore.value, 0));
    return 0;
}

static void *other_loop(void *arg)
{
    expect_rc(aw_run(aw_call(try_all, &event), NULL, NULL), 0);
    return arg;
}

static void *no_loop(void *arg)
{
    try_all(NULL, NULL);
    return arg;
}

static int wait_for_event(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    return aw_event_wait(&event);
}

static int wait_for_place(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    return aw_semaphore_acquire(&semaphore);
}

static void in_thread(void *(*fn)(void *))
{
    pthread_t thread;

    cr_assert(eq(int, pthread_create(&thread, NULL, fn, NULL), 0));
    cr_assert(eq(int, pthread_join(thread, NULL), 0));
}

TaskTest(two_loops, are_refused_while_one_waits)
{
    aw_future *a = spawn(aw_call(wait_for_event, NULL), NULL);
    aw_future *b = spawn(aw_call(wait_for_place, NULL), NULL);

    turns(1);
    in_thread(other_loop);
    in_thread(no_loop);
    expect_rc(aw_to_thread(aw_call(try_all, NULL), NULL), 0);
    expect_rc(aw_event_set(&event), 0);
    expect_rc(aw_semaphore_release(&semaphore), 0);
    expect_rc(aw_await(aw_give(a), NULL), 0);
    expect_rc(aw_await(aw_give(b), NULL), 0);
}

/* Chosen, but not gone on: it is still that loop's. */
static void *semaphore_from_other_loop(void *arg)
{
    expect_rc(aw_run(aw_call(wait_for_place, NULL), NULL, NULL), AW_EOTHERLOOP);
    return arg;
}

TaskTest(two_loops, are_refused_until_the_chosen_one_has_gone_on)
{
    aw_future *b = spawn(aw_call(wait_for_place, NULL), NULL);

    turns(1);
    expect_rc(aw_semaphore_release(&semaphore), 0);
    in_thread(semaphore_from_other_loop);
    expect_rc(aw_await(aw_give(b), NULL), 0);
}

/* When nobody waits any more the next loop may have it. */
static int wait_and_time_out(void *arg, aw_value *ret)
{
    aw_timeout t;

    (void)arg, (void)ret;
    expect_rc(aw_timeout_enter(&t, T), 0);
    expect_rc(aw_timeout_leave(&t, aw_event_wait(&event)), AW_ETIMEDOUT);
    expect_rc(aw_timeout_enter(&t, T), 0);
    expect_rc(aw_timeout_leave(&t, aw_semaphore_acquire(&semaphore)),
              AW_ETIMEDOUT);
    return 0;
}

Test(two_loops, may_use_it_one_after_the_other)
{
    for (int i = 0; i < 3; i++)
        expect_rc(run_virtual(aw_call(wait_and_time_out, NULL), NULL), 0);
}

/* From outside, while the loop does not run, its thread may set it. */
Test(two_loops, are_not_what_a_loop_between_two_runs_is)
{
    aw_loop *l = virtual_loop();
    aw_future *a = aw_create_task(l, aw_call(wait_for_event, NULL));

    aw_call_later(l, T, (aw_callback)aw_stop, l, NULL);
    expect_rc(aw_run_forever(l), 0);
    expect_rc(aw_event_set(&event), 0);
    expect_rc(aw_run_until_complete(l, aw_give(a), NULL), 0);
    expect_rc(aw_loop_close(l), 0);
    aw_loop_unref(l);
}

/* A loop that closes between choosing a waiter and its going on. */

static int waits;

static int take_place(void *arg, aw_value *ret)
{
    int rc = aw_semaphore_acquire(&semaphore);

    (void)arg, (void)ret;
    waits += rc == 0;
    return rc;
}

static void release_and_stop(void *times)
{
    for (int i = *(int *)times; i > 0; i--)
        expect_rc(aw_semaphore_release(&semaphore), 0);
    aw_stop(NULL);
}

static void say_nothing(const aw_report *r, void *data)
{
    (void)r, (void)data;
}

static int take_them(void *times, aw_value *ret)
{
    (void)ret;
    cr_assert(eq(int, semaphore.value, *(int *)times));
    for (int i = *(int *)times; i > 0; i--)
        expect_rc(aw_semaphore_acquire(&semaphore), 0);
    expect_rc(wait_and_time_out(NULL, NULL), 0);
    expect_rc(aw_semaphore_release(&semaphore), 0);
    return aw_semaphore_acquire(&semaphore);
}

static void abandon_chosen(int waiters, int releases)
{
    aw_loop *l = virtual_loop();

    waits = 0;
    aw_semaphore_init(&semaphore, 0, 0);
    aw_set_report_handler(l, say_nothing, NULL);
    for (int i = 0; i < waiters; i++)
        aw_unref(aw_create_task(l, aw_call(take_place, NULL)));
    aw_call_later(l, T, release_and_stop, &releases, NULL);
    aw_set_event_loop(l);
    expect_rc(aw_run_forever(l), 0);
    expect_rc(aw_loop_close(l), 0);
    aw_loop_unref(l);
    aw_set_event_loop(NULL);
    cr_assert(eq(int, waits, 0));
    expect_rc(run_virtual(aw_call(take_them, &releases), NULL), 0);
}

Test(two_loops, a_place_given_to_a_destroyed_task_is_free_again)
{
    abandon_chosen(1, 1);
    abandon_chosen(1, 2);
    abandon_chosen(3, 1);
    abandon_chosen(3, 2);
    abandon_chosen(2, 5);
}

/* What waiters waited at may be gone when they go on. */
struct shared {
    aw_event event;
    int left;
};

static int wait_shared(void *arg, aw_value *ret)
{
    struct shared *s = arg;
    int rc = aw_event_wait(&s->event);

    (void)ret;
    return rc;
}

TaskTest(two_loops, an_event_may_go_once_it_is_set)
{
    struct shared *s = calloc(1, sizeof(*s));
    aw_future *a = spawn(aw_call(wait_shared, s), NULL);
    aw_future *b = spawn(aw_call(wait_shared, s), NULL);

    turns(1);
    expect_rc(aw_event_set(&s->event), 0);
    free(s);
    expect_rc(aw_await(aw_give(a), NULL), 0);
    expect_rc(aw_await(aw_give(b), NULL), 0);
}
