#pragma once

#include "await/future.h"

/*
 * scope: task groups and timeouts, structs on the coroutine's stack, entered
 * and left by the same task. The body's code is handed in when they are left.
 */

typedef struct aw_group {
    void *priv[8];
} aw_group;

/*
 * Members are tasks that end before the group is left. The first error cancels
 * the other members and the body. A group lets go of a member when it ends.
 *
 * aw_group_create_task: borrowed, valid while the member is unfinished.
 * Refused (the loop's immortal failed future) once the group aborts or is over.
 *
 * aw_group_leave: waits; gives the code of the first error to arrive,
 * AW_ECANCELED, or 0. *n is the room of `errors` on entry and the number of
 * errors on return (0 if the result is cancelled); both may be NULL.
 * Afterwards the struct owns nothing and still refuses tasks.
 */
int aw_group_enter(aw_group *g);
aw_future *aw_group_create_task(aw_group *g, aw_coro coro);
AW_CHECK int aw_group_leave(aw_group *g, int rc, int *errors, size_t *n);

typedef struct aw_timeout {
    void *priv[6];
} aw_timeout;

/*
 * Cancels its task when it expires and turns that cancellation into
 * AW_ETIMEDOUT where it is left. `limit` is in seconds from now, `when` on the
 * loop's clock; AW_FOREVER: none. After expiry or leaving, moving is AW_ESTATE.
 */
int aw_timeout_enter(aw_timeout *t, double limit);
int aw_timeout_move(aw_timeout *t, double when);
bool aw_timeout_expired(const aw_timeout *t);
AW_CHECK int aw_timeout_leave(aw_timeout *t, int rc);
