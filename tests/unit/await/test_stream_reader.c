#include "support/kit.h"
#include "support/socket.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <unistd.h>

/* The one reader of a stream: cancelled, with little room, or fast. The suite
   is test_stream.c's. */

static aw_future *server_task;

static int read_twice(aw_stream *s, void *data)
{
    char c = '?';

    (void)data;
    server_task = aw_current_task();
    ev("first %s", token((int)aw_read(s, &c, 1)));
    ev("then %zd", aw_read(s, &c, 1));
    ev("%c", c);
    return 0;
}

/* A28: edge, not level; the stream is as it was. */
TaskTest(stream, a_cancelled_reader_may_read_again)
{
    aw_listener *l = listen_with(read_twice, NULL);
    int fd = connect_to(l);

    while (!server_task)
        turns(1);
    cr_assert(aw_future_cancel(server_task));
    turns(2);
    send_text(fd, "x");
    turns(5);
    expect_rc(aw_listener_close(l, 1e9), 0);
    close(fd);
    expect_lines("first cancelled\nthen 1\nx\n");
}

static int try_to_read(void *stream, aw_value *ret)
{
    char c;

    (void)ret;
    ev("second %s", token((int)aw_read(stream, &c, 1)));
    return 0;
}

static int read_with_two(aw_stream *s, void *data)
{
    char c;

    (void)data;
    aw_unref(spawn(aw_call(try_to_read, s), NULL));
    ev("first %zd", aw_read(s, &c, 1));
    return 0;
}

TaskTest(stream, a_second_reader_is_refused)
{
    aw_listener *l = listen_with(read_with_two, NULL);
    int fd = connect_to(l);

    while (!*trace_text())
        turns(1);
    send_text(fd, "x");
    turns(5);
    expect_rc(aw_listener_close(l, 1e9), 0);
    close(fd);
    expect_lines("second refused\nfirst 1\n");
}

static int cancelled_when_told(aw_stream *s, void *data)
{
    char bytes[16];
    ssize_t n;

    (void)data;
    server_task = aw_current_task();
    ev("first %s", token((int)aw_read(s, bytes, sizeof(bytes))));
    n = aw_read(s, bytes, sizeof(bytes));
    ev("then %.*s", (int)n, bytes);
    return 0;
}

static void cancel_server(aw_future *f, void *data)
{
    (void)f, (void)data;
    (void)aw_future_cancel(server_task);
}

/* A32: the bytes are there and the reader has been told, but the cancellation
   wins. Something that libuv decides in the very same turn cancels it. */
TaskTest(stream, bytes_that_a_cancelled_reader_was_told_of_are_the_next_ones)
{
    aw_listener *l = listen_with(cancelled_when_told, NULL);
    int fd = connect_to(l);
    aw_future *now;

    while (!server_task)
        turns(1);
    turns(2);
    now = aw_future_new(loop);
    cr_assert(now && aw_add_done(now, cancel_server, NULL) == 0);
    send_text(fd, "x");
    expect_rc(aw_set_value(now, (aw_value){0}), 0);
    aw_unref(now);
    turns(5);
    expect_rc(aw_listener_close(l, 1e9), 0);
    close(fd);
    expect_lines("first cancelled\nthen x\n");
}

enum { LONG = 100000 };

static int read_by_sevens(aw_stream *s, void *sum)
{
    unsigned char bytes[7];
    ssize_t n;
    size_t at = 0;

    while ((n = aw_read(s, bytes, sizeof(bytes))) > 0) {
        for (ssize_t i = 0; i < n; i++, at++)
            cr_assert(eq(int, bytes[i], (int)(at % 251)));
    }
    *(size_t *)sum = at;
    return (int)n;
}

TaskTest(stream, a_reader_with_little_room_gets_every_byte_in_order)
{
    static unsigned char bytes[LONG];
    size_t got = 0;
    aw_listener *l = listen_with(read_by_sevens, &got);
    int fd = connect_to(l);
    size_t sent = 0;

    for (size_t i = 0; i < LONG; i++)
        bytes[i] = (unsigned char)(i % 251);
    while (sent < LONG) {
        ssize_t n =
            send(fd, bytes + sent, LONG - sent, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n > 0)
            sent += (size_t)n;
        turns(1);
    }
    close(fd);
    expect_rc(aw_listener_close(l, 1e9), 0);
    cr_assert(eq(sz, got, LONG));
}

static int flood(aw_stream *s, void *data)
{
    static char bytes[4096];
    aw_future *other = data;
    ssize_t n;
    size_t all = 0;

    while ((n = aw_read(s, bytes, sizeof(bytes))) > 0) {
        all += (size_t)n;
        if (all > 64 * sizeof(bytes) && !is_done(other))
            break;
    }
    ev("other %s", state(other));
    return 0;
}

/* The peer is as fast as the reader: others have their turn all the same. */
TaskTest(stream, a_reader_that_always_finds_bytes_lets_other_tasks_run)
{
    static char bytes[256 * 1024];
    aw_future *other = spawn(give(0, "ran", NULL), NULL);
    aw_listener *l = listen_with(flood, other);
    int fd = connect_to(l);
    int size = sizeof(bytes) * 2;

    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
    (void)!send(fd, bytes, sizeof(bytes), MSG_NOSIGNAL | MSG_DONTWAIT);
    shutdown(fd, SHUT_WR);
    expect_rc(aw_listener_close(l, 1e9), 0);
    close(fd);
    aw_unref(other);
    expect_lines("other value ran\n");
}
