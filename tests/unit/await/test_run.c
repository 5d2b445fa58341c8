#include "support/child.h"
#include "support/kit.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* SIGINT during run (A71) and a task that runs out of stack: what a process
   does, hence in child processes. */

TestSuite(run, .timeout = 60);

static void interrupt(void *data)
{
    (void)data;
    kill(getpid(), SIGINT);
}

static int sleep_and_pass_on(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    aw_call_later(NULL, 0.01, interrupt, NULL, NULL);
    return aw_sleep(30);
}

static int run_passing(void)
{
    return aw_run(aw_call(sleep_and_pass_on, NULL), NULL, NULL) == AW_EINTR ? 10
                                                                            : 1;
}

/* A71 */
Test(run, ends_with_interrupted_if_the_main_task_ended_cancelled)
{
    struct child c = child_run(run_passing);

    cr_assert(eq(int, c.exit_status, 10));
}

static int sleep_and_go_on(void *rc, aw_value *ret)
{
    int slept = sleep_and_pass_on(NULL, ret);
    int again = aw_sleep(0.001);

    *ret = text_value("own");
    return slept == AW_ECANCELED && again == 0 ? *(int *)rc : AW_EINVAL;
}

static int run_swallowing(void)
{
    int good = 0, bad = APP(7);
    aw_value value = {0};

    if (aw_run(aw_call(sleep_and_go_on, &good), &value, NULL) != 0 ||
        strcmp(text(value), "own") != 0)
        return 1;
    if (aw_run(aw_call(sleep_and_go_on, &bad), NULL, NULL) != APP(7))
        return 2;
    return 11;
}

/* A71 */
Test(run, ends_with_its_own_outcome_if_the_main_task_went_on)
{
    struct child c = child_run(run_swallowing);

    cr_assert(eq(int, c.exit_status, 11));
}

static int be_stubborn(void *arg, aw_value *ret)
{
    int rc = sleep_and_pass_on(arg, ret);

    aw_call_later(NULL, 0.01, interrupt, NULL, NULL);
    return rc == AW_ECANCELED ? aw_sleep(30) : rc;
}

static int run_stubborn(void)
{
    (void)!aw_run(aw_call(be_stubborn, NULL), NULL, NULL);
    return 1;
}

/* A71 */
Test(run, a_second_interrupt_ends_the_process_as_usual)
{
    struct child c = child_run(run_stubborn);

    cr_assert(eq(int, c.signal, SIGINT));
}

static int end_at_once(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    return aw_sleep(0.001);
}

static int interrupt_after_run(void)
{
    if (aw_run(aw_call(end_at_once, NULL), NULL, NULL) != 0)
        return 1;
    kill(getpid(), SIGINT);
    return 2;
}

/* A71: only during run. */
Test(run, gives_the_signal_its_usual_effect_back)
{
    struct child c = child_run(interrupt_after_run);

    cr_assert(eq(int, c.signal, SIGINT));
}

static int interrupted_while_busy(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    kill(getpid(), SIGINT);
    for (int i = 0; i < 1000000; i++) {
        int rc = aw_sleep(0);

        if (rc < 0)
            return rc;
    }
    return 0;
}

static int run_busy(void)
{
    return aw_run(aw_call(interrupted_while_busy, NULL), NULL, NULL) == AW_EINTR
               ? 12
               : 1;
}

/* A71: a loop that never waits looks for it, too. */
Test(run, is_interrupted_even_if_its_loop_never_waits)
{
    struct child c = child_run(run_busy);

    cr_assert(eq(int, c.exit_status, 12));
}

static volatile sig_atomic_t heard;

static void hear(int signum)
{
    (void)signum;
    heard = 1;
}

static int run_with_own_handler(void)
{
    signal(SIGINT, hear);
    int rc = aw_run(aw_call(interrupted_while_busy, NULL), NULL, NULL);

    return rc == 0 && heard ? 13 : 1;
}

/* As asyncio's: it is not taken from a program that handles it itself. */
Test(run, leaves_the_signal_to_a_program_that_handles_it)
{
    struct child c = child_run(run_with_own_handler);

    cr_assert(eq(int, c.exit_status, 13));
}

/* A71: in the main thread only, whichever thread runs a loop first. */
static sem_t other_runs;

static int post_and_sleep(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    sem_post(&other_runs);
    return aw_sleep(3600);
}

static void *run_in_thread(void *arg)
{
    _exit(aw_run(aw_call(post_and_sleep, NULL), NULL, NULL) == AW_EINTR ? 21
                                                                        : 22);
    return arg;
}

static int sleep_interrupted(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    kill(getpid(), SIGINT);
    return aw_sleep(3600);
}

static int run_after_another_thread(void)
{
    pthread_t thread;

    if (sem_init(&other_runs, 0, 0) < 0 ||
        pthread_create(&thread, NULL, run_in_thread, NULL) != 0)
        return 1;
    while (sem_wait(&other_runs) < 0)
        ;
    return aw_run(aw_call(sleep_interrupted, NULL), NULL, NULL) == AW_EINTR ? 14
                                                                            : 2;
}

Test(run, is_interrupted_in_the_main_thread)
{
    struct child c = child_run(run_after_another_thread);

    cr_assert(eq(int, c.exit_status, 14));
}

/* A loop in another thread leaves the signal alone. */
static int interrupt_only_a_thread(void)
{
    pthread_t thread;

    if (sem_init(&other_runs, 0, 0) < 0 ||
        pthread_create(&thread, NULL, run_in_thread, NULL) != 0)
        return 1;
    while (sem_wait(&other_runs) < 0)
        ;
    kill(getpid(), SIGINT);
    pthread_join(thread, NULL);
    return 2;
}

Test(run, leaves_the_signal_alone_in_another_thread)
{
    struct child c = child_run(interrupt_only_a_thread);

    cr_assert(eq(int, c.signal, SIGINT));
}

/* Stack. */

static int recurse(int depth)
{
    volatile char frame[1024];

    memset((char *)frame, depth, sizeof(frame));
    return depth == 0 ? frame[7] : recurse(depth + 1) + frame[depth % 1024];
}

static int overflow(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    aw_task_set_name(aw_current_task(), "the bottomless");
    turns(1);
    return recurse(1);
}

static int run_overflowing(void)
{
    return aw_run(aw_call(overflow, NULL), NULL, NULL) & 1;
}

/* The guard page: the process dies, with the task's name on stderr. */
Test(run, a_stack_overflow_ends_the_process_and_names_the_task)
{
    struct child c = child_run(run_overflowing);

    cr_assert(c.signal == SIGSEGV || c.signal == SIGBUS || c.signal == SIGABRT,
              "signal %d, exit %d, stderr: %s", c.signal, c.exit_status,
              c.stderr_text);
    cr_assert(strstr(c.stderr_text, "the bottomless") != NULL,
              "stderr does not name the task: %s", c.stderr_text);
}

static int crash(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    aw_task_set_name(aw_current_task(), "the innocent");
    raise(SIGSEGV);
    return 0;
}

static int run_crashing(void)
{
    return aw_run(aw_call(crash, NULL), NULL, NULL);
}

/* Any other fault is not blamed on the stack. */
Test(run, another_fault_is_no_stack_overflow)
{
    struct child c = child_run(run_crashing);

    cr_assert(ne(int, c.signal, 0));
    cr_assert(strstr(c.stderr_text, "overflow") == NULL ||
                  strstr(c.stderr_text, "the innocent") == NULL,
              "%s", c.stderr_text);
}
