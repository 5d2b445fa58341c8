#include <string.h>

#include "operations.h"

/*
 * plain: the operations that do not suspend.
 */

static struct arg arg_at(const struct step *step, size_t n)
{
    return step->op->args[n];
}

static aw_future *first(struct step *step)
{
    return scenario_future(step->s, arg_at(step, 0));
}

/* These make a future under a name of its own. */

static int op_create(struct step *step)
{
    struct arg arg = arg_at(step, 0);
    aw_coro coro;

    if (!scenario_begin(step->s, arg.n, &coro))
        return step_say(step, "absent");
    *scenario_place(step->s, (struct arg){'t', arg.n}) =
        aw_create_task(step->s->loop, coro);
    return 0;
}

static int op_member(struct step *step)
{
    aw_group *group = &step->s->groups[arg_at(step, 0).n];
    int n = arg_at(step, 1).n;
    aw_coro coro;
    aw_future *task;

    if (!step->s->group_exists[arg_at(step, 0).n] ||
        !scenario_begin(step->s, n, &coro))
        return step_say(step, "absent");
    task = aw_group_create_task(group, coro);
    if (aw_future_state(task) != AW_PENDING) /* a new task is pending */
        return aw_future_result(task, NULL);
    *scenario_place(step->s, (struct arg){'t', n}) = aw_ref(task);
    return 0;
}

static int op_gather(struct step *step)
{
    aw_future **place = scenario_place(step->s, arg_at(step, 0));
    aw_awaitable xs[ARGS_MAX];
    size_t n = 0;

    if (*place)
        return step_say(step, "absent");
    for (size_t i = 2; i < step->op->n_args; i++)
        n += step_awaitable(step, i, &xs[n]);
    *place = aw_gather(xs, n, arg_at(step, 1).n == 1 ? AW_RETURN_ERRORS : 0);
    return 0;
}

static int op_outer(struct step *step)
{
    aw_future **place = scenario_place(step->s, arg_at(step, 0));
    aw_awaitable what;

    if (*place || !step_awaitable(step, 1, &what))
        return step_say(step, "absent");
    *place = aw_shield(what);
    return 0;
}

/* These act on a future. */

static int op_cancel(struct step *step)
{
    return step_say(step, "%s",
                    aw_future_cancel(first(step)) ? "true" : "false");
}

static int op_value(struct step *step)
{
    return aw_set_value(first(step), value_of(arg_at(step, 1).n));
}

static int op_error(struct step *step)
{
    return aw_set_error(first(step), AW_EUSER - arg_at(step, 1).n);
}

static int op_state(struct step *step)
{
    aw_future *f = first(step);
    aw_value value;
    char room[TOKEN_MAX];
    int rc;

    if (aw_future_state(f) == AW_PENDING)
        return step_say(step, "pending");
    rc = aw_future_result(f, &value);
    if (rc < 0)
        return step_say(step, "%s", token(rc, room, sizeof(room)));
    return step_say(step, "value %s", value_text(value, room, sizeof(room)));
}

static int op_cancelling(struct step *step)
{
    return step_say(step, "%u", aw_task_cancelling(first(step)));
}

static int op_uncancel(struct step *step)
{
    return step_say(step, "%u", aw_task_uncancel(first(step)));
}

static int op_watch(struct step *step)
{
    return aw_add_done(first(step), scenario_tell,
                       &step->s->callbacks[arg_at(step, 1).n]);
}

static int op_unwatch(struct step *step)
{
    return step_say(step, "%zu",
                    aw_remove_done(first(step), scenario_tell,
                                   &step->s->callbacks[arg_at(step, 1).n]));
}

/* These act on something else. */

static int op_set(struct step *step)
{
    aw_event_set(&step->s->events[arg_at(step, 0).n]);
    return 0;
}

static int op_clear(struct step *step)
{
    aw_event_clear(&step->s->events[arg_at(step, 0).n]);
    return 0;
}

static int op_release(struct step *step)
{
    return aw_semaphore_release(&step->s->semaphores[arg_at(step, 0).n]);
}

static int op_soon(struct step *step)
{
    aw_handle **handle = &step->s->handles[arg_at(step, 1).n];

    aw_handle_unref(*handle);
    *handle = NULL;
    return aw_call_soon(step->s->loop, scenario_call,
                        &step->s->callbacks[arg_at(step, 0).n], handle);
}

static int op_later(struct step *step)
{
    aw_handle **handle = &step->s->handles[arg_at(step, 2).n];

    aw_handle_unref(*handle);
    *handle = NULL;
    return aw_call_later(step->s->loop, arg_at(step, 0).n, scenario_call,
                         &step->s->callbacks[arg_at(step, 1).n], handle);
}

static int op_drop(struct step *step)
{
    aw_handle *handle = step->s->handles[arg_at(step, 0).n];

    if (!handle)
        return step_say(step, "absent");
    aw_handle_cancel(handle);
    return 0;
}

static int op_move(struct step *step)
{
    double limit = step_limit(step, 1);

    return aw_timeout_move(&step->s->timeouts[arg_at(step, 0).n],
                           aw_time(step->s->loop) + limit);
}

static int op_expired(struct step *step)
{
    const aw_timeout *timeout = &step->s->timeouts[arg_at(step, 0).n];

    return step_say(step, "%s", aw_timeout_expired(timeout) ? "true" : "false");
}

static const struct operation operations[] = {
    {"create", op_create, false},
    {"member", op_member, false},
    {"gather", op_gather, false},
    {"outer", op_outer, false},
    {"cancel", op_cancel, true},
    {"value", op_value, true},
    {"error", op_error, true},
    {"state", op_state, true},
    {"cancelling", op_cancelling, true},
    {"uncancel", op_uncancel, true},
    {"watch", op_watch, true},
    {"unwatch", op_unwatch, true},
    {"set", op_set, true},
    {"clear", op_clear, true},
    {"release", op_release, true},
    {"soon", op_soon, true},
    {"later", op_later, true},
    {"drop", op_drop, true},
    {"move", op_move, true},
    {"expired", op_expired, true},
};

const struct operation *plain_find(const char *name)
{
    for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
        if (strcmp(operations[i].name, name) == 0)
            return &operations[i];
    return NULL;
}
