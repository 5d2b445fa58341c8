#include <string.h>

#include "operations.h"

/*
 * suspending: the operations that wait, the blocks, and the ways out of a
 * body.
 */

static int op_sleep(struct step *step)
{
    return aw_sleep(step->op->args[0].n);
}

static int op_await(struct step *step)
{
    aw_awaitable what;
    aw_value value;

    if (!step_awaitable(step, 0, &what))
        return step_say(step, "absent");
    return step_tell(step, 0, aw_await(what, &value), value);
}

static int op_shield(struct step *step)
{
    aw_awaitable what;
    aw_future *outer;
    aw_value value;
    int rc;

    if (!step_awaitable(step, 0, &what))
        return step_say(step, "absent");
    outer = aw_shield(what);
    rc = aw_await(outer, &value);
    (void)step_tell(step, 0, rc, value);
    aw_unref(outer);
    return rc;
}

static int op_wait_for(struct step *step)
{
    aw_awaitable what;
    aw_value value;

    if (!step_awaitable(step, 1, &what))
        return step_say(step, "absent");
    return step_tell(step, 1, aw_wait_for(what, step_limit(step, 0), &value),
                     value);
}

static aw_wait_mode mode_of(char letter)
{
    switch (letter) {
    case 'f':
        return AW_FIRST_COMPLETED;
    case 'e':
        return AW_FIRST_ERROR;
    default:
        return AW_ALL_COMPLETED;
    }
}

static bool is_among(const aw_future *f, aw_future *const *fs, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (fs[i] == f)
            return true;
    return false;
}

static int op_wait(struct step *step)
{
    const struct op *op = step->op;
    aw_future *named[ARGS_MAX]; /* when the wait began */
    aw_future *fs[ARGS_MAX];
    size_t n = step_futures(step, 2, fs);
    size_t done;
    int length;
    int rc;

    for (size_t i = 2; i < op->n_args; i++)
        named[i] = scenario_future(step->s, op->args[i]);
    rc = aw_wait(fs, n, step_limit(step, 1), mode_of(op->args[0].kind), &done);
    if (rc < 0)
        return rc;
    length = snprintf(step->words, sizeof(step->words), "done %zu", done);
    for (size_t i = 2; i < op->n_args; i++)
        if (is_among(named[i], fs, done))
            length +=
                snprintf(step->words + length, sizeof(step->words) - length,
                         " %c%d", op->args[i].kind, op->args[i].n);
    return 0;
}

/* More than one is decided already: on the other side a set decides which of
   them comes first. */
static bool is_ambiguous(aw_future *const *fs, size_t n)
{
    size_t decided = 0;

    for (size_t i = 0; i < n; i++)
        if (!is_among(fs[i], fs, i) && aw_future_state(fs[i]) != AW_PENDING)
            decided++;
    return decided > 1;
}

/* Take outcomes, a line each, up to the last one or a cancelled one. */
static int take_all(struct step *step, aw_completions *completions)
{
    for (;;) {
        aw_future *f = NULL;
        aw_value value;
        char room[TOKEN_MAX];
        int rc = aw_next(completions, &f);

        if (rc == AW_EEND)
            return 0;
        if (rc == 0)
            rc = aw_future_result(f, &value);
        if (rc == AW_ECANCELED)
            return rc;
        if (rc == 0)
            scenario_say(step->s, step->op->label, "value %s",
                         value_text(value, room, sizeof(room)));
        else
            scenario_say(step->s, step->op->label, "%s",
                         token(rc, room, sizeof(room)));
    }
}

static int op_completed(struct step *step)
{
    aw_future *fs[ARGS_MAX];
    aw_awaitable xs[ARGS_MAX];
    size_t n = step_futures(step, 1, fs);
    aw_completions *completions;
    int rc;

    if (is_ambiguous(fs, n))
        return step_say(step, "skipped");
    for (size_t i = 0; i < n; i++)
        xs[i] = aw_of_future(fs[i]);
    completions = aw_as_completed(xs, n, step_limit(step, 0));
    rc = take_all(step, completions);
    aw_completions_free(completions);
    return rc;
}

static int op_event(struct step *step)
{
    return aw_event_wait(&step->s->events[step->op->args[0].n]);
}

static int op_acquire(struct step *step)
{
    return aw_semaphore_acquire(&step->s->semaphores[step->op->args[0].n]);
}

static int op_timeout(struct step *step)
{
    int n = step->op->args[0].n;
    aw_timeout *timeout = &step->s->timeouts[n];
    int rc = aw_timeout_enter(timeout, step_limit(step, 1));

    if (rc < 0)
        return rc;
    step->s->timeout_exists[n] = true;
    rc = run_block(step->frame, step->op->blocks[0]);
    return aw_timeout_leave(timeout, rc);
}

static int op_group(struct step *step)
{
    int n = step->op->args[0].n;
    aw_group *group = &step->s->groups[n];
    int errors[2 * OBJECTS_MAX];
    size_t n_errors = sizeof(errors) / sizeof(errors[0]);
    int length = 0;
    int rc = aw_group_enter(group);

    if (rc < 0)
        return rc;
    step->s->group_exists[n] = true;
    rc = run_block(step->frame, step->op->blocks[0]);
    rc = aw_group_leave(group, rc, errors, &n_errors);
    for (size_t i = 0; i < n_errors; i++) {
        char room[TOKEN_MAX];

        length += snprintf(step->words + length, sizeof(step->words) - length,
                           "%s%s%s", i == 0 ? "group(" : ", ",
                           token(errors[i], room, sizeof(room)),
                           i == n_errors - 1 ? ")" : "");
    }
    return rc;
}

static int op_return(struct step *step)
{
    step->frame->value = step->op->args[0].n;
    step->frame->returned = true;
    return 0;
}

static int op_fail(struct step *step)
{
    return AW_EUSER - step->op->args[0].n;
}

static int op_cancelled(struct step *step)
{
    (void)step;
    return AW_ECANCELED;
}

static const struct operation operations[] = {
    {"sleep", op_sleep, false},         {"await", op_await, false},
    {"shield", op_shield, false},       {"wait_for", op_wait_for, false},
    {"wait", op_wait, false},           {"completed", op_completed, false},
    {"event", op_event, false},         {"acquire", op_acquire, false},
    {"timeout", op_timeout, false},     {"group", op_group, false},
    {"return", op_return, false},       {"fail", op_fail, false},
    {"cancelled", op_cancelled, false},
};

const struct operation *suspending_find(const char *name)
{
    for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
        if (strcmp(operations[i].name, name) == 0)
            return &operations[i];
    return NULL;
}
