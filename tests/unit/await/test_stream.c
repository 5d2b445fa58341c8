#include "support/kit.h"
#include "support/socket.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>
#include <unistd.h>

/* Streams, seen from plain sockets: what arrives, what is told of the peer,
   one reader and one writer. */

TestSuite(stream, .timeout = 30);

TaskTest(stream, each_connection_is_served_by_a_task_of_its_own)
{
    aw_listener *l = listen_with(echo, NULL);
    int a = connect_to(l), b = connect_to(l);
    char buf[16];

    send_text(a, "from a");
    send_text(b, "from b");
    cr_assert(eq(int, recv_exactly(b, buf, 6), 6));
    cr_assert(eq(int, memcmp(buf, "from b", 6), 0));
    cr_assert(eq(int, recv_exactly(a, buf, 6), 6));
    cr_assert(eq(int, memcmp(buf, "from a", 6), 0));
    cr_assert(eq(sz, aw_all_tasks(loop, NULL, 0), 3));
    shutdown(a, SHUT_WR);
    cr_assert(eq(int, recv_exactly(a, buf, 1), 0),
              "the stream is closed when its serve function returns");
    close(a), close(b);
    expect_rc(aw_listener_close(l, 1), 0);
}

static int read_all(aw_stream *s, void *data)
{
    char buf[4];
    ssize_t n;

    (void)data;
    cr_assert(not(aw_stream_eof(s)));
    while ((n = aw_read(s, buf, sizeof(buf) - 1)) > 0) {
        buf[n] = '\0';
        ev("read %s", buf);
    }
    ev("then %zd, %zd, eof %s", n, aw_read(s, buf, 1), yes(aw_stream_eof(s)));
    cr_assert(lt(int, (int)aw_read(s, buf, 0), 0), "no room for anything");
    return 0;
}

TaskTest(stream, reading_gives_bytes_then_0_for_ever)
{
    aw_listener *l = listen_with(read_all, NULL);
    int fd = connect_to(l);

    send_text(fd, "abcde");
    shutdown(fd, SHUT_WR);
    turns(5);
    expect_rc(aw_listener_close(l, 1e9), 0);
    close(fd);
    expect_lines("read abc\nread de\nthen 0, 0, eof true\n");
}

static int watch_peer(aw_stream *s, void *go)
{
    char c;

    while (!aw_stream_eof(s))
        turns(1);
    ev("ended");
    aw_event_set(go);
    cr_assert(eq(int, (int)aw_read(s, &c, 1), 0));
    expect_rc(aw_write(s, "late", 4), 0);
    return 0;
}

/* Reading stays on: the end is seen though nobody reads. */
TaskTest(stream, the_end_of_the_peer_is_seen_while_nobody_reads)
{
    aw_event go = {0};
    char buf[4];
    aw_listener *l = listen_with(watch_peer, &go);
    int fd = connect_to(l);

    turns(5);
    expect_lines("");
    shutdown(fd, SHUT_WR);
    expect_rc(aw_event_wait(&go), 0);
    cr_assert(eq(int, recv_exactly(fd, buf, 4), 4));
    close(fd);
    expect_rc(aw_listener_close(l, 1), 0);
    expect_lines("ended\n");
}

static int eof_only_when_read(aw_stream *s, void *data)
{
    char c;

    (void)data;
    for (int i = 0; i < 20; i++)
        turns(1);
    ev("%s", yes(aw_stream_eof(s)));
    cr_assert(eq(int, (int)aw_read(s, &c, 1), 1));
    while (!aw_stream_eof(s))
        turns(1);
    ev("%s", yes(aw_stream_eof(s)));
    return 0;
}

TaskTest(stream, is_at_its_end_only_when_nothing_is_left_to_read)
{
    aw_listener *l = listen_with(eof_only_when_read, NULL);
    int fd = connect_to(l);

    send_text(fd, "x");
    shutdown(fd, SHUT_WR);
    turns(5);
    expect_rc(aw_listener_close(l, 1e9), 0);
    close(fd);
    expect_lines("false\ntrue\n");
}

static int half_close(aw_stream *s, void *data)
{
    char buf[8];

    (void)data;
    expect_rc(aw_write(s, "bye", 3), 0);
    expect_rc(aw_shutdown(s), 0);
    cr_assert(lt(int, aw_write(s, "x", 1), 0), "nothing after FIN");
    ev("%zd", aw_read(s, buf, sizeof(buf)));
    return 0;
}

TaskTest(stream, shutdown_sends_fin_after_what_was_written_and_reading_goes_on)
{
    aw_listener *l = listen_with(half_close, NULL);
    int fd = connect_to(l);
    char buf[8];

    cr_assert(eq(int, recv_exactly(fd, buf, 4), 3), "three bytes, then FIN");
    send_text(fd, "later");
    close(fd);
    expect_rc(aw_listener_close(l, 1), 0);
    expect_lines("5\n");
}

static int abort_now(aw_stream *s, void *data)
{
    char c;

    (void)data;
    cr_assert(eq(int, (int)aw_read(s, &c, 1), 1));
    aw_abort(s);
    aw_abort(s);
    ev("read %s", aw_read(s, &c, 1) == AW_ECLOSED ? "closed" : "?");
    ev("write %s", aw_write(s, "x", 1) == AW_ECLOSED ? "closed" : "?");
    ev("shutdown %s", aw_shutdown(s) == AW_ECLOSED ? "closed" : "?");
    cr_assert(aw_stream_eof(s));
    return 0;
}

TaskTest(stream, abort_resets_the_connection_and_closes_the_stream)
{
    aw_listener *l = listen_with(abort_now, NULL);
    int fd = connect_to(l);
    char c;

    send_text(fd, "xyz");
    cr_assert(eq(int, recv_exactly(fd, &c, 1), -ECONNRESET));
    close(fd);
    expect_rc(aw_listener_close(l, 1), 0);
    expect_lines("read closed\nwrite closed\nshutdown closed\n");
}

static int abort_me(void *stream, aw_value *ret)
{
    (void)ret;
    aw_abort(stream);
    return 0;
}

static int abort_under_a_reader(aw_stream *s, void *data)
{
    char c;

    (void)data;
    aw_unref(spawn(aw_call(abort_me, s), NULL));
    ev("%s", aw_read(s, &c, 1) == AW_ECLOSED ? "closed" : "?");
    return 0;
}

/* Precision 5: cut off is not cancelled. */
TaskTest(stream, abort_wakes_a_reader_with_closed_and_not_with_cancelled)
{
    aw_listener *l = listen_with(abort_under_a_reader, NULL);
    int fd = connect_to(l);

    turns(5);
    expect_rc(aw_listener_close(l, 1e9), 0);
    close(fd);
    expect_lines("closed\n");
}

static int meet_a_reset(aw_stream *s, void *data)
{
    char c;

    (void)data;
    ev("%s", aw_read(s, &c, 1) == -ECONNRESET ? "reset" : "?");
    ev("%s", aw_read(s, &c, 1) == -ECONNRESET ? "reset" : "?");
    ev("%s", aw_write(s, &c, 1) == -ECONNRESET ? "reset" : "?");
    ev("%s", yes(aw_stream_eof(s)));
    return 0;
}

TaskTest(stream, an_error_of_the_connection_is_what_later_calls_return)
{
    aw_listener *l = listen_with(meet_a_reset, NULL);
    int fd = connect_to(l);

    turns(3);
    reset(fd);
    turns(5);
    expect_rc(aw_listener_close(l, 1e9), 0);
    expect_lines("reset\nreset\nreset\ntrue\n");
}

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
