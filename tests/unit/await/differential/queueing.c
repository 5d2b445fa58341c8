#include <string.h>
#include <uv.h>

#include "operations.h"

/*
 * queueing: the operations of locks, conditions, queues and threads.
 */

static struct arg arg_at(const struct step *step, size_t n)
{
    return step->op->args[n];
}

static aw_lock *lock_of(struct step *step)
{
    return &step->s->locks[arg_at(step, 0).n];
}

static aw_condition *condition_of(struct step *step)
{
    return &step->s->conditions[arg_at(step, 0).n];
}

static aw_queue *queue_of(struct step *step)
{
    return &step->s->queues[arg_at(step, 0).n];
}

/* As the other side numbers its exceptions; one has no name in CPython 3.11. */
static int numbered(int rc)
{
    switch (rc) {
    case AW_EEMPTY:
        return AW_EUSER - 91;
    case AW_EFULL:
        return AW_EUSER - 92;
    case AW_ECLOSED:
        return AW_EUSER - 93;
    case AW_EEND:
        return AW_EUSER - 94;
    default:
        return rc;
    }
}

static int op_lock(struct step *step)
{
    return aw_lock_acquire(lock_of(step));
}

static int op_unlock(struct step *step)
{
    return aw_lock_release(lock_of(step));
}

static int op_locked(struct step *step)
{
    return step_say(step, "%s",
                    aw_lock_locked(lock_of(step)) ? "true" : "false");
}

static int op_notified(struct step *step)
{
    return aw_condition_wait(condition_of(step));
}

static int op_notify(struct step *step)
{
    return aw_condition_notify(condition_of(step), (size_t)arg_at(step, 1).n);
}

static int op_put(struct step *step)
{
    return numbered(aw_queue_put(queue_of(step), value_of(arg_at(step, 1).n)));
}

static int op_try_put(struct step *step)
{
    return numbered(
        aw_queue_try_put(queue_of(step), value_of(arg_at(step, 1).n)));
}

static int tell_item(struct step *step, int rc, aw_value item)
{
    char room[TOKEN_MAX];

    if (rc < 0)
        return numbered(rc);
    return step_say(step, "got %s", value_text(item, room, sizeof(room)));
}

static int op_get(struct step *step)
{
    aw_value item = {0};
    int rc = aw_queue_get(queue_of(step), &item);

    return tell_item(step, rc, item);
}

static int op_try_get(struct step *step)
{
    aw_value item = {0};
    int rc = aw_queue_try_get(queue_of(step), &item);

    return tell_item(step, rc, item);
}

static int op_finished(struct step *step)
{
    return aw_queue_task_done(queue_of(step));
}

static int op_join(struct step *step)
{
    return aw_queue_join(queue_of(step));
}

static int op_close(struct step *step)
{
    return aw_queue_close(queue_of(step));
}

static int op_close_now(struct step *step)
{
    return aw_queue_close_now(queue_of(step));
}

/* Threads. */

struct job {
    int fails;
    int n;
};

static int run_job(void *arg, aw_value *ret)
{
    struct job *job = arg;

    if (job->fails)
        return AW_EUSER - job->n;
    *ret = value_of(job->n);
    return 0;
}

static void do_nothing(uv_work_t *fence)
{
    (void)fence;
}

/*
 * Return when what the threads did so far is where the loop will find it: in
 * which turn it is told would be their matter otherwise. There is one thread
 * (replay.c), which begins with a job when it has told of the one before; the
 * fence is on a loop of its own, so that ours never knows of it.
 */
static int fence_threads(void)
{
    uv_loop_t loop;
    uv_work_t fence;
    int rc = uv_loop_init(&loop);

    if (rc < 0)
        return rc;
    rc = uv_queue_work(&loop, &fence, do_nothing, NULL);
    if (rc == 0)
        (void)uv_run(&loop, UV_RUN_DEFAULT);
    (void)uv_loop_close(&loop);
    return rc;
}

static int op_thread(struct step *step)
{
    struct job job = {arg_at(step, 0).n, arg_at(step, 1).n};
    char room[TOKEN_MAX];
    aw_value value;
    aw_future *f = aw_run_in_executor(step->s->loop, aw_call(run_job, &job));
    int fenced = fence_threads();
    int rc = aw_await(aw_give(f), &value);

    if (rc == 0)
        rc = fenced;
    if (rc < 0)
        return rc;
    return step_say(step, "value %s", value_text(value, room, sizeof(room)));
}

static const struct operation operations[] = {
    {"lock", op_lock, false},           {"unlock", op_unlock, false},
    {"locked", op_locked, false},       {"notified", op_notified, false},
    {"notify", op_notify, false},       {"put", op_put, false},
    {"try_put", op_try_put, false},     {"get", op_get, false},
    {"try_get", op_try_get, false},     {"finished", op_finished, false},
    {"join", op_join, false},           {"close", op_close, false},
    {"close_now", op_close_now, false}, {"thread", op_thread, false},
};

const struct operation *queueing_find(const char *name)
{
    for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
        if (strcmp(operations[i].name, name) == 0)
            return &operations[i];
    return NULL;
}
