#include "root.h"

/* As long as the other side runs them (oracle.py). */
enum {
    HORIZON = 12, /* units until the root begins to cancel what is left */
    ROUNDS = 60,  /* how often it does, at most */
    TASKS_MAX = 64,
};

static void tick(void *arg)
{
    struct scenario *s = arg;

    if (++s->turn < s->program->turns)
        (void)aw_call_soon(s->loop, tick, s, NULL);
}

static void begin_unit(void *arg)
{
    struct scenario *s = arg;

    s->turn = 0;
    (void)aw_call_later(s->loop, 1, begin_unit, s, NULL);
    (void)aw_call_soon(s->loop, tick, s, NULL);
}

/* The unfinished tasks but the root, as new references. */
static size_t rest(aw_loop *loop, aw_future **tasks)
{
    size_t n = aw_all_tasks(loop, tasks, TASKS_MAX);
    size_t kept = 0;

    for (size_t i = 0; i < n && i < TASKS_MAX; i++) {
        if (tasks[i] == aw_current_task())
            aw_unref(tasks[i]);
        else
            tasks[kept++] = tasks[i];
    }
    return kept;
}

static int cancel_rest(struct scenario *s)
{
    for (int round = 0; round < ROUNDS; round++) {
        aw_future *tasks[TASKS_MAX];
        size_t n = rest(s->loop, tasks);
        int rc;

        if (n == 0)
            break;
        scenario_say(s, "root", "cancels %zu", n);
        for (size_t i = 0; i < n; i++) {
            (void)aw_future_cancel(tasks[i]);
            aw_unref(tasks[i]);
        }
        rc = aw_sleep(1);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* The same once aw_run() cancels what is left: a task that goes on for ever is
   cancelled again. One that has waited on a condition cannot be cancelled
   before it has the lock, which somebody may have kept: all are let go of. */
static void rescue(void *arg)
{
    struct scenario *s = arg;
    aw_future *tasks[TASKS_MAX];
    size_t n = rest(s->loop, tasks);

    if (n == 0 || s->rounds-- == 0)
        return;
    scenario_say(s, "root", "cancels %zu", n);
    for (size_t i = 0; i < n; i++) {
        (void)aw_future_cancel(tasks[i]);
        aw_unref(tasks[i]);
    }
    for (int i = 0; i < s->program->locks; i++)
        if (aw_lock_locked(&s->locks[i]))
            (void)aw_lock_release(&s->locks[i]);
    (void)aw_call_later(s->loop, 1, rescue, s, NULL);
}

int run_root(void *arg, aw_value *ret)
{
    struct scenario *s = arg;
    aw_coro first;
    int rc;

    (void)ret;
    if (s->program->turns > 0)
        begin_unit(s);
    if (scenario_begin(s, 0, &first))
        *scenario_place(s, (struct arg){'t', 0}) =
            aw_create_task(s->loop, first);
    rc = aw_sleep(HORIZON);
    if (rc < 0 || !s->program->shutdown)
        return rc < 0 ? rc : cancel_rest(s);
    s->rounds = ROUNDS;
    return aw_call_later(s->loop, 1, rescue, s, NULL);
}
