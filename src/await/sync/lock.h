#pragma once

#include "await/sync/sync.h"

AW_BEGIN_DECLS

/*
 * lock, condition: asyncio's, for tasks of one loop; see sync.h for what holds
 * for all of these. Between a release and the step of the waiter that is next
 * the lock is free, but nobody can jump in.
 */

/* Zeroed is ready: free. */
typedef struct aw_lock {
    bool locked; /* the library's */
    aw_waiters waiters;
} aw_lock;

/*
 * Take the lock, without suspending if it is free and nobody waits; give it
 * back, to the first who waits. Any task may release it.
 *
 * Owner: the caller's struct; it must stay while tasks wait at it.
 * Thread: the loop's; aw_lock_acquire from a task.
 * Codes: aw_lock_acquire 0, AW_ENOTASK where it would have to wait,
 * AW_EOTHERLOOP; aw_lock_release 0, AW_ESTATE (it is free), AW_EOTHERLOOP. With
 * a code nothing has changed.
 * Cancellation: AW_ECANCELED, and the lock is not taken; a waiter that was
 * chosen already passes it on.
 */
AW_CHECK int aw_lock_acquire(aw_lock *l);
int aw_lock_release(aw_lock *l);
bool aw_lock_locked(const aw_lock *l);

typedef struct aw_condition {
    aw_lock *lock;
    aw_waiters waiters;
} aw_condition;

/*
 * Make it ready.
 *
 * Owner: the caller's struct; the lock is borrowed, stays as long as it, and
 * may serve several conditions. Thread: any, before it is used. Codes: none.
 * Cancellation: none.
 */
void aw_condition_init(aw_condition *c, aw_lock *lock);

/*
 * Wait: release the lock, wait until notified, take the lock again. Wait until
 * holds(arg), which is asked with the lock held. Wake the first n who wait
 * (SIZE_MAX: all), who go on when they have the lock.
 *
 * Owner: the caller's struct; it must stay while tasks wait at it.
 * Thread: the loop's; waiting from a task that holds the lock.
 * Codes: 0; AW_ESTATE: the lock is free; AW_ENOTASK; AW_EOTHERLOOP. With a code
 * but AW_ECANCELED nothing has changed.
 * Cancellation: AW_ECANCELED once the lock is held again, however long that
 * takes; a waiter that was notified as well passes the notification on (CPython
 * 3.13).
 */
AW_CHECK int aw_condition_wait(aw_condition *c);
AW_CHECK int aw_condition_wait_for(aw_condition *c, bool (*holds)(void *arg),
                                   void *arg);
int aw_condition_notify(aw_condition *c, size_t n);

AW_END_DECLS
