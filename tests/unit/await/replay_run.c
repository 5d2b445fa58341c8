#include "replay.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "await/await.h"

/* The programs' operations. Each says its name and what came of it. */

#define UNIT 1e-3 /* seconds */

struct run {
    const struct program *program;
    aw_future *futures[FUTURES], *tasks[TASKS];
    aw_semaphore semaphore;
    aw_event event;
    int turn, members;
    double began;
    bool ticking, quiet;
    char trace[sizeof(((struct program *)0)->trace)];
    size_t length;
    /* Members tell of their names as long as they are known. */
    struct player {
        struct run *run;
        int script;
        char name[8];
    } players[64];
    int n_players;
};

void script_parse(struct script *s, const char *line)
{
    char copy[LINE], *saved = NULL;

    *s = (struct script){0};
    snprintf(copy, sizeof(copy), "%s", line);
    copy[strcspn(copy, "\n")] = '\0';
    for (char *op = strtok_r(copy, ";", &saved); op;
         op = strtok_r(NULL, ";", &saved)) {
        struct op *o = &s->ops[s->n];
        char *inner = NULL, *word = strtok_r(op, " ", &inner);

        if (strcmp(word, "end") == 0) {
            snprintf(s->end, sizeof(s->end), "%s", inner);
            return;
        }
        snprintf(o->name, sizeof(o->name), "%s", word);
        while ((word = strtok_r(NULL, " ", &inner))) {
            if (*word == 'p' || *word == 's') {
                o->goes_on = *word == 's';
                break;
            }
            require(o->n < ARGS);
            o->args[o->n++] = (int)strtol(word, NULL, 10);
        }
        require(++s->n < OPS);
    }
}

static bool is_timed(const struct run *r)
{
    return r->program->number % 2 == 1;
}

/* The turn, or the time. */
static long now(const struct run *r)
{
    return is_timed(r) ? lround((aw_time(NULL) - r->began) / UNIT) : r->turn;
}

static void say(struct run *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void say(struct run *r, const char *format, ...)
{
    size_t room = sizeof(r->trace) - r->length - 1;
    char *at = r->trace + r->length;
    va_list args;

    if (r->quiet)
        return;
    size_t n = (size_t)snprintf(at, room, "%ld: ", now(r));
    va_start(args, format);
    n += (size_t)vsnprintf(at + n, room - n, format, args);
    va_end(args);
    require(n + 1 < room);
    at[n] = '\n';
    at[n + 1] = '\0';
    r->length += n + 1;
}

static void tick(void *arg)
{
    struct run *r = arg;

    r->turn++;
    if (r->ticking)
        require(aw_call_soon(NULL, tick, r, NULL) == 0);
}

static aw_future *thing(const struct run *r, int n)
{
    return n < 10 ? r->futures[n] : r->tasks[n - 10];
}

static const char *tell(char *text, size_t room, int rc, aw_value value)
{
    if (rc == 0)
        snprintf(text, room, "value %s",
                 value.ptr ? (const char *)value.ptr : "none");
    else if (rc == AW_ECANCELED)
        snprintf(text, room, "cancelled");
    else if (rc == AW_ETIMEDOUT)
        snprintf(text, room, "timeout");
    else
        snprintf(text, room, "error %d", AW_EUSER - rc);
    return text;
}

static const char *state(char *text, size_t room, aw_future *f)
{
    aw_value value = {0};

    if (aw_future_state(f) == AW_PENDING)
        return "pending";
    int rc = aw_future_result(f, &value);
    return tell(text, room, rc, value);
}

static void on_done(aw_future *f, void *arg)
{
    struct player *p = arg;
    char text[32];

    say(p->run, "callback of %s: %s", p->name, state(text, sizeof(text), f));
}

static int run_player(void *arg, aw_value *ret);
static int run_ops(struct player *p, const struct op *ops, int n);

static struct player *player_new(struct run *r, int script, char kind, int n)
{
    struct player *p = &r->players[r->n_players++];

    require(r->n_players < 64);
    *p = (struct player){.run = r, .script = script};
    snprintf(p->name, sizeof(p->name), "%c%d", kind, n);
    return p;
}

/* Two members may play the same script, but not at the same time. */
static double limit_of(const struct player *p, int n)
{
    return ((double)n + 7919 * (double)strtol(p->name + 1, NULL, 10)) * UNIT;
}

/* An operation that cannot fail, in a word. */
static int done(char *text, size_t room, const char *word)
{
    snprintf(text, room, "%s", word);
    return 0;
}

static int do_group(struct player *p, const struct op *op,
                    const struct op *body, char *text, size_t room)
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
    rc = aw_group_leave(&g, run_ops(p, body, op->args[1]), errors, &n);
    if (rc <= AW_EUSER) {
        char list[80] = "";

        for (size_t i = 0; i < n; i++)
            snprintf(list + strlen(list), sizeof(list) - strlen(list), " %d",
                     AW_EUSER - errors[i]);
        say(p->run, "%s errors%s", p->name, list);
    }
    return rc == 0 ? done(text, room, "ok") : rc;
}

static int do_timeout(struct player *p, const struct op *op,
                      const struct op *body, char *text, size_t room)
{
    static const double limits[] = {AW_FOREVER, 0, -1};
    aw_timeout t;

    require(aw_timeout_enter(&t, limits[op->args[0]]) == 0);
    int rc = aw_timeout_leave(&t, run_ops(p, body, op->args[1]));
    if (rc == 0)
        snprintf(text, room, "ok %s",
                 aw_timeout_expired(&t) ? "true" : "false");
    return rc;
}

static int do_gather(struct player *p, const struct op *op, char *text,
                     size_t room)
{
    aw_awaitable xs[ARGS];
    char one[32];
    size_t n = (size_t)op->n - 1;

    for (size_t i = 0; i < n; i++)
        xs[i] = aw_any(thing(p->run, op->args[i + 1]));
    aw_future *g = aw_gather(xs, n, op->args[0] == 1 ? AW_RETURN_ERRORS : 0);
    int rc = aw_await(g, NULL);
    if (rc == 0) {
        snprintf(text, room, "[");
        for (size_t i = 0; i < n; i++) {
            const char *s = state(one, sizeof(one), aw_gather_member(g, i));

            if (strncmp(s, "value ", 6) == 0)
                s += 6;
            snprintf(text + strlen(text), room - strlen(text), "%s%s",
                     i ? " " : "", s);
        }
        snprintf(text + strlen(text), room - strlen(text), "]");
    }
    aw_unref(g);
    return rc;
}

static int do_wait(struct player *p, const struct op *op, char *text,
                   size_t room)
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
        snprintf(text, room, "%zu %zu", is_done, n - is_done);
    return rc;
}

static int do_settle(struct player *p, const struct op *op, char *text,
                     size_t room)
{
    aw_future *f = p->run->futures[op->args[0]];
    int rc = op->name[0] == 's' ? aw_set_value(f, (aw_value){p->name, NULL})
                                : aw_set_error(f, AW_EUSER - p->script);

    require(rc == 0 || rc == AW_ESTATE);
    return done(text, room, rc == 0 ? "ok" : "refused");
}

static int do_await(struct player *p, const struct op *op, char *text,
                    size_t room)
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
    return rc == 0 ? (tell(text, room, 0, value), 0) : rc;
}

static int do_wait_max(struct player *p, const struct op *op, char *text,
                       size_t room)
{
    aw_future *f = thing(p->run, op->args[1]);
    size_t is_done = 0;
    int rc =
        aw_wait(&f, 1, limit_of(p, op->args[0]), AW_ALL_COMPLETED, &is_done);

    if (rc == 0)
        snprintf(text, room, "%zu %zu", is_done, 1 - is_done);
    return rc;
}

static int do_limit(struct player *p, const struct op *op,
                    const struct op *body, char *text, size_t room)
{
    aw_timeout t;

    require(aw_timeout_enter(&t, limit_of(p, op->args[0])) == 0);
    if (op->args[2] != 0)
        require(aw_timeout_move(&t, aw_time(NULL) + limit_of(p, op->args[2])) ==
                0);
    int rc = aw_timeout_leave(&t, run_ops(p, body, op->args[1]));
    if (rc == 0)
        snprintf(text, room, "ok %s",
                 aw_timeout_expired(&t) ? "true" : "false");
    return rc;
}

static int do_yield(const struct op *op, char *text, size_t room)
{
    for (int i = 0; i < op->args[0]; i++) {
        int rc = aw_sleep(0);

        if (rc < 0)
            return rc;
    }
    return done(text, room, "ok");
}

static int do_op(struct player *p, const struct op *op, const struct op *body,
                 char *text, size_t room)
{
    struct run *r = p->run;
    const char *name = op->name;

    if (strcmp(name, "yield") == 0)
        return do_yield(op, text, room);
    if (strcmp(name, "await") == 0 || strcmp(name, "shield") == 0 ||
        strcmp(name, "waitfor") == 0)
        return do_await(p, op, text, room);
    if (strcmp(name, "set") == 0 || strcmp(name, "fail") == 0)
        return do_settle(p, op, text, room);
    if (strcmp(name, "wait") == 0)
        return do_wait(p, op, text, room);
    if (strcmp(name, "gather") == 0)
        return do_gather(p, op, text, room);
    if (strcmp(name, "group") == 0)
        return do_group(p, op, body, text, room);
    if (strcmp(name, "timeout") == 0)
        return do_timeout(p, op, body, text, room);
    if (strcmp(name, "limit") == 0)
        return do_limit(p, op, body, text, room);
    if (strcmp(name, "waitmax") == 0)
        return do_wait_max(p, op, text, room);
    if (strcmp(name, "uncancel") == 0) {
        unsigned before = aw_task_cancelling(aw_current_task());

        snprintf(text, room, "%u %u", before,
                 aw_task_uncancel(aw_current_task()));
        return 0;
    }
    if (strcmp(name, "cancelf") == 0 || strcmp(name, "cancel") == 0) {
        bool did = aw_future_cancel(thing(r, op->args[0]));

        return done(text, room, did ? "true" : "false");
    }
    int rc = 0;
    if (strcmp(name, "sleep") == 0)
        rc = aw_sleep(limit_of(p, op->args[0]));
    else if (strcmp(name, "acquire") == 0)
        rc = aw_semaphore_acquire(&r->semaphore);
    else if (strcmp(name, "release") == 0)
        rc = aw_semaphore_release(&r->semaphore);
    else if (strcmp(name, "ewait") == 0)
        rc = aw_event_wait(&r->event);
    else if (strcmp(name, "eset") == 0)
        aw_event_set(&r->event);
    else if (strcmp(name, "eclear") == 0)
        aw_event_clear(&r->event);
    else if (strcmp(name, "adddone") == 0)
        rc = aw_add_done(thing(r, op->args[0]), on_done, p);
    else
        require(!"an operation");
    return rc == 0 ? done(text, room, "ok") : rc;
}

static int run_ops(struct player *p, const struct op *ops, int n)
{
    for (int i = 0; i < n;) {
        const struct op *op = &ops[i++];
        const struct op *body = &ops[i];
        char text[128];

        if (strcmp(op->name, "group") == 0 ||
            strcmp(op->name, "timeout") == 0 || strcmp(op->name, "limit") == 0)
            i += op->args[1];
        int rc = do_op(p, op, body, text, sizeof(text));
        if (rc < 0)
            tell(text, sizeof(text), rc, (aw_value){0});
        say(p->run, "%s %s %s", p->name, op->name, text);
        if (rc < 0 && !op->goes_on)
            return rc == AW_ETIMEDOUT ? AW_EUSER - 99 : rc;
    }
    return 0;
}

static int run_player(void *arg, aw_value *ret)
{
    struct player *p = arg;
    const struct script *s = &p->run->program->scripts[p->script];
    int rc = run_ops(p, s->ops, s->n);

    if (rc < 0)
        return rc;
    if (strcmp(s->end, "error") == 0)
        return AW_EUSER - 10 - p->script;
    if (strcmp(s->end, "cancelled") == 0)
        return AW_ECANCELED;
    *ret = (aw_value){p->name, NULL};
    return 0;
}

static void tell_all(struct run *r)
{
    char text[32];

    for (int i = 0; i < FUTURES; i++)
        say(r, "%d %s", i, state(text, sizeof(text), r->futures[i]));
    for (int i = 0; i < TASKS; i++) {
        aw_future *t = r->tasks[i];
        const char *s = state(text, sizeof(text), t);

        if (aw_future_state(t) == AW_PENDING)
            say(r, "%d %s", 10 + i, s);
        else
            say(r, "%d %s %u", 10 + i, s, aw_task_cancelling(t));
    }
}

/* As often as it takes: scripts may swallow it. */
static void cancel_all(void)
{
    aw_future *ts[64];
    size_t n;

    while ((n = aw_all_tasks(NULL, ts, 64)) > 1) {
        require(n <= 64);
        for (size_t i = 0; i < n; i++) {
            if (ts[i] != aw_current_task())
                aw_future_cancel(ts[i]);
            aw_unref(ts[i]);
        }
        require(aw_sleep(0) == 0);
    }
    aw_unref(ts[0]);
}

static void no_report(const aw_report *report, void *data)
{
    (void)report, (void)data;
}

static int run_main(void *arg, aw_value *ret)
{
    struct run *r = arg;

    (void)ret;
    aw_set_report_handler(aw_get_running_loop(), no_report, NULL);
    r->began = aw_time(NULL);
    for (int i = 0; i < FUTURES; i++)
        require((r->futures[i] = aw_future_new(NULL)));
    for (int i = 0; i < TASKS; i++)
        r->tasks[i] =
            aw_create_task(NULL, aw_call(run_player, player_new(r, i, 't', i)));
    if (is_timed(r)) {
        require(aw_sleep(1e8 * UNIT) == 0);
    } else {
        require(aw_call_soon(NULL, tick, r, NULL) == 0);
        for (int i = 0; i < TURNS; i++)
            require(aw_sleep(0) == 0);
    }
    tell_all(r);
    r->quiet = true;
    r->ticking = false;
    cancel_all();
    for (int i = 0; i < FUTURES; i++)
        aw_unref(r->futures[i]);
    for (int i = 0; i < TASKS; i++)
        aw_unref(r->tasks[i]);
    return 0;
}

const char *program_run(const struct program *p)
{
    static struct run r;

    memset(&r, 0, sizeof(r));
    r.program = p;
    r.ticking = true;
    require(aw_semaphore_init(&r.semaphore, 1, 0) == 0);
    aw_loop_options options = {.virtual_clock = true};
    require(aw_run(aw_call(run_main, &r), NULL, &options) == 0);
    return r.trace;
}
