#pragma once

#include "await/base.h"

AW_BEGIN_DECLS

/*
 * loop: one FIFO queue of callbacks, timers, and I/O by libuv.
 *
 * A turn waits for I/O (not at all if the queue is not empty), lets I/O append
 * to the queue, appends the timers that are due, then runs exactly as many
 * callbacks as are in the queue now.
 *
 * Ownership: reference counted; futures hold references of their own, so a
 * kept future may be read after its loop was closed.
 * Times are seconds on the loop's own monotonic clock, aw_time().
 */

struct uv_loop_s;

/* NULL, or zero in a field, means the default. */
typedef struct aw_loop_options {
    bool debug;
    bool virtual_clock; /* nothing ready and only timers awaited: time jumps */
    double slow_callback_duration; /* seconds (0.1); looked at in debug mode */
    size_t stack_size;  /* usable bytes (128 KiB; 256 under sanitizers) */
    size_t stacks_kept; /* how many free stacks keep their memory for good (64);
                           after a burst more do, for some seconds */
} aw_loop_options;

/*
 * Make a loop; close it; give up the reference of aw_loop_new(). Closing
 * reports and frees what is pending (tasks are not unwound: see RULES.md),
 * waits for jobs on threads, and is harmless when repeated. Of the descriptors
 * 0, 1 and 2 those that are closed when a loop is made are opened, on
 * /dev/null, so that reading and writing fail as before: nothing else may have
 * these numbers.
 *
 * Owner: the caller has one reference to *out, futures have others; what is
 * still kept of a closed loop can be read. `options` may go at once.
 * Thread: aw_loop_new: any, whose the loop is then; the others: the loop's.
 * Codes: the system's, for descriptors; AW_ERUNNING: it runs; AW_EFORKED as
 * aw_loop_fork() has it. Cancellation: none; pending tasks are destroyed
 * without being cancelled, which aw_run() does first.
 */
int aw_loop_new(aw_loop **out, const aw_loop_options *options);
int aw_loop_close(aw_loop *loop);
/*
 * Is it closed? And its debug mode: steps and callbacks that hold the loop
 * longer than the limit are reported.
 *
 * Owner: nothing changes hands. Thread: the loop's. Codes: none; a limit that
 * is no number is ignored. Cancellation: none.
 */
bool aw_loop_is_closed(const aw_loop *loop);
void aw_loop_set_debug(aw_loop *loop, bool on);
void aw_loop_set_slow_callback(aw_loop *loop, double seconds);

/*
 * In a child process, after fork(), for a loop that is to go on there. Until
 * then it is the parent's, and refuses to run (AW_EFORKED); where a task of it
 * called fork(), no loop runs in the child, so that nothing there can await,
 * and when the task gives way or ends, aw_run() and its like return AW_EFORKED.
 * What needs no loop of the parent's, aw_run() included, works at once.
 *
 * loop NULL: the one whose task called fork(), else the current.
 *
 * Owner: descriptors, connections and listeners are shared with the parent, as
 * fork() has it. Thread: the one that called fork(); it is the only one.
 * Codes: AW_ESTATE: jobs on threads had not ended (those threads are the
 * parent's), or a callback of libuv's called fork(); AW_ERUNNING: it ran in
 * another thread, or another runs; the system's. In the parent: 0, and nothing
 * is done. Cancellation: none.
 */
int aw_loop_fork(aw_loop *loop);
void aw_loop_unref(aw_loop *loop);

/*
 * The running loop of the thread; else the one set; else one is made and set,
 * which goes when the thread exits (NULL: no memory). Everywhere `loop` NULL
 * means this. aw_get_running_loop: NULL where none runs. In a job there is
 * none.
 *
 * Owner: borrowed, in both directions; the one that was made is the thread's.
 * Thread: any; each has its own. Codes: none; aw_get_event_loop: NULL: no
 * memory, or in a job. Cancellation: none.
 */
aw_loop *aw_get_event_loop(void);
aw_loop *aw_get_running_loop(void);
void aw_set_event_loop(aw_loop *loop);

/*
 * libuv's loop, for handles of your own, whose callbacks may decide futures;
 * they never run a task themselves. And the loop's clock, in seconds.
 *
 * Owner: borrowed; handles are yours to close before the loop. Thread: the
 * loop's. Codes: none; NULL and NaN where there is no loop. Cancellation: none.
 */
struct uv_loop_s *aw_loop_uv(aw_loop *loop);
double aw_time(const aw_loop *loop);

/*
 * Run until aw_stop(); until the awaitable is done. The present turn is always
 * finished; what is queued then stays for the next run.
 *
 * Owner: *out is borrowed from a borrowed future, else the caller's; what the
 * awaitable owns is taken, refused or not. Thread: the loop's, where no loop
 * runs; aw_stop: the loop's. Codes: those of what was awaited; AW_ERUNNING: a
 * loop runs in this thread; AW_ECLOSED; AW_ESTOPPED: stopped before it was
 * done, and it stays usable; AW_EOTHERLOOP; AW_EFORKED. Cancellation: there is
 * no calling task.
 */
int aw_run_forever(aw_loop *loop);
void aw_stop(aw_loop *loop);
int aw_run_until_complete_any(aw_loop *loop, aw_awaitable a, aw_value *out);
#define aw_run_until_complete(loop, x, out) \
    aw_run_until_complete_any((loop), aw_any(x), (out))

/* The seed of the project: run a coroutine, task or future to its end on the
   thread's loop. */
#define aw_run_sync(x, out) aw_run_until_complete(aw_get_event_loop(), x, out)

/*
 * A new loop, the main task, then: cancel what is left, wait for it, report
 * its errors, wait for jobs, close. The main task's outcome comes back.
 *
 * Owner: takes the coroutine; *out is the caller's. Thread: any where no loop
 * runs. Codes: the main task's; AW_ERUNNING; those of aw_loop_new();
 * AW_EFORKED: this is a child process whose task ended. Cancellation: in the
 * main thread the first SIGINT cancels the main task, and the code is AW_EINTR
 * if it ends so; a second ends the process. (Not where the program ignores or
 * handles SIGINT.)
 */
int aw_run(aw_coro main, aw_value *out, const aw_loop_options *options);

/*
 * Callbacks. A cancelled handle never runs; cancelling twice or too late is
 * harmless.
 *
 * Owner: `data` stays the caller's; *handle, unless `handle` is NULL, is a
 * reference of the caller's. If the loop closes first, fn never runs.
 * Thread: the loop's; fn runs there, outside every task. Codes: AW_ECLOSED;
 * AW_EINVAL: not a time. Cancellation: none.
 */
typedef void (*aw_callback)(void *data);
int aw_call_soon(aw_loop *loop, aw_callback fn, void *data, aw_handle **handle);
int aw_call_later(aw_loop *loop, double seconds, aw_callback fn, void *data,
                  aw_handle **handle);
int aw_call_at(aw_loop *loop, double when, aw_callback fn, void *data,
               aw_handle **handle);
void aw_handle_cancel(aw_handle *h);
void aw_handle_unref(aw_handle *h);

/*
 * Call fn(data) in the loop's thread, and wake the loop for it. Calls of one
 * thread keep their order.
 *
 * Owner: `data` stays the caller's, who keeps the loop alive; if that closes
 * first, fn never runs. Thread: any, also a job's; not a signal's handler.
 * Codes: AW_ECLOSED. Cancellation: none.
 */
int aw_call_soon_threadsafe(aw_loop *loop, aw_callback fn, void *data);

/*
 * The handler runs as a ready callback. One a signal, a new one replaces it;
 * removal tells whether there was one, and gives the signal its usual effect
 * back.
 *
 * Owner: `data` stays the caller's. Thread: the loop's; fn runs there, outside
 * every task. Codes: AW_ECLOSED; AW_EINVAL: no signal that can be handled; the
 * system's. Cancellation: none.
 */
int aw_add_signal_handler(aw_loop *loop, int signum, aw_callback fn,
                          void *data);
bool aw_remove_signal_handler(aw_loop *loop, int signum);

/* What nobody else can be told of. `task` is the task's name, NULL for
   callbacks and bare futures; valid during the call. */
typedef enum {
    AW_NEVER_RETRIEVED,
    AW_DESTROYED_PENDING,
    AW_SHUTDOWN_ERROR,
    AW_SLOW
} aw_report_kind;
typedef struct aw_report {
    aw_report_kind kind;
    int code;
    const char *task;
    double seconds;
} aw_report;

/*
 * fn NULL restores the default, which writes one line to stderr.
 *
 * Owner: `data` stays the caller's, and outlives the loop's last future.
 * Thread: the loop's; fn is called there, and must neither await nor close it.
 * Codes: none. Cancellation: none.
 */
void aw_set_report_handler(aw_loop *loop,
                           void (*fn)(const aw_report *r, void *data),
                           void *data);

AW_END_DECLS
