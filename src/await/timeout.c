#include <stdlib.h>

#include "await/internal.h"

/*
 * timeout: a scope that cancels its own task when its time has come, and knows
 * afterwards that it was itself who did it.
 */

enum timeout_state {
    TIMEOUT_OVER, /* of a zeroed struct, too */
    TIMEOUT_ACTIVE,
    TIMEOUT_EXPIRING,
    TIMEOUT_EXPIRED,
};

/* What aw_timeout's words hold. */
struct limit {
    struct scope scope;
    aw_handle *handle; /* NULL: no limit */
    struct task *task;
    unsigned requests; /* that the task heard of, when it was entered */
    enum timeout_state state;
};
_Static_assert(sizeof(struct limit) <= sizeof(aw_timeout),
               "a timeout fits its public words");

static struct limit *limit_of(aw_timeout *t)
{
    return (struct limit *)(void *)t;
}

static void forget_handle(struct limit *l)
{
    if (!l->handle)
        return;
    aw_handle_cancel(l->handle);
    aw_handle_unref(l->handle);
    l->handle = NULL;
}

void aw__timeout_abandon(struct scope *scope)
{
    forget_handle(container_of(scope, struct limit, scope));
}

static void expire(void *data)
{
    struct limit *l = data;

    forget_handle(l);
    l->state = TIMEOUT_EXPIRING;
    aw__task_cancel_for(l->task, &l->scope);
}

/* A limit in the past strikes at the first suspension: it is a callback like
   any other, before whatever comes to be queued from here on. */
static int arm(struct limit *l, int64_t deadline_ns)
{
    aw_loop *loop = l->task->future.loop;
    aw_handle *handle = NULL;
    int rc = 0;

    if (deadline_ns <= aw__loop_now_ns(loop))
        rc = aw_call_soon(loop, expire, l, &handle);
    else if (deadline_ns != TIMERS_NEVER)
        rc = aw__handle_call_at(loop, deadline_ns, expire, l, &handle);
    if (rc < 0)
        return rc;
    forget_handle(l);
    l->handle = handle;
    return 0;
}

static int enter(aw_timeout *t, struct task *task, int64_t deadline_ns)
{
    struct limit *l = limit_of(t);
    int rc;

    l->task = task;
    l->requests = aw__requests_heard(task);
    rc = arm(l, deadline_ns);
    if (rc < 0)
        return rc;
    l->state = TIMEOUT_ACTIVE;
    aw__scope_enter(task, &l->scope, SCOPE_TIMEOUT);
    return 0;
}

int aw_timeout_enter(aw_timeout *t, double limit)
{
    struct task *task = aw__task_current();
    int64_t ns;

    *t = (aw_timeout){0};
    if (!task)
        return AW_ENOTASK;
    if (!aw__ns_from_seconds(limit, &ns))
        return AW_EINVAL;
    return enter(
        t, task,
        ns == TIMERS_NEVER ? ns : aw__deadline_after(task->future.loop, ns));
}

int aw_timeout_at(aw_timeout *t, double when)
{
    struct task *task = aw__task_current();
    int64_t ns;

    *t = (aw_timeout){0};
    if (!task)
        return AW_ENOTASK;
    return aw__ns_from_seconds(when, &ns) ? enter(t, task, ns) : AW_EINVAL;
}

int aw_timeout_move(aw_timeout *t, double when)
{
    struct limit *l = limit_of(t);
    int64_t ns;

    if (l->state != TIMEOUT_ACTIVE)
        return AW_ESTATE;
    if (!aw__ns_from_seconds(when, &ns))
        return AW_EINVAL;
    return arm(l, ns);
}

bool aw_timeout_expired(const aw_timeout *t)
{
    const struct limit *l = (const struct limit *)(const void *)t;

    return l->state == TIMEOUT_EXPIRING || l->state == TIMEOUT_EXPIRED;
}

int aw_timeout_leave(aw_timeout *t, int rc)
{
    struct limit *l = limit_of(t);
    unsigned left;

    if (l->state != TIMEOUT_ACTIVE && l->state != TIMEOUT_EXPIRING)
        return AW_ESTATE;
    if (l->task != aw__task_current())
        return AW_ENOTASK;
    forget_handle(l);
    aw__scope_leave(l->task, &l->scope);
    if (l->state == TIMEOUT_ACTIVE) {
        l->state = TIMEOUT_OVER;
        return rc;
    }
    l->state = TIMEOUT_EXPIRED;
    left = aw__request_take_back(l->task);
    return rc == AW_ECANCELED && left <= l->requests ? AW_ETIMEDOUT : rc;
}

/* No time at all: what is decided already counts, what is not is cancelled and
   waited for. */
static int wait_for_nothing(aw_awaitable a, aw_value *out)
{
    bool borrowed = a.kind == AW_IS_FUTURE;
    aw_future *f = aw_ensure_future_any(a, NULL);
    bool decided = aw_future_state(f) != AW_PENDING;
    int rc = 0;

    if (!decided) {
        (void)aw_future_cancel(f);
        /* Not by awaiting it: being cancelled oneself must not look like its
           cancellation, nor ask it again while it cleans up. */
        rc = aw_wait(&f, 1, AW_FOREVER, AW_ALL_COMPLETED, NULL);
    }
    if (rc == 0) {
        rc = borrowed || !out ? aw_future_result(f, out)
                              : aw_future_take(f, out);
        /* A gather that was cancelled has failed with that code. */
        if (rc == AW_ECANCELED && !decided)
            rc = AW_ETIMEDOUT;
    }
    aw_unref(f);
    return rc;
}

int aw_wait_for_any(aw_awaitable a, double limit, aw_value *out)
{
    aw_timeout timeout;
    int rc;

    if (limit <= 0)
        return wait_for_nothing(a, out);
    rc = aw_timeout_enter(&timeout, limit);
    if (rc < 0) {
        aw__awaitable_drop(a);
        return rc;
    }
    rc = aw_await_any(a, out);
    return aw_timeout_leave(&timeout, rc);
}
