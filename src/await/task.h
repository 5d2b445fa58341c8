#pragma once

#include "await/future.h"

/*
 * task: a coroutine on a stack of its own, and a future for its outcome.
 *
 * A task's first step is queued at creation. It runs until it awaits something
 * that is not decided, and goes on by a queue entry after the decision. A
 * pending task holds a reference on itself: it may be created and released.
 */

/*
 * Await: the only place where a task is suspended; everything that blocks
 * builds on it. 0 and the value, or the code of what was awaited, or
 * AW_ECANCELED. A borrowed future: *out is borrowed from it. A coroutine (run
 * at once, in this task: a function call) or a given future: *out is the
 * caller's to drop. out NULL: dropped.
 *
 * Outside a task: works on what is decided or does not suspend, else
 * AW_ENOTASK. A future of another loop: AW_EOTHERLOOP. Oneself: AW_ESELF.
 */
AW_CHECK int aw_await_any(aw_awaitable a, aw_value *out);
#define aw_await(x, out) aw_await_any(aw_any(x), (out))

/* Suspend for at least `seconds`; <= 0 gives way for exactly one turn. NaN is
   AW_EINVAL. */
AW_CHECK int aw_sleep(double seconds);

/* Give way for exactly one turn. A request to cancel is not met here: it stays
   for the next await. So there is no code to look at: 0, or AW_ENOTASK. */
int aw_yield(void);

/* What makes a loop's tasks; a negative outcome comes as a failed future. */
typedef aw_future *(*aw_task_factory)(aw_loop *loop, aw_coro coro, void *data);

/* The default factory. */
aw_future *aw_task_new(aw_loop *loop, aw_coro coro);

/* factory NULL restores the default; *data may be NULL. */
void aw_set_task_factory(aw_loop *loop, aw_task_factory factory, void *data);
aw_task_factory aw_get_task_factory(const aw_loop *loop, void **data);

/*
 * A class derived from ours: copy aw_task_ops, replace what differs, keep the
 * table as long as its tasks; `extra` bytes of the class's own, zeroed.
 */
extern const aw_future_ops aw_task_ops;
aw_future *aw_task_new_as(aw_loop *loop, aw_coro coro, const aw_future_ops *ops,
                          size_t extra);
void *aw_task_extra(aw_future *t); /* NULL: not such a task */

/* Make a task by the loop's factory. loop NULL: the current one (A8). */
aw_future *aw_create_task(aw_loop *loop, aw_coro coro);

/*
 * A future comes back as it is, with a new reference (a given one: with its
 * own), and is refused with AW_EOTHERLOOP if `loop` is given and another; a
 * coroutine goes to aw_create_task().
 */
aw_future *aw_ensure_future_any(aw_awaitable a, aw_loop *loop);
#define aw_ensure_future(x, loop) aw_ensure_future_any(aw_any(x), (loop))
#define aw_async(x, loop) aw_ensure_future(x, loop)

/* The task whose step runs, borrowed; NULL in callbacks and outside. */
aw_future *aw_current_task(void);

/* How many unfinished tasks of ours the loop has; the first `room` of them, in
   order of creation, to `out` as new references. */
size_t aw_all_tasks(aw_loop *loop, aw_future **out, size_t room);

/* Task-1, Task-2, ... unless set. Valid until it is set again or the task goes.
   A foreign object without a name: NULL, and AW_EINVAL. */
const char *aw_task_name(const aw_future *t);
int aw_task_set_name(aw_future *t, const char *name); /* copied */

/* How many requests to cancel are outstanding; take one back, not below 0. For
   scopes. Both give the new count; 0 for what is no task of ours. */
unsigned aw_task_cancelling(const aw_future *t);
unsigned aw_task_uncancel(aw_future *t);
