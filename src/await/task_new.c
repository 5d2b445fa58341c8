#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "await/internal.h"

/*
 * task_new: the task as an object: its class, its making, its name, and its
 * destruction with a loop that closes.
 */

static void task_unref_op(aw_future *f)
{
    struct task *t = task_of(f);

    if (--t->future.refs > 0)
        return;
    t->future.refs = 1;
    aw__future_release(&t->future); /* its report wants the name */
    free(t->name);
    free(t);
}

static void task_ref_op(aw_future *f)
{
    future_of(f)->refs++;
}

static const char *task_name_op(const aw_future *f)
{
    struct task *t = task_of((void *)f);

    if (t->name)
        return t->name;
    if (t->made_up[0] == '\0')
        snprintf(t->made_up, sizeof(t->made_up), "Task-%lu", t->number);
    return t->made_up;
}

static int task_set_name_op(aw_future *f, const char *name)
{
    struct task *t = task_of(f);
    char *copy = strdup(name);

    if (!copy)
        return AW_ENOMEM;
    free(t->name);
    t->name = copy;
    return 0;
}

const aw_future_ops aw_task_ops = {
    .kind = "task",
    .ref = task_ref_op,
    .unref = task_unref_op,
    .loop = aw__future_loop_op,
    .state = aw__future_state_op,
    .result = aw__future_result_op,
    .take = aw__future_take_op,
    .cancel = aw__future_pass_op,
    .add_done = aw__future_add_done_op,
    .remove_done = aw__future_remove_done_op,
    .name = task_name_op,
    .set_name = task_set_name_op,
    .base = &aw__own_marker,
};

aw_future *aw_task_new_as(aw_loop *loop, aw_coro coro, const aw_future_ops *ops,
                          size_t extra)
{
    struct task *t = NULL;
    int code = AW_ENOMEM;

    loop = aw__loop_or_current(loop);
    if (!loop)
        code = aw__no_loop();
    else if (loop->closed)
        code = AW_ECLOSED;
    else if (!coro.fn || ops->base != &aw__own_marker)
        code = AW_EINVAL;
    else if (extra < SIZE_MAX - sizeof(*t))
        t = aw__memory(sizeof(*t) + extra);
    if (!t) {
        aw__coro_drop(coro);
        return aw__future_failed(loop, code);
    }
    aw__future_init(&t->future, loop, ops);
    t->future.is_task = true;
    t->future.sealed = true;
    t->future.refs = 2; /* the caller's, and its own until it ends */
    t->coro = coro;
    t->number = ++loop->task_number;
    list_init(&t->scopes);
    list_append(&loop->tasks, &t->all);
    t->step.class = &aw__task_step_class;
    aw__loop_append(loop, &t->step);
    return &t->future.base;
}

void *aw_task_extra(aw_future *f)
{
    struct task *t = aw__task_own(f);

    return t ? t->extra : NULL;
}

aw_future *aw_task_new(aw_loop *loop, aw_coro coro)
{
    return aw_task_new_as(loop, coro, &aw_task_ops, 0);
}

aw_future *aw_eager_task_factory(aw_loop *loop, aw_coro coro, void *data)
{
    aw_future *f = aw_task_new(loop, coro);

    (void)data;
    (void)aw_task_start(f); /* or in its turn */
    return f;
}

void aw_set_task_factory(aw_loop *loop, aw_task_factory factory, void *data)
{
    loop = aw__loop_or_current(loop);
    if (!loop)
        return;
    loop->factory = factory;
    loop->factory_data = factory ? data : NULL;
}

aw_task_factory aw_get_task_factory(const aw_loop *loop, void **data)
{
    if (!loop)
        loop = aw_get_event_loop();
    if (loop && data)
        *data = loop->factory_data;
    return loop ? loop->factory : NULL;
}

aw_future *aw_create_task(aw_loop *loop, aw_coro coro)
{
    aw_future *f;

    loop = aw__loop_or_current(loop);
    if (!loop || !loop->factory || loop->closed)
        return aw_task_new(loop, coro);
    f = loop->factory(loop, coro, loop->factory_data);
    return f ? f : aw__future_failed(loop, AW_ENOMEM);
}

aw_future *aw_ensure_future_any(aw_awaitable a, aw_loop *loop)
{
    aw_future *f = a.of.future;

    if (a.kind == AW_IS_CORO)
        return aw_create_task(loop, a.of.coro);
    if (!f)
        return aw__future_failed(aw__loop_or_current(loop), AW_EINVAL);
    if (loop && aw_future_loop(f) != loop) {
        aw__awaitable_drop(a);
        return aw__future_failed(loop, AW_EOTHERLOOP);
    }
    return a.kind == AW_IS_GIVEN ? f : aw_ref(f);
}

/* Names and lists. */

const char *aw_task_name(const aw_future *f)
{
    return f->ops->name ? f->ops->name(f) : NULL;
}

int aw_task_set_name(aw_future *f, const char *name)
{
    if (!f->ops->set_name || !name)
        return AW_EINVAL;
    return f->ops->set_name(f, name);
}

size_t aw_all_tasks(aw_loop *loop, aw_future **out, size_t room)
{
    size_t n = 0;

    loop = aw__loop_or_current(loop);
    if (!loop)
        return 0;
    for (struct link *l = loop->tasks.next; l != &loop->tasks; l = l->next) {
        struct task *t = container_of(l, struct task, all);

        if (t->future.state != AW_PENDING)
            continue; /* aw_run() has yet to look at it */
        if (n < room)
            out[n] = aw_ref(&t->future.base);
        n++;
    }
    return n;
}

/* The end of a loop. */

static void destroy(struct task *t)
{
    aw__report(t->future.loop,
               &(aw_report){.kind = AW_DESTROYED_PENDING,
                            .task = aw_task_name(&t->future.base)});
    t->abandoned = true;
    link_remove(&t->step.link);
    if (t->waits_for)
        t->waits_for->abandon(t->waits_for);
    t->waits_for = NULL;
    aw__scopes_abandon(t);
    aw__task_release_stack(t);
    aw__coro_drop(t->coro);
    t->coro.drop = NULL;
    aw__value_drop(t->ret);
    t->ret = (aw_value){0};
    aw_unref(&t->future.base);
}

/* Suspended stacks cannot be unwound: what they own themselves stays. */
void aw__tasks_destroy(aw_loop *loop)
{
    struct link *link;

    while ((link = list_pop(&loop->tasks)))
        destroy(container_of(link, struct task, all));
}
