#include "support/kit.h"
#include "support/socket.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <netinet/in.h>
#include <unistd.h>

/* Listeners at their bound; and where tasks begin at once, so that a
   connection is served while it is being accepted. */

TestSuite(listener_bound, .timeout = 30);

static int greet_and_wait(aw_stream *s, void *active)
{
    char c;

    ++*(int *)active;
    expect_rc(aw_write(s, "!", 1), 0);
    int rc = (int)aw_read(s, &c, 1);
    --*(int *)active;
    return rc;
}

static int greet_alone(aw_stream *s, void *active)
{
    cr_assert(eq(int, *(int *)active, 0));
    return greet_and_wait(s, active);
}

/* The one that is served hears so; then it goes. */
static void expect_served(int fd)
{
    char c;

    cr_assert(eq(int, recv_exactly(fd, &c, 1), 1));
    close(fd);
}

TaskTest(listener_bound, no_more_than_that_are_served_at_once_and_none_is_lost)
{
    int active = 0, fds[4];
    aw_listener *l = listen_with(greet_alone, &active);

    aw_listener_bound(l, 1);
    for (int i = 0; i < 4; i++)
        fds[i] = connect_to(l);
    for (int i = 0; i < 4; i++)
        expect_served(fds[i]);
    expect_rc(aw_listener_close(l, 1), 0);
    cr_assert(eq(int, active, 0));
}

TaskTest(listener_bound, more_room_lets_the_next_one_in)
{
    int active = 0;
    aw_listener *l = listen_with(greet_and_wait, &active);
    int first, second;

    aw_listener_bound(l, 1);
    first = connect_to(l);
    second = connect_to(l);
    turns(20);
    cr_assert(aw_listener_is_full(l));
    cr_assert(eq(int, active, 1));
    aw_listener_bound(l, 2);
    expect_served(second);
    expect_served(first);
    expect_rc(aw_listener_close(l, 1), 0);
}

/* libuv has accepted it, others wait in the kernel: all are ours by then. */
TaskTest(listener_bound, who_waits_is_served_when_the_listener_closes)
{
    aw_listener *l = listen_with(echo, NULL);
    int fds[3];
    char c;

    aw_listener_bound(l, 1);
    for (int i = 0; i < 3; i++)
        fds[i] = connect_to(l);
    turns(20);
    for (int i = 0; i < 3; i++) {
        send_text(fds[i], "x");
        cr_assert(eq(int, shutdown(fds[i], SHUT_WR), 0));
    }
    expect_rc(aw_listener_close(l, 1), 0);
    for (int i = 0; i < 3; i++) {
        cr_assert(eq(int, recv_exactly(fds[i], &c, 1), 1), "connection %d", i);
        close(fds[i]);
    }
}

static int end_at_once(aw_stream *s, void *data)
{
    (void)s, (void)data;
    ev("served");
    return 0;
}

static int first_waits(aw_stream *s, void *order)
{
    char c;

    if (++*(int *)order == 1) {
        expect_rc((int)aw_read(s, &c, 1), 0);
        ev("first ends");
        return 0;
    }
    return end_at_once(s, NULL);
}

TaskTest(listener_bound, an_eager_one_is_served_where_the_one_before_ends)
{
    int order = 0, fds[4];
    aw_listener *l = listen_with(first_waits, &order);
    char c;

    aw_set_task_factory(NULL, aw_eager_task_factory, NULL);
    aw_listener_bound(l, 1);
    for (int i = 0; i < 4; i++)
        fds[i] = connect_to(l);
    turns(20);
    close(fds[0]);
    for (int i = 1; i < 4; i++) {
        cr_assert(eq(int, recv_exactly(fds[i], &c, 1), 0));
        close(fds[i]);
    }
    expect_rc(aw_listener_close(l, 1), 0);
    expect_lines("first ends\nserved\nserved\nserved\n");
}

/* The second closes the listener in its first step, where the first ends. */
static aw_listener *serving;

static int second_closes(aw_stream *s, void *order)
{
    char c;

    if (++*(int *)order == 1)
        return (int)aw_read(s, &c, 1);
    ev("second: %s", token(aw_listener_close(serving, 0)));
    return 0;
}

TaskTest(listener_bound, an_eager_one_that_was_held_may_close_the_listener)
{
    int order = 0, first, second;
    char c;

    serving = listen_with(second_closes, &order);
    aw_set_task_factory(NULL, aw_eager_task_factory, NULL);
    aw_listener_bound(serving, 1);
    first = connect_to(serving);
    second = connect_to(serving);
    turns(20);
    close(first);
    cr_assert(eq(int, recv_exactly(second, &c, 1), 0));
    expect_rc(aw_listener_close(serving, 0), 0);
    close(second);
    expect_lines("second: code 0\n");
}

/* Somebody else's, with the number that the listener's had. */
struct other {
    int fd;
    int client;
};

static void listen_elsewhere(struct other *other)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);

    other->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert(ge(int, other->fd, 0));
    cr_assert(eq(int, bind(other->fd, (struct sockaddr *)&address, size), 0));
    cr_assert(eq(int, listen(other->fd, 1), 0));
    cr_assert(
        eq(int, getsockname(other->fd, (struct sockaddr *)&address, &size), 0));
    other->client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert(
        eq(int, connect(other->client, (struct sockaddr *)&address, size), 0));
}

static int close_in_a_task(void *listener, aw_value *ret)
{
    (void)ret;
    return aw_listener_close(listener, 1);
}

static int close_and_listen_elsewhere(aw_stream *s, void *other)
{
    (void)s;
    if (((struct other *)other)->fd < 0) {
        aw_unref(aw_create_task(NULL, aw_call(close_in_a_task, serving)));
        listen_elsewhere(other);
    }
    return 0;
}

TaskTest(listener_bound, closed_by_an_eager_one_while_it_closes_takes_no_others)
{
    struct other other = {-1, -1};
    int fds[3], accepted;

    serving = listen_with(close_and_listen_elsewhere, &other);
    for (int i = 0; i < 3; i++)
        fds[i] = connect_to(serving);
    aw_set_task_factory(NULL, aw_eager_task_factory, NULL);
    expect_rc(aw_listener_close(serving, 1), 0);
    accepted = accept4(other.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    cr_assert(ge(int, accepted, 0));
    close(accepted);
    close(other.fd);
    close(other.client);
    for (int i = 0; i < 3; i++)
        close(fds[i]);
}
