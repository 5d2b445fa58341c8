#include "await/task.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "await/internal.h"

struct task *aw__task_own(const aw_future *f)
{
    struct future *own = aw__future_own(f);

    return own && own->is_task ? task_of(own) : NULL;
}

struct task *aw__task_current(void)
{
    aw_loop *loop = aw_get_running_loop();

    return loop ? loop->current : NULL;
}

aw_future *aw_current_task(void)
{
    struct task *t = aw__task_current();

    return t ? &t->future.base : NULL;
}

/* Steps. */

static void run_function(void *arg)
{
    struct task *t = arg;

    t->code = t->coro.fn(t->coro.arg, &t->ret);
}

void aw__task_release_stack(struct task *t)
{
    struct stack *stack = t->coroutine.stack;

    if (!stack)
        return;
    aw__coroutine_destroy(&t->coroutine);
    t->coroutine.stack = NULL;
    aw__stacks_give(&t->future.loop->stacks, stack);
}

/* The function has ended, or never will begin. */
static void end(struct task *t, int code)
{
    aw_loop *loop = t->future.loop;
    aw_value ret = t->ret;

    aw__task_release_stack(t);
    aw__coro_drop(t->coro);
    t->coro.drop = NULL;
    t->ret = (aw_value){0};
    if (!t->doomed)
        link_remove(&t->all);
    else if (--loop->doomed == 0)
        aw_stop(loop);

    if (code == AW_ECANCELED || (code >= 0 && aw__request_is_due(t))) {
        aw__value_drop(ret);
        aw__future_decide(&t->future, AW_CANCELLED, 0, (aw_value){0});
    } else if (code < 0) {
        aw__value_drop(ret);
        aw__future_decide(&t->future, AW_ERROR, code, (aw_value){0});
    } else {
        aw__future_decide(&t->future, AW_VALUE, 0, ret);
    }
    aw_unref(&t->future.base); /* the one a pending task holds on itself */
}

/* At the first step: a task cancelled before it costs no stack. False: the
   task ended instead. */
static bool start(struct task *t)
{
    aw_loop *loop = t->future.loop;
    struct stack *stack;

    t->started = true;
    if (t->must_cancel) {
        t->must_cancel = false;
        end(t, AW_ECANCELED);
        return false;
    }
    stack = aw__stacks_take(&loop->stacks);
    if (!stack) {
        end(t, AW_ENOMEM);
        return false;
    }
    aw__coroutine_create(&t->coroutine, &loop->home, &loop->stacks, stack,
                         run_function, t);
    return true;
}

static void resume(struct task *t)
{
    aw_loop *loop = t->future.loop;
    struct task *outer = loop->current; /* that it was begun by, at once */
    bool debug = loop->debug;
    uint64_t began = debug ? uv_hrtime() : 0;
    int64_t took;

    loop->current = t;
    if (outer)
        aw__coroutine_resume_within(&t->coroutine, &loop->stacks);
    else
        aw__coroutine_resume(&t->coroutine, &loop->stacks);
    loop->current = outer;
    if (!debug)
        return;
    loop->stepped = true;
    took = (int64_t)(uv_hrtime() - began);
    if (took > loop->slow_ns)
        aw__report(loop, &(aw_report){.kind = AW_SLOW,
                                      .task = aw_task_name(&t->future.base),
                                      .seconds = (double)took * 1e-9});
}

void aw__task_step(struct task *t)
{
    if (!t->started && !start(t))
        return;
    resume(t);
    if (t->coroutine.ended)
        end(t, t->code);
}

int aw_task_start(aw_future *f)
{
    struct task *t = aw__task_own(f);
    aw_loop *loop;

    if (!t)
        return AW_EINVAL;
    loop = t->future.loop;
    if (t->started || t->future.state != AW_PENDING || loop->in_uv ||
        loop != aw_get_running_loop())
        return AW_ESTATE;
    link_remove(&t->step.link);
    aw__task_step(t);
    return 0;
}

static void run_step(aw_loop *loop, struct entry *entry)
{
    (void)loop;
    aw__task_step(container_of(entry, struct task, step));
}

/* aw__tasks_destroy() has dealt with the task. */
static void discard_step(struct entry *entry)
{
    (void)entry;
}

const struct entry_class aw__task_step_class = {run_step, discard_step};

void aw__task_leave(struct task *t, struct wait *wait)
{
    t->waits_for = wait;
    aw__coroutine_yield(&t->coroutine);
    t->waits_for = NULL;
}

int aw__task_suspend(struct task *t, struct wait *wait)
{
    if (aw__request_is_due(t) && wait->cancel) {
        t->waits_for = wait;
        aw__request_meet(t); /* a circle may lead back here and note it */
        if (!wait->cancel(wait))
            t->must_cancel = true; /* told below */
    }
    aw__task_leave(t, wait);
    if (!aw__request_is_due(t))
        return 0;
    aw__request_meet(t);
    return AW_ECANCELED;
}
