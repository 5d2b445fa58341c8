#include "support/kit.h"
#include "support/socket.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <unistd.h>

/* Closing a listener: the grace of those who are being served, and who may
   close it. The suite is test_listener.c's. */

static int sleep_units(aw_stream *s, void *units)
{
    int rc = aw_sleep(*(double *)units * T);

    (void)s;
    ev("sleeper %s", rc == 0 ? "done" : token(rc));
    int cleanup = aw_sleep(T);
    ev("sleeper ends");
    return cleanup < 0 ? cleanup : rc;
}

TaskTest(listener, closing_waits_for_those_who_end_within_the_grace)
{
    double units = 3;
    aw_listener *l = listen_with(sleep_units, &units);
    int fd = connect_to(l);

    turns(5);
    expect_rc(aw_listener_close(l, 10 * T), 0);
    ev("closed");
    close(fd);
    expect_lines("sleeper done\nsleeper ends\nclosed\n");
}

TaskTest(listener, closing_cancels_the_rest_after_the_grace_and_waits)
{
    double units = 50;
    aw_listener *l = listen_with(sleep_units, &units);
    int a = connect_to(l), b = connect_to(l);
    double before = aw_time(loop);

    turns(5);
    expect_rc(aw_listener_close(l, 2 * T), 0);
    cr_assert(lt(dbl, aw_time(loop) - before, 10 * T));
    close(a), close(b);
    expect_lines("sleeper cancelled\nsleeper cancelled\nsleeper ends\n"
                 "sleeper ends\n");
}

static int close_listener(void *listener, aw_value *ret)
{
    (void)ret;
    return aw_listener_close(listener, 50 * T);
}

TaskTest(listener, a_cancelled_closer_still_ends_those_who_are_served)
{
    double units = 90;
    aw_listener *l = listen_with(sleep_units, &units);
    int fd = connect_to(l);

    turns(5);
    aw_future *t = spawn(aw_call(close_listener, l), NULL);
    turns(2);
    aw_future_cancel(t);
    ev("%s", outcome(aw_give(t)));
    close(fd);
    expect_lines("sleeper cancelled\nsleeper ends\ncancelled\n");
}

/* Closed by those who are being served: a request to shut down. */

static aw_listener *serving;

static int close_it(aw_stream *s, void *units)
{
    int rc;

    (void)s;
    if (units && *(double *)units > 0)
        expect_rc(aw_sleep(*(double *)units * T), 0);
    rc = aw_listener_close(serving, 3 * T);
    ev("connection: closed: %s", rc == 0 ? "done" : token(rc));
    return 0;
}

TaskTest(listener, a_connection_may_close_it)
{
    serving = listen_with(close_it, NULL);
    int fd = connect_to(serving);
    char c;

    cr_assert(eq(int, recv_exactly(fd, &c, 1), 0));
    expect_rc(aw_listener_close(serving, 1), 0);
    close(fd);
    expect_lines("connection: closed: done\n");
}

TaskTest(listener, connections_may_close_it_at_once)
{
    serving = listen_with(close_it, NULL);
    int a = connect_to(serving), b = connect_to(serving);
    char c;

    cr_assert(eq(int, recv_exactly(a, &c, 1), 0));
    cr_assert(eq(int, recv_exactly(b, &c, 1), 0));
    close(a), close(b);
    expect_lines("connection: closed: done\nconnection: closed: done\n");
}

/* One closes, the other is cancelled after the grace, and waited for. */
static int first_closes(aw_stream *s, void *order)
{
    static double long_time = 50;

    return ++*(int *)order == 1 ? close_it(s, NULL)
                                : sleep_units(s, &long_time);
}

TaskTest(listener, a_connection_that_closes_it_waits_for_the_others)
{
    int order = 0;

    serving = listen_with(first_closes, &order);
    int a = connect_to(serving), b = connect_to(serving);
    char c;

    turns(5);
    expect_rc(aw_sleep(20 * T), 0);
    cr_assert(eq(int, recv_exactly(a, &c, 1), 0));
    close(a), close(b);
    expect_lines("sleeper cancelled\nsleeper ends\nconnection: closed: done\n");
}

/* By way of a task that the connection waits for. */
static int close_and_tell(void *units, aw_value *ret)
{
    int rc = close_it(NULL, units);

    (void)ret;
    return rc;
}

static int wait_for_closer(aw_stream *s, void *data)
{
    aw_awaitable x = aw_any(aw_call(close_and_tell, NULL));
    int rc = aw_await(aw_give(aw_gather(&x, 1, AW_RETURN_ERRORS)), NULL);

    (void)s, (void)data;
    ev("connection: %s", token(rc));
    return rc;
}

TaskTest(listener, whom_a_connection_waits_for_may_close_it)
{
    serving = listen_with(wait_for_closer, NULL);
    int fd = connect_to(serving);
    char c;

    turns(5);
    expect_rc(aw_sleep(20 * T), 0);
    cr_assert(eq(int, recv_exactly(fd, &c, 1), 0));
    close(fd);
    expect_rc(aw_listener_close(serving, 0), 0);
    expect_lines("connection: closed: done\nconnection: cancelled\n");
}

TaskTest(listener, is_closed_by_several_at_once_and_again)
{
    double units = 2;
    aw_listener *l = listen_with(sleep_units, &units);
    int fd = connect_to(l);

    turns(5);
    aw_future *a = spawn(aw_call(close_listener, l), NULL);
    aw_future *b = spawn(aw_call(close_listener, l), NULL);
    expect_rc(aw_listener_close(l, 50 * T), 0);
    ev("closed");
    expect_rc(aw_await(aw_give(a), NULL), 0);
    expect_rc(aw_await(aw_give(b), NULL), 0);
    expect_rc(aw_listener_close(l, AW_FOREVER), 0);
    close(fd);
    expect_lines("sleeper done\nsleeper ends\nclosed\n");
}

/* The shorter grace counts, and who is cancelled is cancelled once. */
static int sleep_through(aw_stream *s, void *data)
{
    (void)s, (void)data;
    ev("served: %s", token(aw_sleep(50 * T)));
    ev("cleanup: %s", token(aw_sleep(5 * T)));
    return 0;
}

TaskTest(listener, connections_are_cancelled_once_however_many_close_it)
{
    aw_listener *l = listen_with(sleep_through, NULL);
    int fd = connect_to(l);

    turns(5);
    aw_future *a = spawn(aw_call(close_listener, l), NULL);
    expect_rc(aw_listener_close(l, T), 0);
    expect_rc(aw_await(aw_give(a), NULL), 0);
    close(fd);
    expect_lines("served: cancelled\ncleanup: code 0\n");
}
