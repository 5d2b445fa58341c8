#include "support/kit.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <uv.h>

/* libuv's handles beside tasks, and the virtual clock beside both. */

TestSuite(uv, .timeout = 30);

struct settling {
    uv_timer_t timer;
    uv_poll_t idle;
    aw_future *future;
    int pipe[2];
};

static void settle(uv_timer_t *timer)
{
    struct settling *s = timer->data;

    aw_set_value(s->future, text_value("settled"));
}

static void never_ready(uv_poll_t *poll, int status, int events)
{
    (void)poll, (void)status, (void)events;
    ev("the idle poll is ready");
}

static int await_overdue(void *arg, aw_value *ret)
{
    aw_loop *loop = aw_get_running_loop();
    struct settling *s = arg;

    (void)ret;
    s->future = aw_future_new(loop);
    s->timer.data = s;
    cr_assert(eq(int, pipe(s->pipe), 0));
    uv_timer_init(aw_loop_uv(loop), &s->timer);
    uv_poll_init(aw_loop_uv(loop), &s->idle, s->pipe[0]);
    uv_poll_start(&s->idle, UV_READABLE, never_ready);
    uv_timer_start(&s->timer, settle, 2, 0);
    aw_call_later(loop, 5, ev_line, "the loop slept", NULL);
    hold_thread(0.01);
    ev("%s", outcome(s->future));
    uv_close((uv_handle_t *)&s->timer, NULL);
    uv_close((uv_handle_t *)&s->idle, NULL);
    turns(2);
    aw_unref(s->future);
    return 0;
}

/* libuv 1.44 runs overdue timers before it polls, and would then sleep
   although they queued something. Real clock. */
Test(uv, an_overdue_uv_timer_settles_a_future_while_a_poll_is_idle)
{
    static struct settling s;

    expect_rc(aw_run(aw_call(await_overdue, &s), NULL, NULL), 0);
    close(s.pipe[0]), close(s.pipe[1]);
    expect_lines("value settled\n");
}

struct polled {
    uv_poll_t poll;
    aw_future *future;
};

static void on_readable(uv_poll_t *poll, int status, int events)
{
    struct polled *p = poll->data;

    (void)status, (void)events;
    uv_poll_stop(poll);
    cr_assert(eq(ptr, aw_current_task(), NULL));
    aw_set_value(p->future, text_value(NULL));
}

static void tell_io(aw_future *f, void *data)
{
    (void)f, (void)data;
    ev("io");
}

static int order_of_a_turn(void *arg, aw_value *ret)
{
    aw_loop *loop = aw_get_running_loop();
    struct polled *p = arg;
    int ends[2];

    (void)ret;
    cr_assert(eq(int, pipe(ends), 0));
    p->future = aw_future_new(loop);
    p->poll.data = p;
    uv_poll_init(aw_loop_uv(loop), &p->poll, ends[0]);
    uv_poll_start(&p->poll, UV_READABLE, on_readable);
    aw_add_done(p->future, tell_io, NULL);
    cr_assert(eq(int, (int)write(ends[1], "x", 1), 1));
    aw_call_later(loop, 0, ev_line, "due", NULL);
    aw_call_soon(loop, ev_line, "ready", NULL);
    turns(1);
    ev("turn");
    turns(1);
    uv_close((uv_handle_t *)&p->poll, NULL);
    turns(1);
    aw_unref(p->future);
    close(ends[0]), close(ends[1]);
    return 0;
}

/* A2 A3: what was ready, then I/O, then the timers that are due. */
Test(uv, a_turn_takes_what_is_ready_then_io_then_timers)
{
    static struct polled real, virtual;
    static const char lines[] = "ready\nturn\nio\ndue\n";

    expect_rc(aw_run(aw_call(order_of_a_turn, &real), NULL, NULL), 0);
    expect_lines(lines);
    expect_rc(run_virtual(aw_call(order_of_a_turn, &virtual), NULL), 0);
    expect_lines(lines);
}

/* Precision 6: a watched signal is no pending I/O, so time jumps; but what has
   come already is seen before it does. */
TaskTest(uv, the_virtual_clock_polls_once_before_it_jumps)
{
    double before = aw_time(loop);

    expect_rc(aw_add_signal_handler(loop, SIGUSR1, ev_line, "signal"), 0);
    aw_call_later(loop, 1e-9, ev_line, "the first timer", NULL);
    kill(getpid(), SIGUSR1);
    expect_rc(aw_sleep(1e6), 0);
    cr_assert(ge(dbl, aw_time(loop) - before, 1e6 * 0.999999));
    cr_assert(aw_remove_signal_handler(loop, SIGUSR1));
    expect_lines("signal\nthe first timer\n");
}

/* Exact: nothing but the deadlines moves it. */
TaskTest(uv, the_virtual_clock_stands_still_between_deadlines)
{
    double before = aw_time(loop);

    hold_thread(0.005);
    turns(10);
    cr_assert(eq(dbl, aw_time(loop), before));
    expect_rc(aw_sleep(0.25), 0);
    cr_assert(epsilon_eq(dbl, aw_time(loop) - before, 0.25, 1e-6));
    hold_thread(0.005);
    expect_rc(aw_sleep(3600), 0);
    cr_assert(epsilon_eq(dbl, aw_time(loop) - before, 3600.25, 1e-6));
}

static void wake_later(void *loop)
{
    hold_thread(0.03);
    aw_call_soon_threadsafe(loop, ev_line, "from a thread");
}

static int wait_for_thread(void *arg, aw_value *ret)
{
    (void)ret;
    uv_thread_t thread;
    double before = monotonic_now();

    uv_thread_create(&thread, wake_later, arg);
    aw_call_later(NULL, 0.06, ev_line, "timer", NULL);
    int rc = aw_sleep(0.08);
    cr_assert(ge(dbl, monotonic_now() - before, 0.08));
    uv_thread_join(&thread);
    return rc;
}

/* A9 A3, real clock: a wake-up does not make timers early. */
Test(uv, a_wake_up_from_a_thread_does_not_disturb_timers)
{
    aw_loop *loop = NULL;

    expect_rc(aw_loop_new(&loop, NULL), 0);
    expect_rc(aw_run_until_complete(loop, aw_call(wait_for_thread, loop), NULL),
              0);
    aw_loop_close(loop);
    aw_loop_unref(loop);
    cr_assert(strstr(trace_text(), "from a thread\n") != NULL);
}

/* Stacks. */

static int touch_stack(void *arg, aw_value *ret)
{
    volatile char frame[4096];

    (void)ret;
    for (size_t i = 0; i < sizeof(frame); i++)
        frame[i] = (char)i;
    *(void **)arg = (void *)&frame[0];
    return aw_sleep(0) < 0 ? AW_EINVAL : frame[17] == 17 ? 0 : AW_EINVAL;
}

/* A stack is taken at the first step and handed on after the last. */
TaskTest(uv, tasks_one_after_the_other_share_a_stack)
{
    void *at[3] = {NULL};

    for (int i = 0; i < 3; i++)
        expect_rc(
            aw_await(aw_give(spawn(aw_call(touch_stack, &at[i]), NULL)), NULL),
            0);
    cr_assert(eq(ptr, at[0], at[1]));
    cr_assert(eq(ptr, at[1], at[2]));
}

enum { MANY = 1000 };

static int many(void *arg, aw_value *ret)
{
    static void *at[MANY];
    static aw_awaitable xs[MANY]; /* not on a small stack */

    (void)arg, (void)ret;
    for (int i = 0; i < MANY; i++)
        xs[i] = aw_any(aw_call(touch_stack, &at[i]));
    return aw_await(aw_give(aw_gather(xs, MANY, 0)), NULL);
}

/* Beyond what is kept, with the least stack there is. */
Test(uv, many_tasks_run_on_small_stacks_of_which_few_are_kept)
{
    aw_loop_options options = {.stack_size = 1, .stacks_kept = 3};
    aw_loop *loop = NULL;

    expect_rc(aw_loop_new(&loop, &options), 0);
    for (int i = 0; i < 3; i++)
        expect_rc(aw_run_until_complete(loop, aw_call(many, NULL), NULL), 0);
    aw_loop_close(loop);
    aw_loop_unref(loop);
}

/* A29: who never starts needs no stack: these would not fit in memory. */
Test(uv, a_task_that_never_starts_takes_no_stack)
{
    aw_loop_options options = {.virtual_clock = true,
                               .stack_size = (size_t)1 << 30};
    aw_loop *loop = NULL;

    expect_rc(aw_loop_new(&loop, &options), 0);
    for (int i = 0; i < 100000; i++) {
        aw_future *t = aw_create_task(loop, aw_call(touch_stack, NULL));

        cr_assert(aw_future_cancel(t));
        aw_unref(t);
    }
    aw_stop(loop);
    expect_rc(aw_run_forever(loop), 0);
    cr_assert(eq(sz, aw_all_tasks(loop, NULL, 0), 0));
    aw_loop_close(loop);
    aw_loop_unref(loop);
}

/* More than any address space: a code, in the future. */
Test(uv, a_stack_that_cannot_be_had_is_no_memory)
{
    aw_loop_options options = {.stack_size = SIZE_MAX / 4};
    aw_loop *loop = NULL;
    int drops = 0;

    expect_rc(aw_loop_new(&loop, &options), 0);
    aw_coro coro = aw_call_own(touch_stack, &drops, count_drop);
    expect_rc(aw_run_until_complete(loop, coro, NULL), AW_ENOMEM);
    cr_assert(eq(int, drops, 1));
    aw_loop_close(loop);
    aw_loop_unref(loop);
}

static int sleep_once(void *arg, aw_value *ret)
{
    aw_loop *loop = aw_get_running_loop();
    double began = aw_time(loop);
    int rc = aw_sleep(*(double *)arg);

    (void)ret;
    *(double *)arg = aw_time(loop) - began;
    return rc;
}

/* The lowest descriptor that is free. */
static int lowest_free(void)
{
    int fd = dup(0);

    cr_assert(ge(int, fd, 0));
    close(fd);
    return fd;
}

/* The loop's clock is a descriptor of its own, where one is to be had: the last
   one that a loop opens. */
Test(uv, a_loop_without_a_descriptor_for_its_clock_is_on_time_too)
{
    struct rlimit before;
    struct rlimit few;
    aw_loop *loop = NULL;
    double seconds = 0.005;

    cr_assert(eq(int, aw_loop_new(&loop, NULL), 0));
    cr_assert(eq(int, getrlimit(RLIMIT_NOFILE, &before), 0));
    few = before;
    few.rlim_cur = (rlim_t)lowest_free() - 1;
    aw_loop_unref(loop);

    cr_assert(eq(int, setrlimit(RLIMIT_NOFILE, &few), 0));
    cr_assert(eq(int, aw_loop_new(&loop, NULL), 0));
    cr_expect(lt(int, dup(0), 0), "nothing was left for the clock");
    setrlimit(RLIMIT_NOFILE, &before);

    cr_expect(eq(
        int, aw_run_until_complete(loop, aw_call(sleep_once, &seconds), NULL),
        0));
    cr_expect(ge(dbl, seconds, 0.005));
    aw_loop_unref(loop);
}
