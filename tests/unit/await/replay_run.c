#include "replay.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

/* Reading a program, running it, and writing down what happens. */

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

void say(struct run *r, const char *format, ...)
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

const char *tell(char *text, size_t room, int rc, aw_value value)
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

const char *state(char *text, size_t room, aw_future *f)
{
    aw_value value = {0};

    if (aw_future_state(f) == AW_PENDING)
        return "pending";
    int rc = aw_future_result(f, &value);
    return tell(text, room, rc, value);
}

struct player *player_new(struct run *r, int script, char kind, int n)
{
    struct player *p = &r->players[r->n_players++];

    require(r->n_players < 64);
    *p = (struct player){.run = r, .script = script};
    snprintf(p->name, sizeof(p->name), "%c%d", kind, n);
    return p;
}

int run_player(void *arg, aw_value *ret)
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
