#include "support/kit.h"
#include "support/socket.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <netinet/in.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

/* Listeners: addresses, and what happens to those who are being served. */

TestSuite(listener, .timeout = 30);

static int serve_nothing(aw_stream *s, void *data)
{
    (void)s, (void)data;
    return 0;
}

TaskTest(listener, tells_the_port_it_was_given)
{
    aw_listener *l = listen_with(serve_nothing, NULL), *same = NULL;
    int port = aw_listener_port(l);

    cr_assert(gt(int, port, 0));
    expect_rc(aw_listen(&same, "127.0.0.1", port, 1, serve_nothing, NULL),
              -EADDRINUSE);
    cr_assert(eq(ptr, same, NULL));
    expect_rc(aw_listener_close(l, 0), 0);
}

TaskTest(listener, refuses_what_is_no_numeric_address_or_port)
{
    static const struct {
        const char *host;
        int port;
    } bad[] = {{"localhost", 0}, {"", 0},           {"127.0.0.1.2", 0},
               {"::g", 0},       {"127.0.0.1", -1}, {"127.0.0.1", 65536}};
    aw_listener *l = NULL;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        cr_assert(
            lt(int,
               aw_listen(&l, bad[i].host, bad[i].port, 1, serve_nothing, NULL),
               0),
            "%s %d", bad[i].host, bad[i].port);
    cr_assert(eq(ptr, l, NULL));
}

static int tell_fd(aw_stream *s, void *data)
{
    struct sockaddr_in6 peer;
    socklen_t size = sizeof(peer);

    (void)data;
    cr_assert(eq(
        int, getpeername(aw_stream_fd(s), (struct sockaddr *)&peer, &size), 0));
    cr_assert(eq(int, peer.sin6_family, AF_INET6));
    ev("served");
    return 0;
}

TaskTest(listener, listens_on_ipv6_too)
{
    aw_listener *l = NULL;
    struct sockaddr_in6 address = {.sin6_family = AF_INET6,
                                   .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    char c;

    int rc = aw_listen(&l, "::1", 0, 1, tell_fd, NULL);
    if (rc == -EADDRNOTAVAIL || rc == -EAFNOSUPPORT)
        cr_skip("no IPv6 here");
    cr_assert(eq(int, rc, 0));
    address.sin6_port = htons((uint16_t)aw_listener_port(l));
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert(
        eq(int, connect(fd, (struct sockaddr *)&address, sizeof(address)), 0));
    cr_assert(eq(int, recv_exactly(fd, &c, 1), 0));
    close(fd);
    expect_rc(aw_listener_close(l, 1), 0);
    expect_lines("served\n");
}

TaskTest(listener, accepts_nobody_once_it_is_closed)
{
    aw_listener *l = listen_with(serve_nothing, NULL);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port =
                                      htons((uint16_t)aw_listener_port(l))};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    expect_rc(aw_listener_close(l, 0), 0);
    cr_assert(
        eq(int, connect(fd, (struct sockaddr *)&address, sizeof(address)), -1));
    cr_assert(eq(int, errno, ECONNREFUSED));
    close(fd);
}

static int fail_serving(aw_stream *s, void *data)
{
    (void)s, (void)data;
    return APP(3);
}

/* A16: nobody awaits a connection's task, so its error is told. */
TaskTest(listener, an_error_of_a_serve_function_is_reported)
{
    trace_reports(loop);
    aw_listener *l = listen_with(fail_serving, NULL);
    int fd = connect_to(l);
    char c;

    cr_assert(eq(int, recv_exactly(fd, &c, 1), 0));
    turns(2);
    close(fd);
    expect_rc(aw_listener_close(l, 0), 0);
    cr_assert(ne(str, (char *)trace_text(), ""));
    cr_assert(strstr(trace_text(), "never retrieved: error 3 of ") != NULL);
}

static int made;

static aw_future *count_tasks(aw_loop *loop, aw_coro coro, void *data)
{
    (void)data;
    made++;
    return aw_task_new(loop, coro);
}

/* A23 */
TaskTest(listener, connections_tasks_are_made_by_the_loops_factory)
{
    aw_listener *l = listen_with(serve_nothing, NULL);
    char c;

    aw_set_task_factory(loop, count_tasks, NULL);
    int fd = connect_to(l);
    cr_assert(eq(int, recv_exactly(fd, &c, 1), 0));
    cr_assert(eq(int, made, 1));
    close(fd);
    expect_rc(aw_listener_close(l, 0), 0);
}

static int wait_for_ever(aw_stream *s, void *data)
{
    char c;

    (void)data;
    return (int)aw_read(s, &c, 1);
}

static int go_round(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    turns(5);
    return 0;
}

/* Closing the loop frees what nobody closed. */
Test(listener, goes_with_its_loop)
{
    aw_loop *loop = virtual_loop();

    trace_reports(loop);
    aw_set_event_loop(loop);
    aw_listener *l = listen_with(wait_for_ever, NULL);
    int fd = connect_to(l);
    expect_rc(aw_run_until_complete(loop, aw_call(go_round, NULL), NULL), 0);
    expect_rc(aw_loop_close(loop), 0);
    aw_set_event_loop(NULL);
    aw_loop_unref(loop);
    cr_assert(strstr(trace_text(), "destroyed pending: ") != NULL);
    close(fd);
}

/* What a slow client does, on a thread: the loop has nothing to do but wait. */
static void *send_later(void *fd)
{
    hold_thread(0.05);
    send_text(*(int *)fd, "?");
    return NULL;
}

static int tell_time(aw_stream *s, void *before)
{
    char c;

    cr_assert(eq(int, (int)aw_read(s, &c, 1), 1));
    cr_assert(lt(dbl, aw_time(NULL) - *(double *)before, 1000));
    ev("read before the sleeper woke");
    return 0;
}

TaskTest(listener, the_virtual_clock_does_not_jump_over_a_pending_read)
{
    double before = aw_time(loop);
    aw_listener *l = listen_with(tell_time, &before);
    int fd = connect_to(l);
    pthread_t thread;

    turns(5);
    cr_assert(eq(int, pthread_create(&thread, NULL, send_later, &fd), 0));
    expect_rc(aw_await(give(1e6, NULL, "sleeper"), NULL), 0);
    pthread_join(thread, NULL);
    close(fd);
    expect_rc(aw_listener_close(l, 0), 0);
    expect_lines("read before the sleeper woke\nsleeper done\n");
}
