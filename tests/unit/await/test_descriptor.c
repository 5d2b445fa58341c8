#include "support/kit.h"
#include "support/socket.h"
#include "support/spawned.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* Awaiting descriptors: pipes and sockets whose ends are both here. */

TestSuite(descriptor, .timeout = 30);

static void make_pipe(int ends[2])
{
    cr_assert(eq(int, pipe2(ends, O_CLOEXEC), 0));
}

static void close_pipe(const int ends[2])
{
    cr_assert(eq(int, close(ends[0]), 0));
    cr_assert(eq(int, close(ends[1]), 0));
}

static int read_when_told(void *arg, aw_value *ret)
{
    const int *fd = arg;
    unsigned ready = 99;
    char byte;
    int rc = aw_fd_wait(*fd, AW_READABLE, &ready);

    (void)ret;
    if (rc < 0) {
        ev("%s", token(rc));
        return rc;
    }
    cr_assert(eq(int, (int)ready, AW_READABLE));
    cr_assert(eq(long, read(*fd, &byte, 1), 1));
    ev("read %c", byte);
    return 0;
}

TaskTest(descriptor, a_reader_goes_on_when_something_was_written)
{
    int ends[2];
    aw_future *reader;

    make_pipe(ends);
    for (int i = 0; i < 3; i++) {
        reader = spawn(aw_call(read_when_told, &ends[0]), NULL);
        turns(5);
        cr_assert(eq(int, aw_future_state(reader), AW_PENDING));
        cr_assert(eq(long, write(ends[1], "x", 1), 1));
        expect_rc(aw_await(aw_give(reader), NULL), 0);
    }
    close_pipe(ends);
    expect_lines("read x\nread x\nread x\n");
}

TaskTest(descriptor, it_tells_for_which_of_both_it_is_ready)
{
    int pair[2];
    unsigned ready = 0;

    cr_assert(
        eq(int, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0));
    expect_rc(aw_fd_wait(pair[0], AW_READABLE | AW_WRITABLE, &ready), 0);
    cr_assert(eq(int, (int)ready, AW_WRITABLE));
    cr_assert(eq(long, write(pair[1], "x", 1), 1));
    expect_rc(aw_fd_wait(pair[0], AW_READABLE | AW_WRITABLE, &ready), 0);
    cr_assert(eq(int, (int)ready, AW_READABLE | AW_WRITABLE));
    expect_rc(aw_fd_wait(pair[0], AW_WRITABLE, NULL), 0);
    cr_assert(ne(int, fcntl(pair[0], F_GETFL) & O_NONBLOCK, 0));
    close_pipe(pair);
}

TaskTest(descriptor, a_hang_up_makes_it_ready)
{
    int ends[2];
    unsigned ready = 0;
    char byte;

    make_pipe(ends);
    cr_assert(eq(int, close(ends[1]), 0));
    expect_rc(aw_fd_wait(ends[0], AW_READABLE, &ready), 0);
    cr_assert(eq(int, (int)ready, AW_READABLE));
    cr_assert(eq(long, read(ends[0], &byte, 1), 0));
    cr_assert(eq(int, close(ends[0]), 0));
    make_pipe(ends);
    cr_assert(eq(int, close(ends[0]), 0));
    expect_rc(aw_fd_wait(ends[1], AW_WRITABLE, &ready), 0);
    cr_assert(eq(int, (int)ready, AW_WRITABLE));
    cr_assert(eq(int, close(ends[1]), 0));
}

/* A port that nobody listens on: bound, and no more. */
static int connect_in_vain(int *bound)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    *bound = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert(eq(int, bind(*bound, (struct sockaddr *)&address, size), 0));
    cr_assert(
        eq(int, getsockname(*bound, (struct sockaddr *)&address, &size), 0));
    cr_assert(eq(int, connect(fd, (struct sockaddr *)&address, size), -1));
    return fd;
}

TaskTest(descriptor, an_error_of_a_connection_makes_it_ready)
{
    int bound, error = 0;
    int fd = connect_in_vain(&bound);
    unsigned ready = 0;
    socklen_t size = sizeof(error);

    expect_rc(aw_fd_wait(fd, AW_WRITABLE, &ready), 0);
    cr_assert(eq(int, (int)ready, AW_WRITABLE));
    cr_assert(eq(int, getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size), 0));
    cr_assert(eq(int, error, ECONNREFUSED));
    close_pipe((const int[]){fd, bound});
}

TaskTest(descriptor, a_wait_that_is_cancelled_leaves_the_descriptor_to_the_next)
{
    int ends[2];
    aw_future *reader;

    make_pipe(ends);
    reader = spawn(aw_call(read_when_told, &ends[0]), NULL);
    turns(2);
    cr_assert(aw_future_cancel(reader));
    expect_rc(aw_await(aw_give(reader), NULL), AW_ECANCELED);
    cr_assert(eq(long, write(ends[1], "y", 1), 1));
    expect_rc(read_when_told(&ends[0], NULL), 0);
    close_pipe(ends);
    expect_lines("cancelled\nread y\n");
}

TaskTest(descriptor, one_task_waits_for_a_descriptor_at_a_time)
{
    int ends[2];
    aw_future *reader;

    make_pipe(ends);
    reader = spawn(aw_call(read_when_told, &ends[0]), NULL);
    turns(2);
    expect_rc(aw_fd_wait(ends[0], AW_READABLE, NULL), AW_ESTATE);
    cr_assert(eq(long, write(ends[1], "z", 1), 1));
    expect_rc(aw_await(aw_give(reader), NULL), 0);
    close_pipe(ends);
    expect_lines("read z\n");
}

/* Of a stream or a listener, also where libuv watches it for nothing. */
static void expect_refused(int fd)
{
    expect_rc(aw_fd_wait(fd, AW_READABLE, NULL), AW_ESTATE);
    expect_rc(aw_fd_wait(fd, AW_WRITABLE, NULL), AW_ESTATE);
}

static int stay(aw_stream *s, void *stream)
{
    *(aw_stream **)stream = s;
    return aw_sleep(100);
}

TaskTest(descriptor, that_of_a_stream_is_refused_also_while_nothing_is_read)
{
    static char more[1 << 16];
    aw_stream *s = NULL;
    aw_listener *l = listen_with(stay, &s);
    int fd = connect_to(l);
    char byte;

    while (!s)
        turns(1);
    expect_refused(aw_stream_fd(s));
    cr_assert(eq(long, send(fd, more, sizeof(more), 0), sizeof(more)));
    turns(20); /* its buffer is full */
    expect_refused(aw_stream_fd(s));
    for (size_t n = 0; n < sizeof(more); n++)
        cr_assert(eq(long, aw_read(s, &byte, 1), 1));
    expect_refused(aw_stream_fd(s));
    close(fd);
    expect_rc((int)aw_read(s, &byte, 1), 0);
    expect_refused(aw_stream_fd(s));
    expect_rc(aw_listener_close(l, 0), 0);
}

TaskTest(descriptor, that_of_a_processs_input_is_refused)
{
    aw_process *p = start("cat", &pipes);

    expect_refused(aw_stream_fd(aw_process_stream(p, 0)));
    expect_rc(aw_shutdown(aw_process_stream(p, 0)), 0);
    cr_assert(eq(int, status_of(p), 0));
    aw_process_close(p);
}

/* A socket of 127.0.0.1 that listens, of which the number is known. */
static int listening_socket(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    cr_assert(
        eq(int, bind(fd, (struct sockaddr *)&address, sizeof(address)), 0));
    return fd;
}

TaskTest(descriptor, that_of_a_listener_is_refused_also_at_its_bound)
{
    aw_stream *s = NULL;
    aw_listener *l = NULL;
    int listening = listening_socket(), first, second;

    expect_rc(aw_listen_fd(&l, listening, 8, stay, &s), 0);
    aw_listener_bound(l, 1);
    expect_refused(listening);
    first = connect_to(l);
    second = connect_to(l);
    while (!s)
        turns(1);
    turns(20);
    cr_assert(aw_listener_is_full(l));
    expect_refused(listening);
    expect_rc(aw_listener_close(l, 0), 0);
    close_pipe((const int[]){first, second});
}

/* Its number may be another's in the same turn. */
TaskTest(descriptor, one_that_was_awaited_may_be_closed_at_once)
{
    int ends[2];

    for (int i = 0; i < 100; i++) {
        make_pipe(ends);
        expect_rc(aw_fd_wait(ends[1], AW_WRITABLE, NULL), 0);
        close_pipe(ends);
    }
}

TaskTest(descriptor, what_cannot_be_awaited_is_refused)
{
    char path[] = "/tmp/await-descriptor-XXXXXX";
    int file = mkstemp(path);
    unsigned ready = 7;

    cr_assert(ge(int, file, 0));
    cr_assert(eq(int, unlink(path), 0));
    expect_rc(aw_fd_wait(file, AW_READABLE, &ready), -EPERM);
    expect_rc(aw_fd_wait(file, 0, &ready), AW_EINVAL);
    expect_rc(aw_fd_wait(file, 4, &ready), AW_EINVAL);
    cr_assert(eq(int, close(file), 0));
    expect_rc(aw_fd_wait(file, AW_READABLE, &ready), -EBADF);
    cr_assert(eq(int, (int)ready, 7));
}

Test(descriptor, only_a_task_can_wait_for_one)
{
    expect_rc(aw_fd_wait(0, AW_READABLE, NULL), AW_ENOTASK);
}

static void wait_no_more(void *loop)
{
    aw_stop(loop);
}

Test(descriptor, a_loop_may_be_closed_under_one_that_waits)
{
    aw_loop *loop = virtual_loop();
    aw_future *reader;
    int ends[2];

    make_pipe(ends);
    trace_reports(loop);
    reader = aw_create_task(loop, aw_call(read_when_told, &ends[0]));
    expect_rc(aw_call_soon(loop, wait_no_more, loop, NULL), 0);
    expect_rc(aw_run_forever(loop), 0);
    aw_unref(reader);
    expect_rc(aw_loop_close(loop), 0);
    aw_loop_unref(loop);
    close_pipe(ends);
    expect_lines("destroyed pending: Task-1\n");
}
