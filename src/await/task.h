#pragma once

#include "await/future.h"

AW_BEGIN_DECLS

/*
 * task: a coroutine on a stack of its own, and a future for its outcome.
 *
 * A task's first step is queued at creation. It runs until it awaits something
 * that is not decided, and goes on by a queue entry after the decision. A
 * pending task holds a reference on itself: it may be created and released.
 */

/*
 * Await: the only place where a task is suspended; everything that blocks
 * builds on it. 0 and the value, or the code of what was awaited. A coroutine
 * is run at once, in this task: a function call.
 *
 * Owner: a borrowed future: *out is borrowed from it. A coroutine or a given
 * future: *out is the caller's to drop; out NULL: dropped. Thread: a task's;
 * elsewhere it works on what is decided or does not suspend. Codes: those of
 * what was awaited; AW_ECANCELED; AW_ENOTASK; AW_EOTHERLOOP; AW_ESELF: oneself;
 * AW_EINVAL: NULL. Cancellation: is passed on to what is awaited (A30), and met
 * here when that has ended.
 */
AW_CHECK int aw_await_any(aw_awaitable a, aw_value *out);
#define aw_await(x, out) aw_await_any(aw_any(x), (out))

/*
 * Suspend for at least `seconds`; <= 0 gives way for exactly one turn.
 *
 * Owner: nothing changes hands. Thread: a task's. Codes: AW_ECANCELED;
 * AW_EINVAL: NaN; AW_ENOTASK. Cancellation: ends the sleep.
 */
AW_CHECK int aw_sleep(double seconds);

/*
 * Give way for exactly one turn.
 *
 * Owner: nothing changes hands. Thread: a task's. Codes: AW_ENOTASK; otherwise
 * there is none to look at. Cancellation: is not met here; it stays for the
 * next await.
 */
int aw_yield(void);

/* What makes a loop's tasks; a negative outcome comes as a failed future. */
typedef aw_future *(*aw_task_factory)(aw_loop *loop, aw_coro coro, void *data);

/*
 * The default factory.
 *
 * Owner: takes the coroutine; the caller has one reference, the task another
 * one on itself until it ends. Thread: the loop's. Codes: AW_EINVAL: no
 * function. Cancellation: none.
 */
aw_future *aw_task_new(aw_loop *loop, aw_coro coro);

/*
 * Begin at once (3.12's eager tasks): run a task that has not begun up to its
 * first suspension, on top of the caller, instead of in its turn. One that ends
 * before that is done when this returns, and never was in the loop's queue.
 * Within it, it is the current task; afterwards the caller's is again.
 *
 * aw_eager_task_factory: for aw_set_task_factory(), with `data` NULL: tasks of
 * the default class that begin when they are made. Where aw_task_start()
 * refuses, they begin in their turn.
 *
 * Owner: of aw_task_start() nothing changes hands; the factory as
 * aw_task_new(). Thread: the loop's. Codes: AW_EINVAL: no task of ours;
 * AW_ESTATE: it has begun, its loop does not run in this thread, or a callback
 * of libuv's called. The outcome is the task's. Cancellation: asked before, it
 * ends without its function being entered (A29); what the function asks of
 * itself it meets where it is first suspended (A33).
 */
int aw_task_start(aw_future *t);
aw_future *aw_eager_task_factory(aw_loop *loop, aw_coro coro, void *data);

/*
 * factory NULL restores the default; `data` of the second may be NULL.
 *
 * Owner: `data` stays the caller's, and outlives the loop's use of it.
 * Thread: the loop's; the factory is called there. Codes: none.
 * Cancellation: none.
 */
void aw_set_task_factory(aw_loop *loop, aw_task_factory factory, void *data);
aw_task_factory aw_get_task_factory(const aw_loop *loop, void **data);

/*
 * A class derived from ours: copy aw_task_ops, replace what differs, keep the
 * table as long as its tasks; `extra` bytes of the class's own, zeroed. A
 * `cancel` of its own that calls ours: what the task awaits is asked after it
 * has returned.
 *
 * Owner: as aw_task_new(); the extra bytes are the task's. Thread: the loop's.
 * Codes: AW_EINVAL: no function, or the table is no copy of ours.
 * aw_task_extra: NULL where it is no task of ours. Cancellation: none.
 */
extern const aw_future_ops aw_task_ops;
aw_future *aw_task_new_as(aw_loop *loop, aw_coro coro, const aw_future_ops *ops,
                          size_t extra);
void *aw_task_extra(aw_future *t);

/*
 * Make a task by the loop's factory. loop NULL: the current one (A8).
 *
 * Owner: takes the coroutine; the caller has one reference and may let go of
 * it: a pending task lives by itself. Thread: the loop's. Codes: the factory's.
 * Cancellation: none.
 */
aw_future *aw_create_task(aw_loop *loop, aw_coro coro);

/*
 * A future comes back as it is, with a new reference (a given one: with its
 * own), and is refused if `loop` is given and another; a coroutine goes to
 * aw_create_task().
 *
 * Owner: takes what the awaitable owns; the caller has one reference.
 * Thread: the loop's. Codes: AW_EOTHERLOOP; AW_EINVAL: NULL; as
 * aw_create_task(). Cancellation: none.
 */
aw_future *aw_ensure_future_any(aw_awaitable a, aw_loop *loop);
#define aw_ensure_future(x, loop) aw_ensure_future_any(aw_any(x), (loop))
#define aw_async(x, loop) aw_ensure_future(x, loop)

/*
 * The task whose step runs; NULL in callbacks and outside.
 *
 * Owner: borrowed; valid while it runs. Thread: any; each has its own.
 * Codes: none. Cancellation: none.
 */
aw_future *aw_current_task(void);

/*
 * How many unfinished tasks of ours the loop has; the first `room` of them, in
 * order of creation, to `out`.
 *
 * Owner: `out` gets new references. Thread: the loop's. Codes: none.
 * Cancellation: none.
 */
size_t aw_all_tasks(aw_loop *loop, aw_future **out, size_t room);

/*
 * Task-1, Task-2, ... unless set.
 *
 * Owner: the name is copied; what is returned is the task's, valid until it is
 * set again or the task goes. Thread: the loop's. Codes: AW_EINVAL: no name, or
 * an object of a class without names, of which aw_task_name() is NULL.
 * Cancellation: none.
 */
const char *aw_task_name(const aw_future *t);
int aw_task_set_name(aw_future *t, const char *name);

/*
 * How many requests to cancel are outstanding; take one back, not below 0. For
 * scopes. Both give the new count; 0 for what is no task of ours.
 *
 * Owner: nothing changes hands. Thread: the loop's. Codes: none.
 * Cancellation: taking a request back does not revoke its delivery (A35).
 */
unsigned aw_task_cancelling(const aw_future *t);
unsigned aw_task_uncancel(aw_future *t);

AW_END_DECLS
