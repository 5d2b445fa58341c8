#include "await/sync/lock.h"

#include "await/sync/waiters.h"

/*
 * As asyncio's Lock: those who wait stay in the queue until they go on. The
 * first of them is told of a release, also by whoever leaves the queue with a
 * code and finds the lock free; so it is taken in the same turn as there.
 */

static bool must_queue(const aw_lock *l)
{
    return l->locked || aw__waiters_alive(&l->waiters);
}

/* Chosen, it was destroyed with its loop. */
static void pass_lock_on(struct waiter *w)
{
    aw_lock *l = container_of(w->queue, aw_lock, waiters);

    if (!l->locked)
        aw__waiters_tell_first(&l->waiters);
}

int aw_lock_acquire(aw_lock *l)
{
    struct waiter w = {.pass_on = pass_lock_on, .what = "a lock"};
    int rc = aw__waiters_refusal(&l->waiters);

    if (rc < 0)
        return rc;
    if (must_queue(l)) {
        rc = aw__waiters_wait(&l->waiters, &w);
        if (rc == AW_ECANCELED && !l->locked)
            aw__waiters_tell_first(&l->waiters);
        if (rc < 0)
            return rc;
    }
    l->locked = true;
    return 0;
}

int aw_lock_release(aw_lock *l)
{
    int rc = aw__waiters_refusal(&l->waiters);

    if (rc < 0)
        return rc;
    if (!l->locked)
        return AW_ESTATE;
    l->locked = false;
    aw__waiters_tell_first(&l->waiters);
    return 0;
}

bool aw_lock_locked(const aw_lock *l)
{
    return l->locked;
}

/* Conditions. */

void aw_condition_init(aw_condition *c, aw_lock *lock)
{
    *c = (aw_condition){.lock = lock};
}

static int refusal(const aw_condition *c)
{
    int rc = aw__waiters_refusal(&c->waiters);

    if (rc == 0)
        rc = aw__waiters_refusal(&c->lock->waiters);
    if (rc == 0 && !c->lock->locked)
        rc = AW_ESTATE;
    return rc;
}

int aw_condition_wait(aw_condition *c)
{
    struct waiter w = {.what = "a condition"};
    bool cancelled;
    bool notified;
    int rc = refusal(c);

    if (rc < 0)
        return rc;
    if (!aw__task_current())
        return AW_ENOTASK;
    (void)aw_lock_release(c->lock); /* it is locked, and ours */
    cancelled = aw__waiters_wait(&c->waiters, &w) < 0;
    notified = w.park.state == PARK_DECIDED;
    while (aw_lock_acquire(c->lock) < 0)
        cancelled = true;
    if (!cancelled)
        return 0;
    if (notified)
        aw__waiters_tell(&c->waiters, 1);
    return AW_ECANCELED;
}

int aw_condition_wait_for(aw_condition *c, bool (*holds)(void *arg), void *arg)
{
    while (!holds(arg)) {
        int rc = aw_condition_wait(c);

        if (rc < 0)
            return rc;
    }
    return 0;
}

int aw_condition_notify(aw_condition *c, size_t n)
{
    int rc = refusal(c);

    if (rc < 0)
        return rc;
    aw__waiters_tell(&c->waiters, n);
    return 0;
}
