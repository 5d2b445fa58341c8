#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stddef.h>
#include <sys/socket.h>

#include "connected.h"
#include "transfer/connections.h"
#include "transfer/surplus.h"

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
        connected_teardown();
        cr_skip("the system does not tell what a UNIX socket has brought");
    }
    use.owner = &first_owner;
    next.owner = &second_owner;
    connections_use(&all, 0, &use, false);
}

TestSuite(local_connections, .init = setup_local, .fini = connected_teardown);

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

/* Its answer was there at once. */
Test(local_connections, know_what_came_behind_another_answer)
{
    bring_local(30);
    connection_hand_on(&use, 30);
    connections_use(&all, 0, &next, false);
    bring_local(5);
    connections_remove(&connection);

    cr_expect(eq(int, (int)next.rest, 5));
    connection_leave(&next);
    connection_leave(&use);
    cr_expect(eq(int, (int)use.rest, 0));
    cr_expect(eq(ptr, all.adrift, NULL));
    cr_expect(eq(ptr, all.latest, NULL));
}

static struct connection second;
static struct pair second_pair;

static void open_second(void)
{
    int fds[2];

    cr_assert(eq(int, socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0));
    second_pair = (struct pair){.server = fds[0], .client = fds[1]};
    connections_add(&all, &second, second_pair.client, AF_UNIX);
}

static void bring_second(size_t bytes)
{
    char room[64] = {0};

    cr_assert(eq(sz, (size_t)send(second_pair.server, room, bytes, 0), bytes));
    cr_assert(eq(sz, (size_t)recv(second_pair.client, room, bytes, 0), bytes));
}

Test(local_connections, know_which_of_them_has_brought_an_answer_at_once)
{
    open_second();
    bring_local(30);
    connection_hand_on(&use, 30);
    connections_use(&all, 0, &next, false);
    bring_second(5);
    connections_remove(&second);
    connections_settle(&all);

    cr_expect(eq(int, (int)next.rest, 5));
    cr_expect(eq(ptr, use.connection, &connection));
    connection_leave(&next);
    bring_local(5);
    expect_rest(5);
}

Test(local_connections, know_nothing_where_two_may_have_brought_an_answer)
{
    open_second();
    bring_local(30);
    bring_second(30);
    connection_hand_on(&use, 30);
    connections_use(&all, 0, &next, false);
    bring_second(5);
    connections_remove(&second);

    cr_expect(eq(int, (int)next.rest, 0));
    connection_leave(&next);
    connection_leave(&use);
    connections_remove(&connection);
}

Test(local_connections, rather_have_brought_what_nobody_else_waits_for)
{
    open_second();
    connections_find(&all, &connection, &first_owner);
    bring_local(5); /* half a line */
    connections_use(&all, 0, &next, false);
    bring_second(30);
    connection_hand_on(&next, 30);

    cr_expect(eq(ptr, next.connection, &second));
    connections_remove(&second);
    cr_expect(eq(int, (int)next.rest, 0));
    expect_rest(5);
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

Test(local_connections, know_what_came_where_the_last_one_was_in_chunks)
{
    go_on_at_once(true);
    bring_local(5);
    connections_remove(&connection);

    cr_expect(eq(int, (int)next.rest, 5));
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
