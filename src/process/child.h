#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

/*
 * child: this program, run again as a child process that we read lines from.
 *
 * A child never outlives us: the kernel sends it SIGTERM when we die, however
 * we die. Ctrl-C at the terminal is for us to understand: it does not reach the
 * child, which has a process group of its own, and starts with SIGINT ignored
 * and, as it may write to the terminal from there, SIGTTOU.
 *
 * Ownership: embedded by the caller; after a successful child_start(), one
 * call of child_stop() or child_wait() reaps the process and closes the pipe.
 * Errors: 0 or a negative errno value. Threads: start it on the main thread,
 * whose death is what the kernel watches.
 */

struct child {
    pid_t pid;
    int pipe; /* the end that we read from */
    size_t used, taken;
    char buffer[4096];   /* what was read and not yet taken */
    int64_t started_us;  /* on the monotonic clock */
    int64_t elapsed_us;  /* from its fork to its end; set when it is reaped */
    struct rusage usage; /* of the process and of its own children that it
                            waited for; set when it is reaped */
};

/* Run our own program with `arguments` (ended by NULL, the program's own name
   not among them), its descriptor `fd` being the pipe to us and its standard
   input empty. On failure nothing was started. */
int child_start(struct child *child, const char *const *arguments, int fd);

/*
 * Likewise, but have a process without a program of its own call `body`, with
 * its end of the pipe, and end. It is a fork: whatever locks other threads held
 * stay held. Until it says otherwise, the signals of interrupt.h are blocked
 * there.
 */
int child_call(struct child *child, void (*body)(int pipe, void *arg),
               void *arg);

/*
 * In a process of child_call() that is to be a program of its own: it has the
 * pipe as `fd`, an empty standard input, of all descriptors the standard ones
 * alone, and the signals as child_start() has them. 0, or a negative errno
 * value, with half of that done.
 */
int child_settle(int pipe, int fd);

/*
 * The next line without its newline, NUL-terminated. 1: a line; 0: the end of
 * the output; -ETIMEDOUT after `timeout_us` (< 0: never); -EINTR: a signal of
 * interrupt.h has come; -EMSGSIZE: a line too long for `size`.
 */
int child_read_line(struct child *child, char *line, size_t size,
                    int64_t timeout_us);

/* Wait for its end; *status as of wait(2). */
int child_wait(struct child *child, int *status);

/* Ask it to end by SIGTERM, and after `grace_us` make it. */
int child_stop(struct child *child, int64_t grace_us, int *status);
