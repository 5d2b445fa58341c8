#include "support/kit.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>

/* Coroutines that other threads give to a loop; what CPython does is in
   traces/trace_threadsafe.c. */

TestSuite(remote, .timeout = 60);

static int count_drops;

static void drop_counted(void *ptr)
{
    (void)ptr;
    count_drops++;
}

static int give_value(void *arg, aw_value *ret)
{
    int rc = aw_sleep(0);

    *ret = (aw_value){arg, drop_counted};
    return rc;
}

static int wait_for_ever(void *arg, aw_value *ret)
{
    aw_event never = {0};

    (void)arg, (void)ret;
    return aw_event_wait(&never);
}

static int wait_for_remote(void *remote, aw_value *ret)
{
    (void)ret;
    return aw_remote_wait(remote, AW_FOREVER, NULL);
}

TaskTest(remote, a_value_is_moved_to_whoever_waits)
{
    aw_remote *r = NULL;
    aw_value value = {0};
    int what;

    expect_rc(aw_run_coroutine_threadsafe(loop, aw_call(give_value, &what), &r),
              0);
    expect_rc(aw_to_thread(aw_call(wait_for_remote, r), NULL), 0);
    cr_assert(eq(int, count_drops, 0), "it stays the handle's");
    expect_rc(aw_remote_wait(r, 0, &value), 0);
    cr_assert(eq(ptr, value.ptr, &what));
    expect_rc(aw_remote_wait(r, 0, &value), 0);
    cr_assert(eq(ptr, value.ptr, NULL), "later readers find NULL");
    aw_remote_unref(r);
    cr_assert(eq(int, count_drops, 0));
}

TaskTest(remote, a_value_that_nobody_took_goes_with_the_last_reference)
{
    aw_remote *r = NULL;
    int what;

    expect_rc(aw_run_coroutine_threadsafe(loop, aw_call(give_value, &what), &r),
              0);
    expect_rc(aw_to_thread(aw_call(wait_for_remote, r), NULL), 0);
    aw_remote_unref(aw_remote_ref(r));
    cr_assert(eq(int, count_drops, 0));
    turns(2);
    aw_remote_unref(r);
    cr_assert(eq(int, count_drops, 1));
}

TaskTest(remote, a_handle_need_not_be_taken)
{
    int what;

    expect_rc(aw_run_coroutine_threadsafe(
                  loop, aw_call_own(give_value, &what, drop_counted), NULL),
              0);
    turns(5);
    cr_assert(eq(int, count_drops, 2), "the argument and the value");
}

TaskTest(remote, a_loop_does_not_wait_for_itself)
{
    aw_remote *r = NULL;
    int what;

    expect_rc(aw_run_coroutine_threadsafe(loop, aw_call(give_value, &what), &r),
              0);
    expect_rc(aw_remote_wait(r, AW_FOREVER, NULL), AW_ERUNNING);
    expect_rc(aw_remote_wait(r, 0, NULL), AW_ERUNNING);
    expect_rc(aw_remote_wait(r, NAN, NULL), AW_EINVAL);
    cr_assert(eq(int, aw_remote_state(r), AW_PENDING));
    turns(5);
    expect_rc(aw_remote_wait(r, AW_FOREVER, NULL), 0);
    aw_remote_unref(r);
}

static int wait_a_moment(void *remote, aw_value *ret)
{
    double before = monotonic_now();

    (void)ret;
    expect_rc(aw_remote_wait(remote, 0.02, NULL), AW_ETIMEDOUT);
    cr_assert(ge(dbl, monotonic_now() - before, 0.02));
    cr_assert(eq(int, aw_remote_state(remote), AW_PENDING));
    cr_assert(aw_remote_cancel(remote));
    expect_rc(aw_remote_wait(remote, 1e300, NULL), AW_ECANCELED);
    return 0;
}

TaskTest(remote, a_limit_that_passes_changes_nothing)
{
    aw_remote *r = NULL;

    expect_rc(
        aw_run_coroutine_threadsafe(loop, aw_call(wait_for_ever, NULL), &r), 0);
    expect_rc(aw_to_thread(aw_call(wait_a_moment, r), NULL), 0);
    turns(5);
    cr_assert(eq(sz, aw_all_tasks(loop, NULL, 0), 1), "only this one");
    aw_remote_unref(r);
}

Test(remote, a_refusal_drops_the_argument)
{
    aw_loop *loop = virtual_loop();
    aw_remote *r = NULL;

    expect_rc(aw_run_coroutine_threadsafe(
                  NULL, aw_call_own(give_value, loop, drop_counted), &r),
              AW_EINVAL);
    expect_rc(aw_run_coroutine_threadsafe(
                  loop, aw_call_own(NULL, loop, drop_counted), &r),
              AW_EINVAL);
    expect_rc(aw_loop_close(loop), 0);
    expect_rc(aw_run_coroutine_threadsafe(
                  loop, aw_call_own(give_value, loop, drop_counted), &r),
              AW_ECLOSED);
    cr_assert(eq(int, count_drops, 3));
    cr_assert(eq(ptr, r, NULL));
    aw_loop_unref(loop);
}

static void ignore_report(const aw_report *r, void *data)
{
    (void)r, (void)data;
}

/* Whether it has begun or not, who waits is told. */
Test(remote, a_loop_that_closes_tells_who_waits)
{
    aw_loop *loop = virtual_loop();
    aw_remote *begun = NULL, *not_begun = NULL;
    int what;

    aw_set_report_handler(loop, ignore_report, NULL);
    expect_rc(
        aw_run_coroutine_threadsafe(
            loop, aw_call_own(wait_for_ever, &what, drop_counted), &begun),
        0);
    aw_stop(loop);
    expect_rc(aw_run_forever(loop), 0);
    expect_rc(
        aw_run_coroutine_threadsafe(
            loop, aw_call_own(wait_for_ever, &what, drop_counted), &not_begun),
        0);
    /* A job that waits for one of them: closing waits for jobs. */
    aw_future *f = aw_run_in_executor(loop, aw_call(wait_for_remote, begun));
    expect_rc(aw_remote_wait(not_begun, 0.001, NULL), AW_ETIMEDOUT);
    expect_rc(aw_loop_close(loop), 0);
    expect_rc(aw_remote_wait(begun, AW_FOREVER, NULL), AW_ECLOSED);
    expect_rc(aw_remote_wait(not_begun, AW_FOREVER, NULL), AW_ECLOSED);
    cr_assert(not(aw_remote_cancel(begun)));
    cr_assert(eq(int, count_drops, 2));
    aw_unref(f);
    aw_remote_unref(begun);
    aw_remote_unref(not_begun);
    aw_loop_unref(loop);
}

static int leave_at_once(void *remote, aw_value *ret)
{
    aw_remote **r = remote;

    (void)ret;
    expect_rc(aw_run_coroutine_threadsafe(aw_get_running_loop(),
                                          aw_call(wait_for_ever, NULL), r),
              0);
    turns(2);
    return 0;
}

/* A70 */
Test(remote, the_end_of_a_run_cancels_the_task_and_tells_so)
{
    aw_remote *r = NULL;

    expect_rc(run_virtual(aw_call(leave_at_once, &r), NULL), 0);
    expect_rc(aw_remote_wait(r, AW_FOREVER, NULL), AW_ECANCELED);
    cr_assert(eq(int, aw_remote_state(r), AW_CANCELLED));
    aw_remote_unref(r);
}

static aw_future *refuse(aw_loop *loop, aw_coro coro, void *data)
{
    (void)data;
    coro.fn = NULL;
    return aw_task_new(loop, coro);
}

TaskTest(remote, what_the_factory_refuses_is_the_outcome)
{
    aw_remote *r = NULL;

    aw_set_task_factory(loop, refuse, NULL);
    expect_rc(aw_run_coroutine_threadsafe(
                  loop, aw_call_own(give_value, loop, drop_counted), &r),
              0);
    turns(3);
    expect_rc(aw_remote_wait(r, 0, NULL), AW_EINVAL);
    cr_assert(eq(int, count_drops, 1));
    aw_set_task_factory(loop, NULL, NULL);
    aw_remote_unref(r);
}
