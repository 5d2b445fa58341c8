#include "await/internal.h"

/*
 * await: suspending the current task until something is decided.
 */

/* A task that awaits a future. */
struct future_wait {
    struct wait wait;
    struct watch watch;
    struct task *task;
    bool given;
};

static bool cancel_future(struct wait *wait)
{
    return wait->future->ops->cancel(wait->future);
}

static void abandon_future(struct wait *wait)
{
    struct future_wait *w = container_of(wait, struct future_wait, wait);

    aw__watch_stop(&w->watch);
    aw_unref(wait->future); /* the await's own */
    if (w->given)
        aw_unref(wait->future);
}

static void on_done(aw_future *f, void *data)
{
    (void)f;
    aw__task_step(data);
}

static int suspend_on(struct task *t, aw_future *f, bool given)
{
    struct future_wait w = {.wait = {f, cancel_future, abandon_future, NULL},
                            .task = t,
                            .given = given};
    int rc = aw__watch_start(&w.watch, f, on_done, t);

    if (rc < 0)
        return rc;
    aw_ref(f); /* whoever else holds it may let go meanwhile */
    rc = aw__task_suspend(t, &w.wait);
    aw__watch_stop(&w.watch);
    if (rc < 0)
        (void)f->ops->result(f, NULL); /* told, if not heard: it is read */
    aw_unref(f);
    return rc;
}

static int await_future(aw_future *f, bool given, aw_value *out)
{
    struct task *t = aw__task_current();
    int rc = 0;

    if (!f)
        return AW_EINVAL;
    if (aw_future_state(f) == AW_PENDING) {
        if (!t)
            rc = AW_ENOTASK;
        else if (f == &t->future.base)
            rc = AW_ESELF;
        else if (aw_future_loop(f) != t->future.loop)
            rc = AW_EOTHERLOOP;
        else
            rc = suspend_on(t, f, given);
    }
    if (rc == 0)
        rc = given && out ? aw_future_take(f, out) : aw_future_result(f, out);
    if (given)
        aw_unref(f);
    return rc;
}

/* An argument that goes with the call, also where the task is destroyed in
   the middle of it. */
struct owned {
    struct scope scope;
    aw_coro coro;
};

void aw__argument_abandon(struct scope *scope)
{
    aw__coro_drop(container_of(scope, struct owned, scope)->coro);
}

static int call(aw_coro coro, aw_value *ret)
{
    struct task *t = coro.drop ? aw__task_current() : NULL;
    struct owned owned = {.coro = coro};
    int rc;

    if (!coro.fn)
        return AW_EINVAL;
    if (t)
        aw__scope_enter(t, &owned.scope, SCOPE_ARGUMENT);
    rc = coro.fn(coro.arg, ret);
    if (t)
        aw__scope_leave(t, &owned.scope);
    return rc;
}

/* In the same task, on the same stack: a function call. */
static int await_coro(aw_coro coro, aw_value *out)
{
    aw_value ret = {0};
    int rc = call(coro, &ret);

    aw__coro_drop(coro);
    if (rc < 0 || !out)
        aw__value_drop(ret);
    else
        *out = ret;
    return rc < 0 ? rc : 0;
}

int aw_await_any(aw_awaitable a, aw_value *out)
{
    if (a.kind == AW_IS_CORO)
        return await_coro(a.of.coro, out);
    return await_future(a.of.future, a.kind == AW_IS_GIVEN, out);
}

/* Giving way: back to the end of the queue. Nothing to cancel: a request is
   met when the step comes. */
static void abandon_step(struct wait *wait)
{
    (void)wait;
}

#define NEXT_TURN                                 \
    {                                             \
        NULL, NULL, abandon_step, "its next turn" \
    }

static int give_way(struct task *t)
{
    struct wait wait = NEXT_TURN;

    aw__loop_append(t->future.loop, &t->step);
    return aw__task_suspend(t, &wait);
}

int aw_yield(void)
{
    struct wait wait = NEXT_TURN;
    struct task *t = aw__task_current();

    if (!t)
        return AW_ENOTASK;
    aw__loop_append(t->future.loop, &t->step);
    aw__task_leave(t, &wait);
    return 0;
}

int aw_sleep(double seconds)
{
    struct task *t = aw__task_current();
    struct park park;
    int64_t ns;
    int rc;

    if (!aw__ns_from_seconds(seconds, &ns))
        return AW_EINVAL;
    if (!t)
        return AW_ENOTASK;
    if (ns <= 0)
        return give_way(t);
    aw__park_init(&park, t);
    park.wait.what = "the end of a sleep";
    rc = aw__park_wait_until(&park, aw__deadline_after(t->future.loop, ns));
    return rc == AW_ETIMEDOUT ? 0 : rc;
}
