#include "support/kit.h"
#include "support/socket.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>
#include <unistd.h>

/* Streams, seen from plain sockets: what arrives, and what is told of the
   peer. */

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
