#pragma once

#include "await/io/stream.h"

AW_BEGIN_DECLS

/*
 * process: child processes, with pipes as streams.
 */

typedef struct aw_process aw_process;

/* What the child has as one of its standard descriptors. */
typedef enum {
    AW_INHERIT, /* ours; /dev/null where ours has FD_CLOEXEC */
    AW_PIPE,    /* a pipe, whose other end is a stream: aw_process_stream() */
    AW_NULL,    /* /dev/null */
    AW_FD,      /* the descriptor `fd`, which stays the caller's */
    AW_STDOUT,  /* for the error output: wherever the output goes */
} aw_stdio_kind;

typedef struct aw_stdio {
    aw_stdio_kind kind;
    int fd;
} aw_stdio;

/* Zero is what most want: our descriptors, environment and directory. */
typedef struct aw_spawn_options {
    aw_stdio standard[3];   /* input, output, error output */
    const char *const *env; /* "NAME=value", then NULL; NULL: ours */
    const char *directory;  /* NULL: ours */
    bool new_session;       /* setsid(): a terminal's ^C does not reach it */
} aw_spawn_options;

/*
 * Start a program: args[0], looked for in PATH, with args, which end by NULL.
 * It has none of our other descriptors but those without FD_CLOEXEC, and the
 * usual effect of every signal. The thread waits until the program has been
 * loaded, some milliseconds.
 *
 * On the thread's loop (A8), which reaps the child by SIGCHLD: a program that
 * calls wait() or waitpid(-1) itself, or sets a handler for SIGCHLD, takes that
 * from it.
 *
 * Owner: *out is the caller's, for aw_process_close(), and goes with the loop;
 * the arguments are borrowed. Thread: the loop's. Codes: AW_EINVAL: no program,
 * or AW_STDOUT where it is none; AW_ECLOSED; the system's (-ENOENT, -EACCES,
 * -EMFILE). Cancellation: none; it does not suspend.
 */
AW_CHECK int aw_spawn(aw_process **out, const char *const *args,
                      const aw_spawn_options *options);

/*
 * Wait until it has ended: *status (NULL is let through) is its exit status, or
 * -N where signal N ended it. Any number of tasks may wait, at once or later.
 * Its pipes may have more to read.
 *
 * Owner: nothing changes hands. Thread: a task's; once it has ended, anywhere
 * on the loop's thread. Codes: AW_ECANCELED; AW_ENOTASK; AW_EOTHERLOOP;
 * AW_EFORKED: it is the parent process's child; AW_ECLOSED: aw_process_close()
 * meanwhile. Cancellation: ends the wait; the process is left alone, as with
 * asyncio.
 */
AW_CHECK int aw_process_wait(aw_process *p, int *status);

/*
 * The process's number; whether it has ended, as aw_process_wait() would tell
 * without waiting: AW_ESTATE as long as it has not.
 *
 * Owner: nothing changes hands. Thread: the loop's. Codes: status: AW_ESTATE.
 * Cancellation: none.
 */
int aw_process_pid(const aw_process *p);
int aw_process_status(const aw_process *p, int *status);

/*
 * Our end of the pipe that is its input (0), output (1) or error output (2);
 * NULL where there is none. aw_shutdown() of the input closes it; it reads to
 * the end of what it was sent then.
 *
 * Owner: the process's; gone after aw_process_close(). Thread: the loop's.
 * Codes: none. Cancellation: none.
 */
aw_stream *aw_process_stream(const aw_process *p, int which);

/*
 * Send a signal.
 *
 * Owner: nothing changes hands. Thread: the loop's. Codes: AW_ESTATE: it has
 * ended; AW_EFORKED; the system's (-EPERM; -EINVAL: no signal).
 * Cancellation: none.
 */
int aw_process_signal(aw_process *p, int signum);

/* Bytes, and a 0 behind them that is not counted. */
typedef struct aw_bytes {
    char *data; /* for free() */
    size_t size;
} aw_bytes;

/*
 * Send it n bytes of input, and the end; read its output and error output to
 * their ends; wait until it has ended. All at once, so that no pipe fills up.
 * Where there is no such pipe (n may be 0, then; out and err {0}), or the
 * pointer is NULL, that part is left out, and what comes by a pipe is dropped.
 * A process that does not read its input is no error.
 *
 * Owner: *out and *err are the caller's, also empty, for free(); on failure
 * there is nothing in them. Thread: a task's. Codes: as aw_process_wait(),
 * aw_read() and aw_write(). Cancellation: ends it; the process is left alone,
 * and what was read so far is lost.
 */
AW_CHECK int aw_process_communicate(aw_process *p, const void *input, size_t n,
                                    aw_bytes *out, aw_bytes *err);

/*
 * Let go of a process: its pipes are closed, and if it still runs it is killed
 * (SIGKILL), as by asyncio's transport; the loop reaps it. NULL is let through.
 * A loop that closes does this with all there are, and waits for their ends.
 *
 * Owner: takes the process. Who waits for its end, or at one of its streams, is
 * told AW_ECLOSED. Thread: the loop's. Codes: none. In a child
 * process after fork() nothing is killed. Cancellation: none.
 */
void aw_process_close(aw_process *p);

AW_END_DECLS
