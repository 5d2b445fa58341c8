#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#include "transfer/connections.h"
#include "transfer/surplus.h"

/* One end of a connection is the server's, the other a client's. */
struct pair {
    int server;
    int client;
};

static struct connections all;
static struct connection connection;
static struct connection_use use;
static struct pair pair;

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

static void teardown(void)
{
    close(pair.client);
    close(pair.server);
}

TestSuite(connections, .init = setup, .fini = teardown);

static void expect_rest(int64_t bytes)
{
    connections_remove(&connection);
    cr_expect(eq(i64, use.rest, bytes));
    cr_expect(eq(ptr, use.connection, NULL));
}

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

/* UNIX sockets, which have no ports. */
static struct connection_use next;
static const int first_owner, second_owner;

static void setup_local(void)
{
    int fds[2];

    cr_assert(eq(int, socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0));
    pair = (struct pair){.server = fds[0], .client = fds[1]};
    cr_expect(eq(int, connection_port(pair.client), 0));
    connections_add(&all, &connection, pair.client, AF_UNIX);
    if (!connection.local) {
        teardown();
        cr_skip("the system does not tell what a UNIX socket has brought");
    }
    use.owner = &first_owner;
    next.owner = &second_owner;
    connections_use(&all, 0, &use, false);
}

TestSuite(local_connections, .init = setup_local, .fini = teardown);

static void bring_local(size_t bytes)
{
    char room[64] = {0};

    cr_assert(le(sz, bytes, sizeof(room)));
    cr_assert(eq(sz, (size_t)send(pair.server, room, bytes, 0), bytes));
    cr_assert(eq(sz, (size_t)recv(pair.client, room, bytes, 0), bytes));
}

/* It has come, and is handed on, to its end. */
static void be_answered(size_t bytes)
{
    bring_local(bytes);
    connection_hand_on(&use, bytes);
    connections_end(&all, &connection, &first_owner);
    connections_settle(&all);
    connection_leave(&use);
}

Test(local_connections, know_what_came_before_anyone_asked_to_watch)
{
    bring_local(10);

    expect_rest(10);
}

Test(local_connections, know_what_came_since_they_are_watched)
{
    connections_find(&all, &connection, &first_owner);
    connections_settle(&all);
    bring_local(10);

    expect_rest(10);
}

Test(local_connections, have_no_rest_where_nothing_came)
{
    expect_rest(0);
}

Test(local_connections, go_on_counting_in_the_next_answer)
{
    be_answered(30);
    connections_use(&all, 0, &use, false);
    bring_local(5);

    expect_rest(5);
}

Test(local_connections, have_no_rest_of_an_answer_before)
{
    be_answered(30);
    connections_use(&all, 0, &use, false);

    expect_rest(0);
}

Test(local_connections, are_counted_anew_where_not_all_of_an_answer_came)
{
    bring_local(30);
    use.framed = true;
    be_answered(10);
    connections_use(&all, 0, &use, false);
    bring_local(5);

    expect_rest(5);
}

Test(local_connections, are_the_next_requests_as_soon_as_libcurl_is_done)
{
    bring_local(30);
    use.framed = true;
    connections_end(&all, &connection, &first_owner);
    connections_use(&all, 0, &next, false);
    connections_remove(&connection);
    connection_leave(&use);

    cr_expect(eq(int, (int)use.rest, 0));
    cr_expect(eq(int, (int)next.rest, 0));
    connection_leave(&next);
}

Test(local_connections, are_of_whom_they_are_watched_for)
{
    connections_use(&all, 0, &next, false);
    connections_find(&all, &connection, &first_owner);
    connections_settle(&all);
    bring_local(5);
    expect_rest(5);

    cr_expect(eq(int, (int)next.rest, 0));
    connection_leave(&next);
    cr_expect(eq(ptr, all.adrift, NULL));
}

/* Its answer may have come over this one. */
Test(local_connections, are_unknown_while_another_answer_is_adrift)
{
    bring_local(30);
    connection_hand_on(&use, 30);
    connections_use(&all, 0, &next, false);
    connections_remove(&connection);

    cr_expect(eq(int, (int)next.rest, 0));
    connection_leave(&next);
    connection_leave(&use);
    cr_expect(eq(ptr, all.adrift, NULL));
    cr_expect(eq(ptr, all.latest, NULL));
}

/* Its answer was there at once, and the connection went on to another one, all
   within one call of libcurl. */
static void go_on_at_once(bool framed)
{
    bring_local(30);
    connection_hand_on(&use, framed ? 20 : 30);
    use.framed = framed;
    connections_use(&all, 0, &next, false);
    connections_find(&all, &connection, &second_owner);
    connections_settle(&all);
    connections_end(&all, &connection, &first_owner);
    connection_leave(&use);
}

Test(local_connections, stay_with_the_next_request_when_the_last_is_over)
{
    go_on_at_once(false);
    bring_local(5);
    connections_remove(&connection);

    cr_expect(eq(int, (int)next.rest, 5));
    cr_expect(eq(int, (int)use.rest, 0));
}

Test(local_connections, know_nothing_where_the_last_one_was_in_chunks)
{
    go_on_at_once(true);
    bring_local(5);
    connections_remove(&connection);

    cr_expect(eq(int, (int)next.rest, 0));
}

Test(local_connections, count_all_that_the_next_request_hands_on)
{
    for (int framed = 0; framed <= 1; framed++) {
        go_on_at_once(framed);
        bring_local(10);
        connection_hand_on(&next, 10);
        connections_end(&all, &connection, &second_owner);
        connections_use(&all, 0, &use, false);
    }
    connections_remove(&connection);

    cr_expect(eq(int, (int)use.rest, 0));
}

Test(local_connections, leave_nothing_to_a_request_that_came_after_the_first)
{
    connections_find(&all, &connection, &first_owner);
    connections_settle(&all);
    connections_use(&all, 0, &next, false);
    connections_settle(&all);
    bring_local(5);
    expect_rest(5);

    cr_expect(eq(int, (int)next.rest, 0));
    connection_leave(&next);
}

Test(local_connections, let_surplus_be_seen)
{
    char room[8];

    be_answered(30);
    surplus_check(pair.client, true);
    cr_expect(eq(int, (int)send(pair.server, "more", 4, MSG_NOSIGNAL), 4));
    surplus_check(pair.client, true);

    cr_expect(eq(int, (int)recv(pair.client, room, sizeof(room), 0), 0));
    cr_expect(eq(int, (int)send(pair.server, "x", 1, MSG_NOSIGNAL), -1));
    connections_remove(&connection);
}

Test(local_connections, are_not_asked_for_where_there_are_none)
{
    expect_rest(0);
    connections_use(&all, 0, &next, false);

    cr_expect(eq(ptr, next.adrift_in, NULL));
}
