#include "../support/kit.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <unistd.h>

/* Scenarios of the loop: its queue, its timers, stopping, signals, debug. */

TestSuite(trace_loop, .timeout = 30);

struct parent {
    const char *name;
    char *child;
};

static void nested(void *arg)
{
    struct parent *p = arg;

    ev("%s", p->name);
    aw_call_soon(NULL, ev_line, p->child, NULL);
}

static int call_soon_fifo(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    aw_loop *loop = aw_get_running_loop();
    struct parent a = {"a", "a.child"}, b = {"b", "b.child"};

    aw_call_soon(loop, nested, &a, NULL);
    aw_call_soon(loop, nested, &b, NULL);
    aw_call_soon(loop, ev_line, "c", NULL);
    ev("scheduled");
    turns(1);
    ev("turn 1 over");
    turns(1);
    ev("turn 2 over");
    return 0;
}

/* A1 A2 */
Test(trace_loop, callbacks_run_in_order_and_theirs_in_the_next_turn)
{
    run_main(call_soon_fifo);
    expect_trace("01_call_soon_fifo");
}

static void mark(void *flag)
{
    *(bool *)flag = true;
}

static int timers_order(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    aw_loop *loop = aw_get_running_loop();
    double now = aw_time(loop);
    aw_handle *dead = NULL;
    bool ran = false;

    aw_call_later(loop, 6 * T, ev_line, "6", NULL);
    aw_call_later(loop, 2 * T, ev_line, "2", NULL);
    aw_call_later(loop, 3 * T, mark, &ran, &dead);
    aw_call_at(loop, now + 4 * T, ev_line, "4 by call_at", NULL);
    aw_call_later(loop, 0, ev_line, "0", NULL);
    aw_call_soon(loop, ev_line, "soon", NULL);
    aw_handle_cancel(dead);
    int rc = aw_sleep(8 * T);
    ev("cancelled %s", yes(!ran));
    ev("not early %s", yes(aw_time(loop) - now > 7.9 * T));
    aw_handle_unref(dead);
    return rc;
}

/* A3 A4 */
Test(trace_loop, timers_run_in_the_order_of_their_deadlines)
{
    run_main(timers_order);
    expect_trace("03_timers_order");
}

static void stop_loop(void *loop)
{
    aw_stop(loop);
}

static void first(void *loop)
{
    ev("first");
    aw_stop(loop);
    aw_call_soon(loop, ev_line, "left over", NULL);
}

/* A5 A6 A7 */
Test(trace_loop, stop_lets_the_turn_end_and_keeps_what_is_queued)
{
    aw_loop *loop = virtual_loop();

    aw_call_soon(loop, first, loop, NULL);
    aw_call_soon(loop, ev_line, "second", NULL);
    cr_assert(aw_run_forever(loop) == 0);
    ev("stopped");
    aw_call_soon(loop, stop_loop, loop, NULL);
    cr_assert(aw_run_forever(loop) == 0);
    ev("stopped again");
    cr_assert(aw_loop_close(loop) == 0);
    const char *again =
        told(aw_call_soon(loop, ev_line, "never", NULL), (aw_value){0});
    ev("closed %s %s", yes(aw_loop_is_closed(loop)), again);
    aw_loop_unref(loop);

    expect_trace("05_stop_and_resume");
}

struct on_signal {
    const char *name;
    aw_event *got;
};

static void on_signal(void *arg)
{
    struct on_signal *s = arg;

    ev("handler %s", s->name);
    aw_event_set(s->got);
}

static int signal_handler(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    aw_loop *loop = aw_get_running_loop();
    aw_event got = {0};
    struct on_signal one = {"one", &got}, two = {"two", &got};

    aw_add_signal_handler(loop, SIGUSR1, on_signal, &one);
    kill(getpid(), SIGUSR1);
    ev("sent, not handled yet %s", yes(got.set));
    int rc = aw_event_wait(&got);
    aw_event_clear(&got);
    aw_add_signal_handler(loop, SIGUSR1, on_signal, &two);
    kill(getpid(), SIGUSR1);
    if (rc == 0)
        rc = aw_event_wait(&got);
    bool once = aw_remove_signal_handler(loop, SIGUSR1);
    bool twice = aw_remove_signal_handler(loop, SIGUSR1);
    ev("removed %s %s", yes(once), yes(twice));
    return rc;
}

/* A10 */
Test(trace_loop, signals_are_handled_between_turns)
{
    cr_assert(aw_run(aw_call(signal_handler, NULL), NULL, NULL) == 0);
    expect_trace("67_signal_handler");
}

static void on_report(const aw_report *r, void *data)
{
    (void)data;
    if (r->kind == AW_SLOW)
        ev("slow %s", r->task ? "task" : "callback");
}

/* Far from what a loaded machine does to a callback that is quick. */
#define LIMIT 0.4
#define LONGER 0.45

static void hold(void *seconds)
{
    hold_thread(*(double *)seconds);
}

static int debug_slow(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    aw_loop *loop = aw_get_running_loop();
    double slow = LONGER, quick = 0;

    aw_set_report_handler(loop, on_report, NULL);
    aw_loop_set_slow_callback(loop, LIMIT);
    aw_call_soon(loop, hold, &slow, NULL);
    aw_call_soon(loop, hold, &quick, NULL);
    turns(1);
    ev("after the callbacks");
    hold_thread(LONGER);
    turns(1);
    ev("after the step");
    aw_loop_set_debug(loop, false);
    hold_thread(LONGER);
    turns(1);
    ev("debug off");
    return 0;
}

/* A12, real clock */
Test(trace_loop, debug_mode_reports_what_held_the_loop)
{
    aw_loop_options options = {.debug = true};

    cr_assert(aw_run(aw_call(debug_slow, NULL), NULL, &options) == 0);
    expect_trace("69_debug_slow");
}
