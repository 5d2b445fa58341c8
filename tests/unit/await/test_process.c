#include "support/kit.h"
#include "support/spawned.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Child processes: their ends, their pipes, and who lets go of them. */

TestSuite(process, .timeout = 60);

/* All that comes by one of its pipes. */
static const char *read_end(aw_process *p, int which)
{
    static char text[8192];
    size_t have = 0;
    ssize_t n;

    while ((n = aw_read(aw_process_stream(p, which), text + have,
                        sizeof(text) - have)) > 0)
        have += (size_t)n;
    expect_rc((int)n, 0);
    text[have] = '\0';
    return text;
}

static size_t count_descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    size_t n = 0;

    cr_assert(ne(ptr, dir, NULL));
    while (readdir(dir))
        n++;
    closedir(dir);
    return n;
}

/* The loop has reaped it: there is no such child any more. */
static void expect_reaped(int pid)
{
    cr_assert(eq(int, waitpid(pid, NULL, WNOHANG), -1));
    cr_assert(eq(int, errno, ECHILD));
}

TaskTest(process, its_status_is_told_and_stays)
{
    aw_process *p = start("exit 7", NULL);
    int pid = aw_process_pid(p), status = 0;

    cr_assert(gt(int, pid, 0));
    cr_assert(eq(int, status_of(p), 7));
    cr_assert(eq(int, status_of(p), 7));
    expect_rc(aw_process_status(p, &status), 0);
    cr_assert(eq(int, status, 7));
    expect_rc(aw_process_signal(p, SIGTERM), AW_ESTATE);
    expect_reaped(pid);
    aw_process_close(p);
}

TaskTest(process, the_signal_that_ended_it_is_told)
{
    aw_process *p = start("exec sleep 1000", NULL);

    expect_rc(aw_process_status(p, NULL), AW_ESTATE);
    expect_rc(aw_process_signal(p, 12345), -EINVAL);
    expect_rc(aw_process_signal(p, SIGTERM), 0);
    cr_assert(eq(int, status_of(p), -SIGTERM));
    aw_process_close(p);
}

static int wait_and_tell(void *arg, aw_value *ret)
{
    int status = 0;
    int rc = aw_process_wait(arg, &status);

    (void)ret;
    ev("%d %d", rc, status);
    return rc;
}

TaskTest(process, any_number_of_tasks_wait_for_it)
{
    aw_process *p = start("read line; exit 3", &pipes);
    aw_future *a = spawn(aw_call(wait_and_tell, p), NULL);
    aw_future *b = spawn(aw_call(wait_and_tell, p), NULL);

    turns(3);
    expect_rc(aw_shutdown(aw_process_stream(p, 0)), 0);
    expect_rc(aw_await(aw_give(a), NULL), 0);
    expect_rc(aw_await(aw_give(b), NULL), 0);
    expect_lines("0 3\n0 3\n");
    aw_process_close(p);
}

TaskTest(process, its_pipes_are_streams)
{
    aw_process *p = start("cat; echo no >&2", &pipes);
    aw_stream *in = aw_process_stream(p, 0);

    cr_assert(eq(ptr, aw_process_stream(p, 3), NULL));
    expect_rc(aw_write(in, "one ", 4), 0);
    expect_rc(aw_write(in, "two", 3), 0);
    aw_stream_close(in); /* the process's: left alone */
    expect_rc(aw_shutdown(in), 0);
    expect_rc(aw_write(in, "x", 1), AW_ECLOSED);
    expect_rc(aw_shutdown(in), AW_ECLOSED);
    cr_assert(eq(str, (char *)read_end(p, 1), "one two"));
    cr_assert(eq(str, (char *)read_end(p, 2), "no\n"));
    cr_assert(eq(int, status_of(p), 0));
    aw_process_close(p);
}

TaskTest(process, its_descriptors_are_what_was_asked_for)
{
    int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    aw_spawn_options options = {
        .standard = {{AW_FD, fd}, {AW_PIPE, 0}, {AW_STDOUT, 0}}};
    aw_process *p = start("head -c 3 | tr '\\0' z; echo e >&2", &options);

    cr_assert(eq(str, (char *)read_end(p, 1), "zzze\n"));
    cr_assert(eq(ptr, aw_process_stream(p, 0), NULL));
    cr_assert(eq(ptr, aw_process_stream(p, 2), NULL));
    cr_assert(eq(int, status_of(p), 0));
    aw_process_close(p);
    cr_assert(eq(int, close(fd), 0));

    options = (aw_spawn_options){
        .standard = {{AW_NULL, 0}, {AW_PIPE, 0}, {AW_NULL, 0}}};
    p = start("cat; echo lost >&2; echo kept", &options);
    cr_assert(eq(str, (char *)read_end(p, 1), "kept\n"));
    aw_process_close(p);

    /* A pipe can be opened once more by its name. */
    p = start("echo again > /dev/stdout", &pipes);
    cr_assert(eq(str, (char *)read_end(p, 1), "again\n"));
    aw_process_close(p);
}

TaskTest(process, it_has_the_environment_directory_and_session_asked_for)
{
    const char *const env[] = {"COLOUR=blue", "PATH=/usr/bin:/bin", NULL};
    const aw_spawn_options options = {
        .standard = {{AW_PIPE, 0}, {AW_PIPE, 0}, {0}},
        .env = env,
        .directory = "/",
        .new_session = true};
    aw_process *p = start("echo $COLOUR; pwd; read line", &options);
    char line[16] = "";

    cr_assert(eq(long, getsid(aw_process_pid(p)), aw_process_pid(p)));
    for (size_t n = 0; n < 7;) {
        ssize_t more = aw_read(aw_process_stream(p, 1), line + n, 7 - n);

        cr_assert(gt(long, more, 0));
        n += (size_t)more;
    }
    cr_assert(eq(str, line, "blue\n/\n"));
    aw_process_close(p);
}

TaskTest(process, one_that_cannot_be_started_leaves_nothing)
{
    size_t before = count_descriptors();
    aw_process *p = NULL;
    const aw_spawn_options nowhere = {.directory = "/nowhere"};
    const aw_spawn_options wrong = {
        .standard = {{AW_PIPE, 0}, {AW_STDOUT, 0}, {0}}};
    const char *no_file[] = {"/nowhere/program", NULL};
    const char *echo[] = {"echo", NULL};

    expect_rc(aw_spawn(&p, no_file, &pipes), -ENOENT);
    expect_rc(aw_spawn(&p, (const char *[]){"/", NULL}, &pipes), -EACCES);
    expect_rc(aw_spawn(&p, (const char *[]){NULL}, &pipes), AW_EINVAL);
    expect_rc(aw_spawn(&p, echo, &nowhere), -ENOENT);
    expect_rc(aw_spawn(&p, echo, &wrong), AW_EINVAL);
    cr_assert(eq(ptr, p, NULL));
    /* libuv keeps two for its signals from the first child on. */
    turns(3);
    cr_assert(le(sz, count_descriptors(), before + 2));
}

TaskTest(process, without_descriptors_it_is_refused_and_later_started)
{
    struct rlimit limit, low;
    aw_process *p = start("true", NULL); /* libuv has what it needs itself */
    int rc = 0, spare = 0;

    cr_assert(eq(int, status_of(p), 0));
    aw_process_close(p);
    cr_assert(eq(int, getrlimit(RLIMIT_NOFILE, &limit), 0));
    spare = dup(0);
    low = limit;
    low.rlim_cur = (rlim_t)spare;
    cr_assert(eq(int, close(spare), 0));
    for (int more = 0; more < 8; more++) { /* ever later on the way */
        low.rlim_cur = (rlim_t)(spare + more);
        cr_assert(eq(int, setrlimit(RLIMIT_NOFILE, &low), 0));
        p = NULL;
        rc = aw_spawn(&p, (const char *[]){"true", NULL}, &pipes);
        cr_assert(rc == 0 || rc == -EMFILE, "%d", rc);
        if (rc == 0)
            cr_assert(eq(int, status_of(p), 0));
        cr_assert(eq(int, more == 0 ? rc : -EMFILE, -EMFILE));
        aw_process_close(p);
        turns(3); /* what was closed is gone */
    }
    cr_assert(eq(int, setrlimit(RLIMIT_NOFILE, &limit), 0));
    p = start("exit 4", &pipes);
    cr_assert(eq(int, status_of(p), 4));
    aw_process_close(p);
}

TaskTest(process, cancelling_the_wait_leaves_it_alone)
{
    aw_process *p = start("read line; exit 5", &pipes);
    aw_future *waiter = spawn(aw_call(wait_and_tell, p), NULL);

    turns(2);
    (void)aw_future_cancel(waiter);
    expect_rc(aw_await(aw_give(waiter), NULL), AW_ECANCELED);
    expect_rc(aw_process_communicate(p, "line\n", 5, NULL, NULL), 0);
    cr_assert(eq(int, status_of(p), 5));
    aw_process_close(p);
}

static int read_byte(void *arg, aw_value *ret)
{
    char byte;

    (void)ret;
    return (int)aw_read(arg, &byte, 1);
}

TaskTest(process, closing_kills_it_and_tells_all_who_wait)
{
    aw_process *p = start("exec sleep 1000", &pipes);
    int pid = aw_process_pid(p);
    aw_future *waiter = spawn(aw_call(wait_and_tell, p), NULL);
    aw_future *reader =
        spawn(aw_call(read_byte, aw_process_stream(p, 1)), NULL);

    turns(2);
    aw_process_close(p);
    expect_rc(aw_await(aw_give(waiter), NULL), AW_ECLOSED);
    expect_rc(aw_await(aw_give(reader), NULL), AW_ECLOSED);
    while (kill(pid, 0) == 0) /* also a dead one that is not reaped */
        turns(1);
    expect_reaped(pid);
}

static int pid_left;

static int leave_one(void *arg, aw_value *ret)
{
    aw_process *p = start("exec sleep 1000", &pipes);

    (void)ret;
    pid_left = aw_process_pid(p);
    (void)spawn(aw_call(wait_and_tell, p), NULL);
    turns(1); /* now it waits, and may be closed */
    if (arg)
        aw_process_close(p); /* not yet reaped */
    turns(2);
    return 0;
}

Test(process, a_loop_that_closes_kills_and_reaps_what_is_left)
{
    expect_rc(aw_run(aw_call(leave_one, NULL), NULL, NULL), 0);
    expect_reaped(pid_left);
    expect_rc(aw_run(aw_call(leave_one, &pid_left), NULL, NULL), 0);
    expect_reaped(pid_left);
}

Test(process, a_loop_by_hand_reaps_under_a_task_that_is_destroyed)
{
    aw_loop *loop = NULL;

    expect_rc(aw_loop_new(&loop, NULL), 0);
    expect_rc(aw_run_until_complete(loop, aw_call(leave_one, NULL), NULL), 0);
    expect_rc(aw_loop_close(loop), 0);
    aw_loop_unref(loop);
    expect_reaped(pid_left);
}

TaskTest(process, a_child_process_of_ours_does_not_kill_it)
{
    aw_process *p = start("read line; exit 6", &pipes);
    pid_t pid = fork();
    int status = 0;

    cr_assert(ge(int, pid, 0));
    if (pid == 0) {
        if (aw_process_signal(p, SIGKILL) != AW_EFORKED ||
            aw_loop_fork(NULL) != 0 || aw_process_wait(p, NULL) != AW_EFORKED)
            _exit(1);
        aw_process_close(p);
        _exit(0);
    }
    while (waitpid(pid, &status, WNOHANG) == 0)
        turns(1);
    cr_assert(eq(int, status, 0));
    expect_rc(aw_process_communicate(p, "line\n", 5, NULL, NULL), 0);
    cr_assert(eq(int, status_of(p), 6));
    aw_process_close(p);
}

Test(process, outside_a_task_it_is_started_and_not_waited_for)
{
    aw_loop *loop = virtual_loop();
    aw_process *p = NULL;

    aw_set_event_loop(loop);
    expect_rc(aw_spawn(&p, (const char *[]){"true", NULL}, NULL), 0);
    expect_rc(aw_process_wait(p, NULL), AW_ENOTASK);
    expect_rc(aw_run_until_complete(loop, aw_call(wait_and_tell, p), NULL), 0);
    expect_rc(aw_process_wait(p, NULL), 0);
    expect_rc(aw_loop_close(loop), 0);
    expect_rc(aw_spawn(&p, (const char *[]){"true", NULL}, NULL), AW_ECLOSED);
    aw_set_event_loop(NULL);
    aw_loop_unref(loop);
}
