#include "process/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock/clock.h"
#include "process/child.h"
#include "process/interrupt.h"
#include "text/quantity.h"

enum {
    LOOK_US = 10000,      /* between looks at the memory */
    GRACE_US = 5000000,   /* for the kernel to end what was killed */
    PROCESSES_MOST = 512, /* that are looked at; more are waited for as well */
    TEXT_SIZE = 4096,
    LINE_SIZE = 256
};

/* What the process between knows. It runs after a fork, and so allocates
   nothing. */
struct watch {
    const struct tree_command *command;
    pid_t shell;
    int64_t started_us;
    struct tree_end end;
    bool killing;
    bool ended; /* all of them */
};

/* In the shell's process, between fork and exec. */
static _Noreturn void become_shell(const struct tree_command *command)
{
    char *const argv[] = {(char *)"sh", (char *)"-c", (char *)command->text,
                          NULL};
    int output;
    int empty;
    sigset_t none;

    setpgid(0, 0);
    signal(SIGPIPE, SIG_DFL); /* what is ignored survives exec */
    signal(SIGXFSZ, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    empty = open("/dev/null", O_RDONLY);
    output = open(command->output, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (empty < 0 || output < 0 || dup2(empty, STDIN_FILENO) < 0 ||
        dup2(output, STDOUT_FILENO) < 0 || dup2(output, STDERR_FILENO) < 0 ||
        chdir(command->directory) < 0)
        _exit(126);
    if (empty > STDERR_FILENO)
        close(empty);
    if (output > STDERR_FILENO)
        close(output);
    execv("/bin/sh", argv);
    _exit(127);
}

/* The whole of a small file of /proc; its length, 0 if there is none. */
static size_t read_small(const char *path, char text[TEXT_SIZE])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? 0 : read(fd, text, TEXT_SIZE - 1);

    if (fd >= 0)
        close(fd);
    text[got > 0 ? got : 0] = '\0';
    return got > 0 ? (size_t)got : 0;
}

/* Append the children of a process to a list; its length. */
static size_t add_children(pid_t *list, size_t count, pid_t parent)
{
    char path[64];
    char text[TEXT_SIZE];
    char *at = text;

    snprintf(path, sizeof(path), "/proc/%d/task/%d/children", parent, parent);
    if (read_small(path, text) == 0)
        return count;
    while (count < PROCESSES_MOST) {
        char *after;
        long pid = strtol(at, &after, 10);

        if (after == at)
            break;
        list[count++] = (pid_t)pid;
        at = after;
    }
    return count;
}

/* All that runs below us. */
static size_t list_tree(pid_t list[PROCESSES_MOST])
{
    size_t count = add_children(list, 0, getpid());

    for (size_t i = 0; i < count; i++)
        count = add_children(list, count, list[i]);
    return count;
}

/* Of one process, so far; 0: it has none any more. */
static int64_t peak_memory_of(pid_t pid)
{
    char path[64];
    char text[TEXT_SIZE];
    const char *found;

    snprintf(path, sizeof(path), "/proc/%d/status", pid);
    read_small(path, text);
    found = strstr(text, "VmHWM:");
    return found ? strtoll(found + strlen("VmHWM:"), NULL, 10) * 1024 : 0;
}

static void look(struct watch *watch)
{
    pid_t list[PROCESSES_MOST];
    size_t count = list_tree(list);
    int64_t sum = 0;

    for (size_t i = 0; i < count; i++)
        sum += peak_memory_of(list[i]);
    if (sum > 0 && sum > watch->end.peak_memory)
        watch->end.peak_memory = sum;
}

/* Those that left the group, too. What is born meanwhile is met by the next
   time. */
static void kill_all(struct watch *watch)
{
    pid_t list[PROCESSES_MOST];
    size_t count = list_tree(list);

    watch->killing = true;
    kill(-watch->shell, SIGKILL);
    for (size_t i = 0; i < count; i++)
        kill(list[i], SIGKILL);
}

static void reap(struct watch *watch)
{
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (pid == watch->shell)
            watch->end.status = status;
    }
    watch->ended = pid < 0 && errno == ECHILD;
}

/* A signal that is blocked comes this way. -1: none for so long. */
static int next_signal(int64_t timeout_us)
{
    sigset_t waited;
    const struct timespec timeout = {.tv_nsec = timeout_us * 1000};

    sigemptyset(&waited);
    sigaddset(&waited, SIGCHLD);
    sigaddset(&waited, SIGTERM);
    return sigtimedwait(&waited, NULL, &timeout);
}

static bool is_wordy(const struct tree_command *command)
{
    struct stat st;

    return stat(command->output, &st) == 0 && S_ISREG(st.st_mode) &&
           st.st_size > TREE_OUTPUT_MOST;
}

static void watch_to_end(struct watch *watch)
{
    while (!watch->ended) {
        int signum = next_signal(LOOK_US);

        if (signum == SIGTERM || watch->killing) {
            kill_all(watch);
        } else if (clock_monotonic_us() - watch->started_us >
                   watch->command->limit_us) {
            watch->end.timed_out = true;
            kill_all(watch);
        } else if (signum < 0 && is_wordy(watch->command)) {
            watch->end.wordy = true;
            kill_all(watch);
        } else if (signum < 0) {
            look(watch);
        }
        reap(watch);
    }
    watch->end.elapsed_us = clock_monotonic_us() - watch->started_us;
    getrusage(RUSAGE_CHILDREN, &watch->end.usage); /* of all that was reaped */
}

static void tell(const struct tree_end *end, int pipe)
{
    char line[LINE_SIZE];
    int length = snprintf(
        line, sizeof(line),
        "%d %d %d %" PRId64 " %" PRId64 " %" PRId64 " %ld %ld %" PRId64 "\n",
        end->status, end->timed_out, end->wordy, end->elapsed_us,
        quantity_timeval(&end->usage.ru_utime),
        quantity_timeval(&end->usage.ru_stime), end->usage.ru_nvcsw,
        end->usage.ru_nivcsw, end->peak_memory);

    /* One that did not come is missed by who reads. */
    if (write(pipe, line, (size_t)length) < 0)
        return;
}

/* The process between. */
static void run_watch(int pipe, void *arg)
{
    struct watch watch = {.command = arg, .end = {.peak_memory = -1}};
    sigset_t blocked;

    sigemptyset(&blocked);
    sigaddset(&blocked, SIGCHLD);
    sigaddset(&blocked, SIGTERM);
    sigprocmask(SIG_BLOCK, &blocked, NULL);
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
        return;
    watch.started_us = clock_monotonic_us();
    watch.shell = fork();
    if (watch.shell == 0)
        become_shell(watch.command);
    if (watch.shell < 0)
        return;
    setpgid(watch.shell, watch.shell); /* whoever of the two comes first */
    watch_to_end(&watch);
    tell(&watch.end, pipe);
}

static int read_end(struct tree_end *end, const char *line)
{
    int timed_out;
    int wordy;
    int64_t user;
    int64_t system;

    if (sscanf(line,
               "%d %d %d %" SCNd64 " %" SCNd64 " %" SCNd64 " %ld %ld %" SCNd64,
               &end->status, &timed_out, &wordy, &end->elapsed_us, &user,
               &system, &end->usage.ru_nvcsw, &end->usage.ru_nivcsw,
               &end->peak_memory) != 9)
        return -EPROTO;
    end->timed_out = timed_out;
    end->wordy = wordy;
    end->usage.ru_utime =
        (struct timeval){.tv_sec = user / 1000000, .tv_usec = user % 1000000};
    end->usage.ru_stime = (struct timeval){.tv_sec = system / 1000000,
                                           .tv_usec = system % 1000000};
    return 0;
}

int tree_run(struct tree_end *end, const struct tree_command *command)
{
    char line[LINE_SIZE];
    struct child child;
    int status;
    int rc = child_call(&child, run_watch, (void *)command);

    if (rc < 0)
        return rc;
    *end = (struct tree_end){.peak_memory = -1};
    rc = child_read_line(&child, line, sizeof(line),
                         command->limit_us + GRACE_US);
    if (rc <= 0) {
        child_stop(&child, GRACE_US, &status);
        return rc < 0 ? rc : -EPROTO;
    }
    rc = child_wait(&child, &status);
    return rc < 0 ? rc : read_end(end, line);
}
