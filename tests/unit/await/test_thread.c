#include "support/kit.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>

/* Jobs on threads: A67 to A69, Precision 10. Jobs wait for semaphores, never
   for a while. */

TestSuite(thread, .timeout = 30);

struct job {
    sem_t go;
    atomic_int begun, ended;
    int rc, drops, value_drops;
    pthread_t loop_thread;
    aw_future *future;
};

static void on_loops_thread(struct job *j)
{
    cr_assert(pthread_equal(pthread_self(), j->loop_thread) != 0);
}

static void drop_job(void *arg)
{
    struct job *j = arg;

    on_loops_thread(j);
    cr_assert(eq(int, atomic_load(&j->begun), atomic_load(&j->ended)));
    j->drops++;
}

static void drop_value(void *arg)
{
    struct job *j = arg;

    on_loops_thread(j);
    j->value_drops++;
}

static int work(void *arg, aw_value *ret)
{
    struct job *j = arg;

    atomic_store(&j->begun, 1);
    sem_wait(&j->go);
    *ret = (aw_value){j, drop_value};
    atomic_store(&j->ended, 1);
    return j->rc;
}

static aw_coro job_init(struct job *j, int rc, bool may_go)
{
    *j = (struct job){.rc = rc, .loop_thread = pthread_self()};
    sem_init(&j->go, 0, may_go);
    return aw_call_own(work, j, drop_job);
}

static void let_go(void *arg)
{
    struct job *j = arg;

    sem_post(&j->go);
}

/* The entry that woke who awaited a job holds its value until the turn ends,
   and the value is the job: it is not to go out of scope before that. */
static void expect_value_dropped(struct job *j)
{
    turns(1);
    cr_assert(eq(int, j->value_drops, 1));
}

/* A67, ownership */
TaskTest(thread, a_jobs_value_is_moved_to_whoever_awaits_it)
{
    struct job j;
    aw_value value = {0};

    expect_rc(aw_to_thread(job_init(&j, 0, true), &value), 0);
    cr_assert(eq(ptr, value.ptr, &j));
    cr_assert(eq(int, j.drops, 1));
    cr_assert(eq(int, j.value_drops, 0));
    value.drop(value.ptr);
    expect_rc(aw_to_thread(job_init(&j, 0, true), NULL), 0);
    expect_value_dropped(&j);
}

/* A67, Precision 8 */
TaskTest(thread, a_jobs_code_is_its_outcome)
{
    struct job j;

    expect_rc(aw_to_thread(job_init(&j, APP(3), true), NULL), APP(3));
    cr_assert(eq(int, j.drops, 1));
    cr_assert(eq(int, j.value_drops, 1), "put there with an error");
    expect_rc(aw_to_thread(job_init(&j, 42, true), NULL), 0);
    expect_value_dropped(&j);
}

static void tell(aw_future *f, void *line)
{
    (void)f;
    cr_assert(eq(ptr, aw_current_task(), NULL));
    ev("%s", (const char *)line);
}

/* A67 A27: it starts without being awaited, and ends in a ready callback. */
TaskTest(thread, an_outcome_arrives_by_a_ready_callback)
{
    struct job j;
    aw_future *f = aw_run_in_executor(NULL, job_init(&j, 0, true));

    while (!atomic_load(&j.ended))
        hold_thread(0.001);
    cr_assert(eq(int, aw_future_state(f), AW_PENDING), "the loop has not run");
    aw_add_done(f, tell, "done");
    expect_rc(aw_await(f, NULL), 0);
    aw_unref(f);
    expect_lines("done\n");
    expect_value_dropped(&j);
}

static int await_job(void *future, aw_value *ret)
{
    return aw_await((aw_future *)future, ret);
}

/* A68 */
TaskTest(thread, cancelling_a_waiter_does_not_stop_a_job_that_runs)
{
    struct job j;
    aw_future *f = aw_run_in_executor(NULL, job_init(&j, 0, false));
    aw_future *t = spawn(aw_call(await_job, f), NULL);

    while (!atomic_load(&j.begun))
        turns(1);
    turns(1);
    cr_assert(aw_future_cancel(t));
    expect_rc(aw_await(aw_give(t), NULL), AW_ECANCELED);
    cr_assert(eq(int, aw_future_state(f), AW_CANCELLED));
    cr_assert(eq(int, j.drops, 0), "the argument outlives the job");
    aw_unref(f);
    sem_post(&j.go);
    while (j.drops == 0)
        turns(1);
    cr_assert(eq(int, atomic_load(&j.ended), 1));
    cr_assert(eq(int, j.value_drops, 1), "nobody wants it any more");
}

/* A68: more jobs than threads. A job not begun is withdrawn. */
TaskTest(thread, a_job_not_begun_is_withdrawn_when_it_is_cancelled)
{
    enum { THREADS = 4 };
    struct job busy[THREADS], idle;
    aw_future *fs[THREADS];

    for (int i = 0; i < THREADS; i++)
        fs[i] = aw_run_in_executor(NULL, job_init(&busy[i], 0, false));
    for (int i = 0; i < THREADS; i++) {
        while (!atomic_load(&busy[i].begun))
            turns(1);
    }
    aw_future *f = aw_run_in_executor(NULL, job_init(&idle, 0, true));
    cr_assert(aw_future_cancel(f));
    expect_rc(aw_await(aw_give(f), NULL), AW_ECANCELED);
    turns(2);
    cr_assert(eq(int, atomic_load(&idle.begun), 0));
    cr_assert(eq(int, idle.drops, 1));
    for (int i = 0; i < THREADS; i++) {
        sem_post(&busy[i].go);
        expect_rc(aw_await(aw_give(fs[i]), NULL), 0);
        expect_value_dropped(&busy[i]);
    }
    cr_assert(eq(int, atomic_load(&idle.begun), 0), "not even afterwards");
}

static int leave_a_job(void *arg, aw_value *ret)
{
    struct job *j = arg;

    (void)ret;
    aw_unref(aw_run_in_executor(NULL, job_init(j, 0, false)));
    while (!atomic_load(&j->begun))
        turns(1);
    aw_call_soon(NULL, let_go, j, NULL);
    return 0;
}

/* A69 */
Test(thread, run_waits_for_all_jobs_before_it_returns)
{
    struct job j;

    expect_rc(run_virtual(aw_call(leave_a_job, &j), NULL), 0);
    cr_assert(eq(int, atomic_load(&j.ended), 1));
    cr_assert(eq(int, j.drops, 1));
    cr_assert(eq(int, j.value_drops, 1));
}

static void *release_later(void *arg)
{
    let_go(arg);
    return NULL;
}

/* Precision 10 */
Test(thread, closing_a_loop_waits_for_jobs_too)
{
    aw_loop *loop = virtual_loop();
    struct job j;
    pthread_t thread;
    aw_future *f = aw_run_in_executor(loop, job_init(&j, 0, false));

    while (!atomic_load(&j.begun))
        hold_thread(0.001);
    cr_assert(eq(int, pthread_create(&thread, NULL, release_later, &j), 0));
    expect_rc(aw_loop_close(loop), 0);
    cr_assert(eq(int, atomic_load(&j.ended), 1));
    cr_assert(eq(int, j.drops, 1));
    pthread_join(thread, NULL);
    aw_unref(f);
    cr_assert(eq(int, j.value_drops, 1));
    aw_loop_unref(loop);
}

/* A job is work to be waited for, no idle time to jump over. */
TaskTest(thread, the_virtual_clock_does_not_jump_over_a_job)
{
    struct job j;
    double before = aw_time(loop);
    aw_future *sleeper = spawn(give(1e6, NULL, "sleeper"), NULL);
    aw_future *f = aw_run_in_executor(NULL, job_init(&j, 0, false));

    aw_call_soon(loop, let_go, &j, NULL);
    expect_rc(aw_await(aw_give(f), NULL), 0);
    expect_value_dropped(&j);
    cr_assert(lt(dbl, aw_time(loop) - before, 1000));
    expect_lines("");
    expect_rc(aw_await(aw_give(sleeper), NULL), 0);
    cr_assert(ge(dbl, aw_time(loop) - before, 1e6 * T * 0.999999));
    expect_lines("sleeper done\n");
}

static int run_new_loop(void *not_this, aw_value *ret)
{
    (void)ret;
    cr_assert(ne(ptr, aw_get_running_loop(), NULL));
    cr_assert(ne(ptr, aw_get_running_loop(), not_this));
    return aw_sleep(0.001);
}

/* A job has no loop, and none is made for it behind its back. */
static int use_the_loop(void *loop, aw_value *ret)
{
    aw_loop *l = loop;
    aw_future *task =
        aw_create_task(NULL, aw_call_own(run_new_loop, NULL, NULL));
    aw_awaitable x = aw_any(aw_call(run_new_loop, NULL));
    aw_listener *listener = NULL;

    (void)ret;
    expect_rc(aw_future_result(task, NULL), AW_ENOLOOP);
    aw_unref(task);
    cr_assert(eq(ptr, aw_get_event_loop(), NULL));
    cr_assert(eq(ptr, aw_future_new(NULL), NULL));
    expect_rc(aw_await(aw_give(aw_gather(&x, 1, 0)), NULL), AW_ENOLOOP);
    expect_rc(aw_call_soon(NULL, ev_line, "never", NULL), AW_ENOLOOP);
    expect_rc(aw_call_later(NULL, 1, ev_line, "never", NULL), AW_ENOLOOP);
    expect_rc(aw_run_sync(aw_call(run_new_loop, NULL), NULL), AW_ENOLOOP);
    expect_rc(aw_sleep(1), AW_ENOTASK);
    expect_rc(aw_yield(), AW_ENOTASK);
    expect_rc(aw_listen(&listener, "127.0.0.1", 0, 1, NULL, NULL), AW_ENOLOOP);
    /* What makes a loop of its own may be used. */
    expect_rc(aw_run(aw_call(run_new_loop, l), NULL, NULL), 0);
    cr_assert(eq(ptr, aw_get_event_loop(), NULL));
    return 0;
}

TaskTest(thread, a_job_has_no_loop)
{
    expect_rc(aw_to_thread(aw_call(use_the_loop, loop), NULL), 0);
    turns(3);
    expect_lines("");
}
