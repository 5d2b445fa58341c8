#include "support/child.h"
#include "support/kit.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * fork(): the child has the parent's loop in its memory and shares the
 * descriptors that the loop waits with.
 */

TestSuite(fork, .timeout = 60);

/* What the child found wrong is its exit status. */
static int status_of(pid_t child)
{
    int status;

    cr_assert(eq(int, waitpid(child, &status, 0), child));
    return WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status);
}

/* Both sleep in turns, so that whoever took the other's wake-ups would show. */
static int sleep_often(double seconds)
{
    double began = aw_time(NULL);

    for (int i = 0; i < 20; i++)
        if (aw_sleep(seconds) < 0)
            return 2;
    double took = aw_time(NULL) - began;
    return took < 20 * seconds ? 3 : took > 20 * seconds + 20 ? 4 : 0;
}

static int fork_and_sleep(void *arg, aw_value *ret)
{
    pid_t pid = fork();

    (void)arg, (void)ret;
    if (pid == 0)
        _exit(aw_loop_fork(NULL) < 0 ? 1 : sleep_often(0.013));
    cr_assert(eq(int, sleep_often(0.011), 0));
    cr_assert(eq(int, status_of(pid), 0));
    return 0;
}

Test(fork, both_go_on_if_the_child_says_so)
{
    expect_rc(aw_run(aw_call(fork_and_sleep, NULL), NULL, NULL), 0);
}

/* Without that nothing in the child awaits, but a new loop can be run. */
static int sleep_once(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    return aw_sleep(0.01);
}

static int in_the_child(void)
{
    if (aw_get_running_loop() || aw_current_task())
        return 1;
    if (aw_sleep(0) != AW_ENOTASK)
        return 2;
    if (aw_run(aw_call(sleep_once, NULL), NULL, NULL) != 0)
        return 3;
    if (aw_run_sync(aw_call(sleep_once, NULL), NULL) != 0)
        return 4;
    return 0;
}

static int fork_and_run_anew(void *arg, aw_value *ret)
{
    pid_t pid = fork();

    (void)arg, (void)ret;
    if (pid == 0)
        _exit(in_the_child());
    cr_assert(eq(int, sleep_often(0.002), 0));
    cr_assert(eq(int, status_of(pid), 0));
    return aw_sleep(0.01);
}

Test(fork, a_child_may_run_a_loop_of_its_own)
{
    expect_rc(aw_run(aw_call(fork_and_run_anew, NULL), NULL, NULL), 0);
}

/* The child's task ends: the parent's others do not go on in it. */
static pid_t forked;
static int steps_of_others;

static int other(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    for (int i = 0; i < 3; i++) {
        steps_of_others++;
        turns(1);
    }
    return 0;
}

static int fork_and_end(void *arg, aw_value *ret)
{
    aw_future *before = spawn(aw_call(other, NULL), NULL);

    (void)arg, (void)ret;
    turns(1);
    forked = fork();
    if (forked == 0)
        steps_of_others = 0;
    else
        cr_assert(eq(int, aw_await(before, NULL), 0));
    aw_unref(before);
    return 0;
}

Test(fork, a_child_that_lets_its_task_end_is_told)
{
    int rc = aw_run(aw_call(fork_and_end, NULL), NULL, NULL);

    if (forked == 0)
        _exit(rc != AW_EFORKED    ? 1
              : steps_of_others   ? 2
              : aw_current_task() ? 3
                                  : in_the_child());
    expect_rc(rc, 0);
    cr_assert(eq(int, steps_of_others, 3));
    cr_assert(eq(int, status_of(forked), 0));
}

/* A loop that was made before, and does not run. */
static int use_made_before(aw_loop *l, bool fork_it)
{
    if (aw_run_until_complete(l, aw_call(sleep_once, NULL), NULL) != AW_EFORKED)
        return 1;
    if (fork_it && aw_loop_fork(l) < 0)
        return 2;
    if (fork_it &&
        aw_run_until_complete(l, aw_call(sleep_once, NULL), NULL) != 0)
        return 3;
    if (aw_loop_close(l) < 0)
        return 4;
    aw_loop_unref(l);
    return 0;
}

Test(fork, a_loop_made_before_is_refused_until_the_child_takes_it)
{
    for (int fork_it = 0; fork_it < 2; fork_it++) {
        aw_loop *l = NULL;

        expect_rc(aw_loop_new(&l, NULL), 0);
        expect_rc(aw_run_until_complete(l, aw_call(sleep_once, NULL), NULL), 0);
        pid_t pid = fork();
        if (pid == 0)
            _exit(use_made_before(l, fork_it));
        /* Its closing took nothing from ours. */
        cr_assert(eq(int, status_of(pid), 0));
        expect_rc(aw_run_until_complete(l, aw_call(sleep_once, NULL), NULL), 0);
        expect_rc(aw_loop_fork(l), 0); /* in the parent: nothing to do */
        expect_rc(aw_run_until_complete(l, aw_call(sleep_once, NULL), NULL), 0);
        expect_rc(aw_loop_close(l), 0);
        expect_rc(aw_loop_fork(l), AW_ECLOSED);
        aw_loop_unref(l);
    }
}

/* A job's thread is the parent's: the child would wait for ever. */
static int let_job_end[2];

static int job(void *arg, aw_value *ret)
{
    char c;

    (void)arg, (void)ret;
    return read(let_job_end[0], &c, 1) == 1 ? 0 : AW_EINVAL;
}

static int fork_during_a_job(void *arg, aw_value *ret)
{
    aw_future *f = aw_run_in_executor(NULL, aw_call(job, NULL));
    pid_t pid = fork();

    (void)arg, (void)ret;
    if (pid == 0)
        _exit(aw_loop_fork(NULL) == AW_ESTATE ? in_the_child() : 9);
    cr_assert(eq(int, status_of(pid), 0));
    cr_assert(eq(int, (int)write(let_job_end[1], "x", 1), 1));
    return aw_await(aw_give(f), NULL);
}

Test(fork, a_loop_with_jobs_is_refused)
{
    cr_assert(eq(int, pipe(let_job_end), 0));
    expect_rc(aw_run(aw_call(fork_during_a_job, NULL), NULL, NULL), 0);
}
