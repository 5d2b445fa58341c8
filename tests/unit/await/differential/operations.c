#include "operations.h"

#include <stdarg.h>
#include <string.h>

int step_say(struct step *step, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(step->words, sizeof(step->words), format, args);
    va_end(args);
    return 0;
}

/* Add the outcomes of the gather's members; how many there are. */
static size_t tell_members(struct step *step, aw_future *gather)
{
    size_t length = 0;
    size_t n = 0;
    aw_future *member;

    while ((member = aw_gather_member(gather, n))) {
        char room[TOKEN_MAX];
        aw_value value;
        int rc = aw_future_result(member, &value);

        length += (size_t)snprintf(
            step->words + length, sizeof(step->words) - length, "%s%s%s",
            n > 0 ? ", " : "value [", rc == 0 ? "value " : "",
            rc == 0 ? value_text(value, room, sizeof(room))
                    : token(rc, room, sizeof(room)));
        if (length >= sizeof(step->words) - 1)
            break;
        n++;
    }
    if (n > 0)
        snprintf(step->words + length, sizeof(step->words) - length, "]");
    return n;
}

int step_tell(struct step *step, size_t n, int rc, aw_value value)
{
    aw_future *f = scenario_future(step->s, step->op->args[n]);
    char room[TOKEN_MAX];

    if (rc < 0)
        return rc;
    if (tell_members(step, f) == 0)
        step_say(step, "value %s", value_text(value, room, sizeof(room)));
    return 0;
}

bool step_awaitable(struct step *step, size_t n, aw_awaitable *what)
{
    struct arg arg = step->op->args[n];
    aw_future *f = scenario_future(step->s, arg);
    aw_coro coro;

    if (f)
        *what = aw_of_future(f);
    else if (arg.kind == 'c' && scenario_begin(step->s, arg.n, &coro))
        *what = aw_of_coro(coro);
    else
        return false;
    return true;
}

size_t step_futures(struct step *step, size_t n, aw_future **futures)
{
    size_t found = 0;

    for (size_t i = n; i < step->op->n_args; i++) {
        aw_future *f = scenario_future(step->s, step->op->args[i]);

        if (f)
            futures[found++] = f;
    }
    return found;
}

double step_limit(const struct step *step, size_t n)
{
    int limit = step->op->args[n].n;

    if (limit == NO_LIMIT)
        return AW_FOREVER;
    return limit;
}

/* Whether what the first argument names is there. */
static bool is_there(struct step *step)
{
    struct arg arg = step->op->args[0];

    if (arg.kind == 'x')
        return step->s->timeout_exists[arg.n];
    if (scenario_place(step->s, arg))
        return scenario_future(step->s, arg) != NULL;
    return true;
}

/* The code, after the operation's line has been written. */
static int run_step(struct step *step, const struct operation *operation)
{
    char room[TOKEN_MAX];
    const char *words = step->words;
    int rc;

    if (!operation)
        rc = AW_EINVAL;
    else if (operation->acts && !is_there(step))
        rc = step_say(step, "absent");
    else
        rc = operation->fn(step);

    if (words[0] == '\0')
        words = rc < 0 ? token(rc, room, sizeof(room)) : "ok";
    scenario_say(step->s, step->op->label, "%s", words);
    return rc;
}

void run_plain(struct scenario *s, const struct op *op)
{
    for (; op; op = op->next) {
        struct step step = {.s = s, .op = op};
        const struct operation *operation = plain_find(op->name);

        if (!operation)
            operation = queueing_find(op->name);
        (void)run_step(&step, operation);
    }
}

/* ".": go on whatever came; "c": a cancellation is passed on; "e": an error
   is; "a": both. */
static bool passes_on(char policy, int code)
{
    return policy == 'a' || policy == (code == AW_ECANCELED ? 'c' : 'e');
}

/* Prints nothing of its own; of the two blocks, what comes last wins. */
static int run_try(struct frame *frame, const struct op *op)
{
    int rc = run_block(frame, op->blocks[0]);
    bool returned = frame->returned;
    int last;

    frame->returned = false;
    last = run_block(frame, op->blocks[1]);
    if (last < 0 || frame->returned)
        return last;
    frame->returned = returned;
    return rc;
}

static int run_op(struct frame *frame, const struct op *op)
{
    struct step step = {.s = frame->scenario, .frame = frame, .op = op};
    const struct operation *operation = plain_find(op->name);
    int rc;

    if (!operation)
        operation = suspending_find(op->name);
    if (!operation)
        operation = queueing_find(op->name);
    rc = run_step(&step, operation);

    return rc < 0 && passes_on(op->policy, rc) ? rc : 0;
}

int run_block(struct frame *frame, const struct op *op)
{
    for (; op; op = op->next) {
        bool is_try = strcmp(op->name, "try") == 0;
        int rc = is_try ? run_try(frame, op) : run_op(frame, op);

        if (rc < 0 || frame->returned)
            return rc;
    }
    return 0;
}
