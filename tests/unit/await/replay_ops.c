#include "replay.h"

#include <string.h>

/* The programs' operations. Each tells what came of it in `text`. */

static aw_future *thing(const struct run *r, int n)
{
    return n < 10 ? r->futures[n] : r->tasks[n - 10];
}

static void on_done(aw_future *f, void *arg)
{
    struct player *p = arg;
    char text[32];

    say(p->run, "callback of %s: %s", p->name, state(text, sizeof(text), f));
}

/* Two members may play the same script, but not at the same time. */
static double limit_of(const struct player *p, int n)
{
    return ((double)n + 7919 * (double)strtol(p->name + 1, NULL, 10)) * UNIT;
}

/* An operation that cannot fail, in a word. */
static int done(char *text, const char *word)
{
    snprintf(text, TEXT, "%s", word);
    return 0;
}

static int do_group(struct player *p, const struct op *op, char *text)
{
    aw_group g;
    int errors[8], rc = aw_group_enter(&g);
    size_t n = 8;

    require(rc == 0);
    for (int i = 0; i < op->args[0]; i++)
        aw_group_create_task(
            &g, aw_call(run_player,
                        player_new(p->run, TASKS + i % (SCRIPTS - TASKS), 'm',
                                   ++p->run->members)));
    rc = aw_group_leave(&g, run_ops(p, op + 1, op->args[1]), errors, &n);
    if (rc <= AW_EUSER) {
        char list[80] = "";

        for (size_t i = 0; i < n; i++)
            snprintf(list + strlen(list), sizeof(list) - strlen(list), " %d",
                     AW_EUSER - errors[i]);
        say(p->run, "%s errors%s", p->name, list);
    }
    return rc == 0 ? done(text, "ok") : rc;
}

static int do_timeout(struct player *p, const struct op *op, char *text)
{
    static const double limits[] = {AW_FOREVER, 0, -1};
    aw_timeout t;

    require(aw_timeout_enter(&t, limits[op->args[0]]) == 0);
    int rc = aw_timeout_leave(&t, run_ops(p, op + 1, op->args[1]));
    if (rc == 0)
        snprintf(text, TEXT, "ok %s",
                 aw_timeout_expired(&t) ? "true" : "false");
    return rc;
}

static int do_gather(struct player *p, const struct op *op, char *text)
{
    aw_awaitable xs[ARGS] = {{0}};
    char one[32];
    size_t n = (size_t)op->n - 1;

    for (size_t i = 0; i < n; i++)
        xs[i] = aw_any(thing(p->run, op->args[i + 1]));
    aw_future *g = aw_gather(xs, n, op->args[0] == 1 ? AW_RETURN_ERRORS : 0);
    int rc = aw_await(g, NULL);
    if (rc == 0) {
        snprintf(text, TEXT, "[");
        for (size_t i = 0; i < n; i++) {
            const char *s = state(one, sizeof(one), aw_gather_member(g, i));

            if (strncmp(s, "value ", 6) == 0)
                s += 6;
            snprintf(text + strlen(text), TEXT - strlen(text), "%s%s",
                     i ? " " : "", s);
        }
        snprintf(text + strlen(text), TEXT - strlen(text), "]");
    }
    aw_unref(g);
    return rc;
}

static int do_wait(struct player *p, const struct op *op, char *text)
{
    static const aw_wait_mode modes[] = {AW_ALL_COMPLETED, AW_FIRST_COMPLETED,
                                         AW_FIRST_ERROR};
    aw_future *fs[ARGS];
    size_t n = 0, is_done = 0;

    for (int i = 1; i < op->n; i++) {
        bool again = false;

        for (int k = 1; k < i; k++)
            again = again || op->args[k] == op->args[i];
        if (!again)
            fs[n++] = thing(p->run, op->args[i]);
    }
    int rc = aw_wait(fs, n, AW_FOREVER, modes[op->args[0]], &is_done);
    if (rc == 0)
        snprintf(text, TEXT, "%zu %zu", is_done, n - is_done);
    return rc;
}

static int do_settle(struct player *p, const struct op *op, char *text)
{
    aw_future *f = p->run->futures[op->args[0]];
    int rc = op->name[0] == 's' ? aw_set_value(f, (aw_value){p->name, NULL})
                                : aw_set_error(f, AW_EUSER - p->script);

    require(rc == 0 || rc == AW_ESTATE);
    return done(text, rc == 0 ? "ok" : "refused");
}

static int do_await(struct player *p, const struct op *op, char *text)
{
    aw_future *f = thing(p->run, op->args[op->n - 1]);
    aw_value value = {0};
    int rc;

    if (op->name[0] == 's') { /* shield */
        aw_future *s = aw_shield(f);

        rc = aw_await(s, &value);
        aw_unref(s);
    } else if (op->name[0] == 'w') { /* waitfor */
        double limit = op->args[0] == 1   ? AW_FOREVER
                       : op->args[0] == 0 ? 0
                                          : limit_of(p, op->args[0]);

        rc = aw_wait_for(f, limit, &value);
    } else {
        rc = aw_await(f, &value);
    }
    return rc == 0 ? (tell(text, TEXT, 0, value), 0) : rc;
}

static int do_wait_max(struct player *p, const struct op *op, char *text)
{
    aw_future *f = thing(p->run, op->args[1]);
    size_t is_done = 0;
    int rc =
        aw_wait(&f, 1, limit_of(p, op->args[0]), AW_ALL_COMPLETED, &is_done);

    if (rc == 0)
        snprintf(text, TEXT, "%zu %zu", is_done, 1 - is_done);
    return rc;
}

static int do_limit(struct player *p, const struct op *op, char *text)
{
    aw_timeout t;

    require(aw_timeout_enter(&t, limit_of(p, op->args[0])) == 0);
    if (op->args[2] != 0)
        require(aw_timeout_move(&t, aw_time(NULL) + limit_of(p, op->args[2])) ==
                0);
    int rc = aw_timeout_leave(&t, run_ops(p, op + 1, op->args[1]));
    if (rc == 0)
        snprintf(text, TEXT, "ok %s",
                 aw_timeout_expired(&t) ? "true" : "false");
    return rc;
}

static int do_yield(struct player *p, const struct op *op, char *text)
{
    (void)p;
    for (int i = 0; i < op->args[0]; i++) {
        int rc = aw_sleep(0);

        if (rc < 0)
            return rc;
    }
    return done(text, "ok");
}

static int do_uncancel(struct player *p, const struct op *op, char *text)
{
    unsigned before = aw_task_cancelling(aw_current_task());

    (void)p, (void)op;
    snprintf(text, TEXT, "%u %u", before, aw_task_uncancel(aw_current_task()));
    return 0;
}

static int do_cancel(struct player *p, const struct op *op, char *text)
{
    bool did = aw_future_cancel(thing(p->run, op->args[0]));

    return done(text, did ? "true" : "false");
}

static int ok(char *text, int rc)
{
    return rc == 0 ? done(text, "ok") : rc;
}

static int do_sleep(struct player *p, const struct op *op, char *text)
{
    return ok(text, aw_sleep(limit_of(p, op->args[0])));
}

static int do_acquire(struct player *p, const struct op *op, char *text)
{
    (void)op;
    return ok(text, aw_semaphore_acquire(&p->run->semaphore));
}

static int do_release(struct player *p, const struct op *op, char *text)
{
    (void)op;
    return ok(text, aw_semaphore_release(&p->run->semaphore));
}

static int do_event_wait(struct player *p, const struct op *op, char *text)
{
    (void)op;
    return ok(text, aw_event_wait(&p->run->event));
}

static int do_event(struct player *p, const struct op *op, char *text)
{
    if (op->name[1] == 's') /* eset */
        aw_event_set(&p->run->event);
    else
        aw_event_clear(&p->run->event);
    return done(text, "ok");
}

static int do_add_done(struct player *p, const struct op *op, char *text)
{
    return ok(text, aw_add_done(thing(p->run, op->args[0]), on_done, p));
}

static const struct {
    const char *name;
    int (*fn)(struct player *p, const struct op *op, char *text);
} operations[] = {{"yield", do_yield},      {"sleep", do_sleep},
                  {"await", do_await},      {"shield", do_await},
                  {"waitfor", do_await},    {"waitmax", do_wait_max},
                  {"set", do_settle},       {"fail", do_settle},
                  {"wait", do_wait},        {"gather", do_gather},
                  {"group", do_group},      {"timeout", do_timeout},
                  {"limit", do_limit},      {"uncancel", do_uncancel},
                  {"cancel", do_cancel},    {"cancelf", do_cancel},
                  {"acquire", do_acquire},  {"release", do_release},
                  {"ewait", do_event_wait}, {"eset", do_event},
                  {"eclear", do_event},     {"adddone", do_add_done}};

static int do_op(struct player *p, const struct op *op, char *text)
{
    for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
        if (strcmp(op->name, operations[i].name) == 0)
            return operations[i].fn(p, op, text);
    }
    require(!"an operation");
    return AW_EINVAL;
}

/* Those with a body say how many operations it has. */
static int body_length(const struct op *op)
{
    static const char *const scopes[] = {"group", "timeout", "limit"};

    for (size_t i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++) {
        if (strcmp(op->name, scopes[i]) == 0)
            return op->args[1];
    }
    return 0;
}

int run_ops(struct player *p, const struct op *ops, int n)
{
    for (int i = 0; i < n; i += 1 + body_length(&ops[i])) {
        const struct op *op = &ops[i];
        char text[TEXT];
        int rc = do_op(p, op, text);

        if (rc < 0)
            tell(text, sizeof(text), rc, (aw_value){0});
        say(p->run, "%s %s %s", p->name, op->name, text);
        if (rc < 0 && !op->goes_on)
            return rc == AW_ETIMEDOUT ? AW_EUSER - 99 : rc;
    }
    return 0;
}
