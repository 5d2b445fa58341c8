#pragma once

#include "await/future.h"

AW_BEGIN_DECLS

/*
 * scope: task groups, timeouts and shielded scopes, structs on the coroutine's
 * stack, entered and left by the same task. The body's code is handed in when
 * they are left.
 */

typedef struct aw_group {
    void *priv[8];
} aw_group;

/*
 * Members are tasks that end before the group is left. The first error cancels
 * the other members and the body.
 *
 * aw_group_leave: takes the body's code and waits; gives the code of the first
 * error to arrive, AW_ECANCELED, or 0. *n is the room of `errors` on entry and
 * the number of errors on return (0 if the result is cancelled); both may be
 * NULL. Once entered, a group must be left.
 *
 * Owner: the struct is the caller's, and stays in place until it is left;
 * afterwards it owns nothing and still refuses tasks. A member is borrowed from
 * the group, which lets go of it when it ends; aw_ref() to keep it.
 * Thread: a task's: the same for all of it, but members may be added by any
 * task of the loop. Codes: enter: AW_ENOTASK. create_task: a failed future of
 * AW_ESTATE that nobody need read: the group aborts or is over. leave:
 * AW_ENOTASK: another task's; AW_ESTATE: not entered. Cancellation: while it is
 * being left, cancels the members, waits for them and goes on outwards, unless
 * members failed (A61).
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
 * loop's clock, as aw_time() tells it; AW_FOREVER: none. Entered, by
 * aw_timeout_enter() or aw_timeout_at(), it must be left.
 *
 * Owner: the struct is the caller's, and stays in place until it is left.
 * Thread: a task's, the same for all of it; aw_timeout_move() and _expired():
 * the loop's. Codes: AW_EINVAL: NaN; AW_ENOTASK. move: AW_ESTATE: it has
 * expired, or was left. leave: `rc`, or AW_ETIMEDOUT for AW_ECANCELED where it
 * was this timeout that cancelled; AW_ESTATE: not entered; AW_ENOTASK: not by
 * this task, and it goes on. Cancellation: from outside it stays AW_ECANCELED,
 * also if the time passed as well (A65).
 */
int aw_timeout_enter(aw_timeout *t, double limit);
int aw_timeout_at(aw_timeout *t, double when);
int aw_timeout_move(aw_timeout *t, double when);
bool aw_timeout_expired(const aw_timeout *t);
AW_CHECK int aw_timeout_leave(aw_timeout *t, int rc);

typedef struct aw_shielded {
    void *priv[6];
} aw_shielded;

/*
 * A scope for clean-up that awaits: a request to cancel the task from outside
 * of it, also one of a group or a timeout around it, is kept until the scope is
 * left, and neither the task nor what it awaits hears of it. Groups and
 * timeouts within work as ever: a clean-up that may hang wants a timeout. Once
 * entered, it must be left; a run that ends waits for it.
 *
 * Owner: the struct is the caller's, and stays in place until it is left.
 * Thread: a task's, the same for all of it. Codes: AW_ENOTASK. leave: `rc`;
 * AW_ESTATE: not entered. Cancellation: a request that was kept is met by
 * leaving: AW_ECANCELED. Where `rc` is an error that goes first, and the
 * request stays for the next await; that of a group or a timeout no longer than
 * its scope does. aw_future_cancel() of the task is true, and counts, at once;
 * scopes within do not hear of it, and a timeout there is AW_ETIMEDOUT when it
 * expires.
 */
int aw_shielded_enter(aw_shielded *s);
AW_CHECK int aw_shielded_leave(aw_shielded *s, int rc);

AW_END_DECLS
