#include "support/kit.h"

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
