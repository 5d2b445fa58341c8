#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connected.h"
#include "transfer/connections.h"
#include "transfer/surplus.h"

static struct pair pair_open(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct pair opened = {.client = socket(AF_INET, SOCK_STREAM, 0)};

    cr_assert(eq(
        int, bind(listener, (struct sockaddr *)&address, sizeof(address)), 0));
    cr_assert(eq(int, listen(listener, 1), 0));
    cr_assert(
        eq(int, getsockname(listener, (struct sockaddr *)&address, &size), 0));
    cr_assert(
        eq(int,
           connect(opened.client, (struct sockaddr *)&address, sizeof(address)),
           0));
    opened.server = accept(listener, NULL, NULL);
    cr_assert(ge(int, opened.server, 0));
    close(listener);
    return opened;
}

/* The server sends, and it has come; the client reads some of it. */
static void bring(size_t bytes, size_t read_bytes)
{
    char room[64] = {0};

    cr_assert(le(sz, bytes, sizeof(room)));
    cr_assert(eq(sz, (size_t)send(pair.server, room, bytes, 0), bytes));
    cr_assert(eq(sz,
                 (size_t)recv(pair.client, room, bytes, MSG_PEEK | MSG_WAITALL),
                 bytes));
    if (read_bytes > 0)
        cr_assert(
            eq(sz, (size_t)recv(pair.client, room, read_bytes, 0), read_bytes));
}

/* The server ends; the client has seen it. */
static void end(void)
{
    char none;

    cr_assert(eq(int, shutdown(pair.server, SHUT_WR), 0));
    cr_assert(eq(int, (int)recv(pair.client, &none, 1, 0), 0));
}

/* The same by a reset. */
static void reset(void)
{
    struct linger linger = {.l_onoff = 1};
    struct pollfd poll_client = {.fd = pair.client, .events = POLLIN};

    cr_assert(eq(
        int,
        setsockopt(pair.server, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)),
        0));
    close(pair.server);
    while (!(poll_client.revents & POLLERR))
        cr_assert(eq(int, poll(&poll_client, 1, -1), 1));
}

/* Some emulators of a processor do not pass TCP_INFO on: nothing is known of
   any connection there, as the header says. */
static bool system_tells(int fd)
{
    struct tcp_info info;
    socklen_t size = sizeof(info);

    return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 &&
           size >= offsetof(struct tcp_info, tcpi_bytes_received) +
                       sizeof(info.tcpi_bytes_received);
}

static void setup(void)
{
    pair = pair_open();
    if (!system_tells(pair.client)) {
        close(pair.client);
        close(pair.server);
        cr_skip("the system does not tell what a connection has brought");
    }
    connections_add(&all, &connection, pair.client, AF_INET);
    connections_use(&all, connection_port(pair.client), &use, false);
}

TestSuite(connections, .init = setup, .fini = connected_teardown);

Test(connections, know_what_was_read_and_not_handed_on)
{
    bring(30, 30);
    connection_hand_on(&use, 20);
    end();

    expect_rest(10);
}

Test(connections, have_no_rest_where_all_was_handed_on)
{
    bring(30, 30);
    connection_hand_on(&use, 20);
    connection_hand_on(&use, 10);
    end();

    expect_rest(0);
}

Test(connections, have_no_rest_at_the_end_of_one_that_brought_nothing)
{
    end();

    expect_rest(0);
}

Test(connections, have_no_rest_at_a_reset_of_one_that_brought_nothing)
{
    reset();

    expect_rest(0);
}

Test(connections, know_what_was_read_before_a_reset)
{
    bring(30, 30);
    reset();

    cr_expect(ge(i64, (connections_remove(&connection), use.rest), 29));
}

Test(connections, do_not_count_what_nobody_has_read)
{
    bring(30, 20);
    connection_hand_on(&use, 20);

    expect_rest(0);
}

Test(connections, go_on_counting_in_the_next_answer)
{
    bring(30, 30);
    connection_hand_on(&use, 30);
    connection_leave(&use);
    connections_use(&all, connection_port(pair.client), &use, false);
    bring(5, 5);
    end();

    expect_rest(5);
}

Test(connections, are_counted_anew_where_not_all_of_an_answer_was_handed_on)
{
    bring(30, 30);
    connection_hand_on(&use, 20);
    use.framed = true;
    connection_leave(&use);
    connections_use(&all, connection_port(pair.client), &use, false);
    bring(5, 5);
    end();

    expect_rest(5);
}

Test(connections, do_not_count_what_came_before_the_first_request)
{
    connection_leave(&use);
    bring(10, 10);
    connections_use(&all, connection_port(pair.client), &use, true);
    bring(5, 5);
    end();

    expect_rest(5);
}

Test(connections, leave_nothing_to_who_has_left)
{
    bring(30, 30);
    connection_leave(&use);

    expect_rest(0);
}

/* libcurl gives a connection on before the task that had it runs again. */
Test(connections, go_on_to_the_next_request_before_the_last_has_left)
{
    struct connection_use next = {.rest = 0};

    bring(30, 30);
    connection_hand_on(&use, 30);
    connections_use(&all, connection_port(pair.client), &next, false);
    connection_leave(&use);
    bring(5, 5);
    end();
    connections_remove(&connection);

    cr_expect(eq(ptr, use.connection, NULL));
    cr_expect(eq(ptr, next.connection, NULL));
    cr_expect(eq(int, (int)next.rest, 5));
    cr_expect(eq(int, (int)use.rest, 0));
}

Test(connections, are_counted_anew_for_the_next_request_after_one_in_chunks)
{
    struct connection_use next = {.rest = 0};

    bring(30, 30);
    connection_hand_on(&use, 20);
    use.framed = true;
    connections_use(&all, connection_port(pair.client), &next, false);
    connection_leave(&use);
    bring(5, 5);
    end();
    connections_remove(&connection);

    cr_expect(eq(int, (int)next.rest, 5));
}

/* As libcurl does when it repeats one. */
Test(connections, are_left_by_a_request_that_goes_to_another_one)
{
    struct pair first = pair;
    struct connection second;

    pair = pair_open();
    connections_add(&all, &second, pair.client, AF_INET);
    connections_use(&all, connection_port(pair.client), &use, false);
    cr_expect(eq(ptr, connection.use, NULL));
    connections_remove(&connection);
    cr_expect(eq(ptr, use.connection, &second));
    connections_remove(&second);

    cr_expect(eq(ptr, use.connection, NULL));
    close(first.client);
    close(first.server);
}

Test(connections, are_not_known_by_a_port_that_two_have)
{
    struct connection twin;
    struct connection_use other = {.rest = 0};

    connections_add(&all, &twin, pair.client, AF_INET);
    connections_use(&all, connection_port(pair.client), &other, false);

    cr_expect(eq(ptr, other.connection, NULL));
    connections_remove(&twin);
    connections_remove(&connection);
}
