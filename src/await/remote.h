#pragma once

#include "await/future.h"

AW_BEGIN_DECLS

/*
 * remote: a coroutine given to a loop from another thread, and what that thread
 * has of it: a handle to wait on, to cancel, to read. asyncio's
 * run_coroutine_threadsafe(), with the concurrent.futures.Future that it gives.
 *
 * The handle has the states of a future and is decided once: by the task's
 * outcome, an error of which counts as read, or by aw_remote_cancel(), which
 * does not wait for the task's end.
 *
 * Ownership: reference counted; any thread may hold one.
 */

typedef struct aw_remote aw_remote;

/*
 * Have the loop make a task of the coroutine, by its factory; `out` NULL: it
 * is of no interest what becomes of it.
 *
 * Owner: takes the coroutine: its argument is used in the loop's thread, and
 * dropped there (refused: here); the caller keeps the loop alive during the
 * call, and has one reference to *out. Thread: any, also a job's and the
 * loop's; not a signal's handler. Codes: AW_ECLOSED; AW_EINVAL: no loop, or no
 * function. Cancellation: none; the task is one of the loop's.
 */
int aw_run_coroutine_threadsafe(aw_loop *loop, aw_coro coro, aw_remote **out);

/*
 * Block this thread until it is decided, at most `limit` seconds of the real
 * clock (AW_FOREVER: however long; <= 0: not at all). 0 and the value, or the
 * code. A limit that passes changes nothing: the task runs on.
 *
 * Owner: the value is the caller's, and later readers find NULL; out NULL: it
 * stays the handle's. Thread: any but the loop's, where it works on what is
 * decided. Codes: the task's; AW_ECANCELED: the handle or the task was
 * cancelled; AW_ETIMEDOUT: the limit passed (or the task failed so:
 * aw_remote_state() tells); AW_ECLOSED: the loop was closed before the task
 * ended; AW_ERUNNING: this is the loop's thread, which would wait for itself;
 * AW_EINVAL: the limit is no number. Cancellation: none; it blocks.
 */
AW_CHECK int aw_remote_wait(aw_remote *r, double limit, aw_value *out);

/*
 * Cancel the handle, at once, and have the loop ask the task to end: true if it
 * is cancelled now, by this or before. A task that has not begun still takes
 * its first step, up to its first await that suspends. What the task answers is
 * not told here any more: its value is dropped, its error goes to the report
 * handler.
 *
 * Owner: nothing changes hands. Thread: any. Codes: none. Cancellation: none.
 */
bool aw_remote_cancel(aw_remote *r);

/*
 * What is known of it now.
 *
 * Owner: nothing changes hands. Thread: any. Codes: none. Cancellation: none.
 */
aw_state aw_remote_state(aw_remote *r);

/*
 * Take and give back a reference. NULL is let through. Letting go does not
 * cancel.
 *
 * Owner: aw_remote_ref() gives the caller one more and returns r; with the last
 * the handle goes, and a value that nobody took is dropped. Thread: any; the
 * value is dropped in the thread that lets go last, which may be the loop's.
 * Codes: none. Cancellation: none.
 */
aw_remote *aw_remote_ref(aw_remote *r);
void aw_remote_unref(aw_remote *r);

AW_END_DECLS
