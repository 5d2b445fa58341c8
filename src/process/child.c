#include "process/child.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock/clock.h"
#include "process/interrupt.h"

/* An empty standard input, and the pipe as `fd`. Async-signal-safe. */
static bool settle(int fd, int pipe_end)
{
    int empty = open("/dev/null", O_RDONLY);

    if (empty < 0 || dup2(empty, STDIN_FILENO) < 0)
        return false;
    if (empty != STDIN_FILENO)
        close(empty);
    if (pipe_end == fd)
        return fcntl(fd, F_SETFD, 0) == 0;
    return dup2(pipe_end, fd) >= 0;
}

/* In the child, between fork and exec: async-signal-safe calls only. */
static _Noreturn void become(const char *program, char *const *argv, int fd,
                             int pipe_end, pid_t parent)
{
    sigset_t none;

    setpgid(0, 0);
    if (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0 || getppid() != parent)
        _exit(127); /* the parent may have died before the kernel watched */
    signal(SIGPIPE, SIG_DFL); /* an ignored signal survives exec */
    signal(SIGTERM, SIG_DFL);
    signal(SIGINT, SIG_IGN);  /* Ctrl-C is ours to understand */
    signal(SIGTTOU, SIG_IGN); /* and a terminal takes what a child writes */
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (!settle(fd, pipe_end))
        _exit(127);
    execv(program, argv);
    execv("/proc/self/exe", argv);
    _exit(127);
}

/*
 * The file that we run. The link itself would do, but for tools that run us
 * inside themselves (valgrind): they answer for us when the link is read, not
 * when it is executed. It still is the second choice, for where the file has
 * been replaced meanwhile.
 */
static void find_program(char *program, size_t size)
{
    ssize_t length = readlink("/proc/self/exe", program, size - 1);

    program[length > 0 ? length : 0] = '\0';
}

/* fork() with the signals held back until the child has its own dispositions:
   before that, our handler would take them and the child not end. */
static pid_t fork_quietly(void)
{
    sigset_t blocked;
    sigset_t before;
    pid_t pid;
    int error;

    interrupt_fill(&blocked);
    sigprocmask(SIG_BLOCK, &blocked, &before);
    pid = fork();
    error = errno;
    if (pid != 0)
        sigprocmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return pid;
}

/* After the fork, in the parent; `rc` is its error. */
static int take_over(struct child *child, pid_t pid, const int ends[2], int rc)
{
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return rc;
    }
    child->pid = pid;
    child->pipe = ends[0];
    child->used = child->taken = 0;
    return 0;
}

int child_start(struct child *child, const char *const *arguments, int fd)
{
    char program[PATH_MAX];
    size_t count = 0;
    pid_t parent = getpid();
    char **argv;
    int ends[2];
    pid_t pid;
    int rc;

    while (arguments[count])
        count++;
    argv = calloc(count + 2, sizeof(*argv));
    if (!argv)
        return -ENOMEM;
    find_program(program, sizeof(program));
    argv[0] = (char *)"flags"; /* exec only reads what it is given */
    for (size_t i = 0; i < count; i++)
        argv[i + 1] = (char *)arguments[i];
    if (pipe2(ends, O_CLOEXEC) < 0) {
        rc = -errno;
        free(argv);
        return rc;
    }
    child->started_us = clock_monotonic_us();
    pid = fork_quietly();
    rc = -errno;
    if (pid == 0)
        become(program, argv, fd, ends[1], parent);
    free(argv);
    return take_over(child, pid, ends, rc);
}

int child_call(struct child *child, void (*body)(int pipe, void *arg),
               void *arg)
{
    pid_t parent = getpid();
    int ends[2];
    pid_t pid;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    child->started_us = clock_monotonic_us();
    pid = fork_quietly();
    if (pid == 0) {
        setpgid(0, 0);
        if (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0 || getppid() != parent)
            _exit(127);
        body(ends[1], arg);
        _exit(0);
    }
    return take_over(child, pid, ends, -errno);
}

/* All above the standard ones. */
static void close_the_rest(void)
{
    DIR *directory;
    struct dirent *entry;

#ifdef SYS_close_range
    if (syscall(SYS_close_range, STDERR_FILENO + 1U, ~0U, 0U) == 0)
        return;
#endif
    directory = opendir("/proc/self/fd"); /* before Linux 5.9 */
    while (directory && (entry = readdir(directory))) {
        int fd = (int)strtol(entry->d_name, NULL, 10); /* "." is 0 */

        if (fd > STDERR_FILENO && fd != dirfd(directory))
            close(fd);
    }
    if (directory)
        closedir(directory);
}

int child_settle(int pipe, int fd)
{
    if (!settle(fd, pipe))
        return -errno;
    close_the_rest();
    signal(SIGINT, SIG_IGN);
    signal(SIGTTOU, SIG_IGN);
    interrupt_forget();
    return 0;
}

/* Wait until the pipe can be read. The signals are let in only while ppoll()
   waits, so none slips in between looking and waiting. */
static int wait_readable(int fd, int64_t deadline_us)
{
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    struct timespec left;
    sigset_t blocked;
    sigset_t before;
    int rc;

    interrupt_fill(&blocked);
    sigprocmask(SIG_BLOCK, &blocked, &before);
    if (interrupt_signal()) {
        rc = -EINTR;
    } else {
        int64_t us = deadline_us - clock_monotonic_us();

        us = us < 0 ? 0 : us;
        left.tv_sec = us / 1000000;
        left.tv_nsec = us % 1000000 * 1000;
        rc = ppoll(&ready, 1, deadline_us < 0 ? NULL : &left, &before);
        rc = rc > 0 ? 0 : rc == 0 ? -ETIMEDOUT : -errno;
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    return rc == -EINTR && !interrupt_signal() ? -EAGAIN : rc;
}

/* Read more into the buffer. 1: there is more; 0: the end. */
static int fill(struct child *child, int64_t deadline_us)
{
    ssize_t got;
    int rc;

    memmove(child->buffer, child->buffer + child->taken,
            child->used - child->taken);
    child->used -= child->taken;
    child->taken = 0;
    if (child->used == sizeof(child->buffer))
        return -EMSGSIZE;
    do {
        rc = wait_readable(child->pipe, deadline_us);
    } while (rc == -EAGAIN);
    if (rc < 0)
        return rc;
    do {
        got = read(child->pipe, child->buffer + child->used,
                   sizeof(child->buffer) - child->used);
    } while (got < 0 && errno == EINTR);
    if (got < 0)
        return -errno;
    child->used += (size_t)got;
    return got > 0;
}

int child_read_line(struct child *child, char *line, size_t size,
                    int64_t timeout_us)
{
    int64_t deadline_us =
        timeout_us < 0 ? -1 : clock_monotonic_us() + timeout_us;

    for (;;) {
        char *start = child->buffer + child->taken;
        size_t left = child->used - child->taken;
        char *end = memchr(start, '\n', left);
        int rc;

        if (end) {
            size_t length = (size_t)(end - start);

            child->taken += length + 1;
            if (length >= size)
                return -EMSGSIZE;
            memcpy(line, start, length);
            line[length] = '\0';
            return 1;
        }
        rc = fill(child, deadline_us);
        if (rc <= 0)
            return rc;
    }
}

int child_wait(struct child *child, int *status)
{
    pid_t got;

    child->usage = (struct rusage){0};
    do {
        got = wait4(child->pid, status, 0, &child->usage);
    } while (got < 0 && errno == EINTR);
    child->elapsed_us = clock_monotonic_us() - child->started_us;
    close(child->pipe);
    child->pipe = -1;
    return got < 0 ? -errno : 0;
}

int child_stop(struct child *child, int64_t grace_us, int *status)
{
    struct pollfd end = {.fd = child->pipe, .events = POLLIN};
    int64_t deadline_us = clock_monotonic_us() + grace_us;
    char unread[512];

    kill(child->pid, SIGTERM);
    /* The child holds the other end of the pipe until it has ended. */
    for (;;) {
        int64_t left_us = deadline_us - clock_monotonic_us();
        int ready = left_us > 0 ? poll(&end, 1, (int)(left_us / 1000 + 1)) : 0;
        ssize_t got;

        if (ready < 0 && errno == EINTR)
            continue;
        got = ready > 0 ? read(child->pipe, unread, sizeof(unread)) : -1;
        if (got == 0)
            break;
        if (got < 0) {
            kill(child->pid, SIGKILL);
            break;
        }
    }
    return child_wait(child, status);
}
