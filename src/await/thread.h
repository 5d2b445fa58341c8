#pragma once

#include "await/future.h"

AW_BEGIN_DECLS

/*
 * thread: blocking functions on libuv's threads (UV_THREADPOOL_SIZE). A
 * blocking function has a coroutine's shape. It must not use the loop.
 *
 * The outcome arrives by a ready callback. Cancelling the future withdraws a
 * job that has not begun; one that runs goes on and its outcome is dropped.
 * The argument outlives the job, not its waiter; its drop and an unwanted
 * value's run on the loop's thread.
 */

/*
 * Run job's function on another thread; loop NULL: the current one (A8).
 *
 * Owner: takes the coroutine; its argument must be safe to use there; the
 * caller has one reference. Thread: the loop's; the function runs on another,
 * and there no loop is to be had (AW_ENOLOOP) but one of its own. Codes:
 * AW_EINVAL: no function; the system's. Cancellation: of the future withdraws a
 * job that has not begun; one that runs goes on, for nobody.
 */
aw_future *aw_run_in_executor(aw_loop *loop, aw_coro job);
#define aw_to_thread(job, out) \
    aw_await(aw_give(aw_run_in_executor(NULL, (job))), (out))

AW_END_DECLS
