#include "support/kit.h"
#include "support/socket.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* Streams with more bytes than the kernel takes at once. */

TestSuite(stream_large, .timeout = 30);

/* The bytes are their own number. */
enum { LARGE = 24 * 1024 * 1024 };
static unsigned char large[LARGE];

static void fill_large(void)
{
    for (size_t i = 0; i < LARGE; i++)
        large[i] = (unsigned char)(i * 2654435761U >> 24);
}

static int write_large(aw_stream *s, void *data)
{
    struct iovec parts[] = {{large, 0},
                            {large, 10},
                            {large + 10, LARGE / 2},
                            {large + 10 + LARGE / 2, LARGE - 10 - LARGE / 2}};
    int rc = aw_writev(s, parts, 4);

    *(int *)data = rc;
    return rc;
}

TaskTest(stream_large, writing_returns_when_the_kernel_has_it_all)
{
    static unsigned char buf[1 << 16];
    int rc = 1;
    size_t at = 0;

    fill_large();
    aw_listener *l = listen_with(write_large, &rc);
    int fd = connect_to(l);
    turns(20);
    cr_assert(eq(int, rc, 1), "nobody has read yet");
    while (at < LARGE) {
        int n = recv_some(fd, buf, sizeof(buf));

        cr_assert(gt(int, n, 0));
        cr_assert(eq(int, memcmp(buf, large + at, (size_t)n), 0));
        at += (size_t)n;
    }
    close(fd);
    expect_rc(aw_listener_close(l, 1), 0);
    cr_assert(eq(int, rc, 0));
}

/* Precision 5 is not for this one: it is cancelled, and told so. */
TaskTest(stream_large, a_writer_may_be_cancelled)
{
    int rc = 1;

    aw_listener *l = listen_with(write_large, &rc);
    int fd = connect_to(l);
    turns(20);
    cr_assert(eq(int, rc, 1));
    expect_rc(aw_listener_close(l, 0), 0);
    cr_assert(eq(int, rc, AW_ECANCELED));
    close(fd);
}

static int never_read(aw_stream *s, void *go)
{
    static char buf[1 << 16];
    ssize_t n, all = 0;

    int rc = aw_event_wait(go);
    while (rc == 0 && (n = aw_read(s, buf, sizeof(buf))) > 0)
        all += n;
    ev("%s", yes(all == LARGE));
    return rc;
}

/* Read ahead into a bounded buffer: the sender is held up. */
TaskTest(stream_large, reading_ahead_is_bounded)
{
    aw_event go = {0};
    aw_listener *l = listen_with(never_read, &go);
    int fd = connect_to(l);
    size_t sent = 0;

    for (int idle = 0; idle < 200;) {
        ssize_t n = send(fd, large + sent, LARGE - sent, MSG_DONTWAIT);

        sent += n > 0 ? (size_t)n : 0;
        idle = n > 0 ? 0 : idle + 1;
        cr_assert(lt(sz, sent, LARGE), "nobody holds the sender up");
        turns(1);
    }
    aw_event_set(&go);
    while (sent < LARGE) {
        ssize_t n = send(fd, large + sent, LARGE - sent, MSG_DONTWAIT);

        sent += n > 0 ? (size_t)n : 0;
        turns(1);
    }
    close(fd);
    turns(5);
    expect_rc(aw_listener_close(l, 1e9), 0);
    expect_lines("true\n");
}

enum { BURST = 60000 };

/* Reads a little, lets others have many turns, reads the rest. */
static int read_late(aw_stream *s, void *data)
{
    size_t *at = data;
    unsigned char buf[5000];
    ssize_t n;

    while ((n = aw_read(s, buf, *at < 300 ? 100 : sizeof(buf))) > 0) {
        cr_assert(eq(int, memcmp(buf, large + *at, (size_t)n), 0));
        *at += (size_t)n;
        turns(5);
    }
    return (int)n;
}

/* What is read beyond what was asked for may fill the stream's memory to the
   last byte while more is there. */
TaskTest(stream_large, a_burst_behind_a_small_read_is_no_lack_of_memory)
{
    size_t at = 0;

    fill_large();
    aw_listener *l = listen_with(read_late, &at);
    int fd = connect_to(l);
    turns(5);
    cr_assert(eq(int, (int)write(fd, large, BURST), BURST));
    shutdown(fd, SHUT_WR);
    expect_rc(aw_listener_close(l, 10), 0);
    close(fd);
    cr_assert(eq(sz, at, (size_t)BURST));
}

static int write_on(aw_stream *s, void *data)
{
    int rc = 0;

    for (int i = 0; i < 1000 && rc == 0; i++) {
        rc = aw_write(s, "x", 1);
        if (rc == 0)
            rc = aw_sleep(0);
    }
    *(int *)data = rc;
    return 0;
}

/* Its end is seen by then, so that the code is the write's own. */
TaskTest(stream, writing_to_a_peer_that_has_gone_fails_and_ends_nothing)
{
    struct sigaction now;
    int rc = 0;

    (void)signal(SIGPIPE, SIG_DFL);
    aw_listener *l = listen_with(write_on, &rc);
    int fd = connect_to(l);

    close(fd);
    expect_rc(aw_listener_close(l, AW_FOREVER), 0);
    cr_assert(rc == -EPIPE || rc == -ECONNRESET, "%s", aw_strerror(rc));
    cr_assert(eq(int, sigaction(SIGPIPE, NULL, &now), 0));
    cr_assert(now.sa_handler == SIG_IGN);
}

static int read_a_byte(void *stream, aw_value *ret)
{
    char byte;

    (void)ret;
    return (int)aw_read(stream, &byte, 1);
}

static int leave_a_reader(aw_stream *s, void *data)
{
    *(aw_future **)data = spawn(aw_call(read_a_byte, s), NULL);
    turns(2);
    return 0;
}

TaskTest(stream, a_reader_elsewhere_is_told_when_the_serve_function_returns)
{
    aw_future *reader = NULL;
    aw_listener *l = listen_with(leave_a_reader, &reader);
    int fd = connect_to(l);

    expect_rc(aw_listener_close(l, AW_FOREVER), 0);
    expect_rc(aw_await(aw_give(reader), NULL), AW_ECLOSED);
    close(fd);
}
