#include "await/thread.h"

#include <stdlib.h>

#include "await/internal.h"

/*
 * thread: a job is libuv's work request, a coroutine's function to run on
 * another thread, and the future that is told. The worker touches the function,
 * its argument and the place for its outcome, nothing else.
 */

struct job {
    uv_work_t work;
    struct entry entry;
    aw_loop *loop;
    struct promise *promise; /* a reference */
    aw_coro coro;
    int code;
    aw_value ret;
};

/* The future; it knows its job as long as that has not ended. */
struct promise {
    struct future future;
    struct job *job;
};

static bool promise_cancel(aw_future *f)
{
    struct promise *p = container_of(future_of(f), struct promise, future);

    if (!aw__future_cancel_op(f))
        return false;
    if (p->job) /* withdrawn if no thread has taken it; else it runs on */
        (void)uv_cancel((uv_req_t *)&p->job->work);
    return true;
}

static const aw_future_ops promise_ops = {
    .kind = "job",
    .ref = aw__future_ref_op,
    .unref = aw__future_unref_op,
    .loop = aw__future_loop_op,
    .state = aw__future_state_op,
    .result = aw__future_result_op,
    .take = aw__future_take_op,
    .cancel = promise_cancel,
    .add_done = aw__future_add_done_op,
    .remove_done = aw__future_remove_done_op,
    .base = &aw__own_marker,
};

static void work(uv_work_t *req)
{
    struct job *job = container_of(req, struct job, work);

    aw__set_in_job(true);
    job->code = job->coro.fn(job->coro.arg, &job->ret);
    aw__set_in_job(false);
}

static void decide(struct job *job)
{
    struct future *f = &job->promise->future;

    if (job->code < 0)
        aw__value_drop(job->ret);
    if (job->code == AW_ECANCELED)
        aw__future_decide(f, AW_CANCELLED, 0, (aw_value){0});
    else if (job->code < 0)
        aw__future_decide(f, AW_ERROR, job->code, (aw_value){0});
    else
        aw__future_decide(f, AW_VALUE, 0, job->ret);
}

static void finish(struct entry *entry)
{
    struct job *job = container_of(entry, struct job, entry);

    job->promise->job = NULL;
    decide(job);
    aw__coro_drop(job->coro);
    aw_unref(&job->promise->future.base);
    free(job);
}

static void run_finish(aw_loop *loop, struct entry *entry)
{
    finish(entry);
    if (loop->draining && loop->jobs == 0)
        aw_stop(loop);
}

static const struct entry_class finish_class = {run_finish, finish};

static void after_work(uv_work_t *req, int status)
{
    struct job *job = container_of(req, struct job, work);

    (void)status; /* UV_ECANCELED: withdrawn, and the code says so already */
    job->loop->jobs--;
    aw__loop_append(job->loop, &job->entry);
}

static struct job *job_new(aw_loop *loop, aw_coro coro)
{
    struct job *job = calloc(1, sizeof(*job));
    struct promise *p = calloc(1, sizeof(*p));

    if (!job || !p) {
        free(job);
        free(p);
        return NULL;
    }
    aw__future_init(&p->future, loop, &promise_ops);
    p->future.sealed = true;
    p->job = job;
    job->entry.class = &finish_class;
    job->loop = loop;
    job->promise = p;
    job->coro = coro;
    job->code = AW_ECANCELED; /* unless it runs */
    return job;
}

static aw_future *refuse(aw_loop *loop, aw_coro coro, int code)
{
    aw__coro_drop(coro);
    return aw__future_failed(loop, code);
}

aw_future *aw_run_in_executor(aw_loop *loop, aw_coro coro)
{
    struct job *job;
    int rc;

    loop = aw__loop_or_current(loop);
    if (!loop)
        return refuse(NULL, coro, aw__no_loop());
    if (loop->closed)
        return refuse(loop, coro, AW_ECLOSED);
    if (!coro.fn)
        return refuse(loop, coro, AW_EINVAL);
    job = job_new(loop, coro);
    if (!job)
        return refuse(loop, coro, AW_ENOMEM);
    rc = uv_queue_work(&loop->uv, &job->work, work, after_work);
    if (rc < 0) {
        aw_unref(&job->promise->future.base);
        free(job);
        return refuse(loop, coro, rc);
    }
    loop->jobs++;
    return aw_ref(&job->promise->future.base);
}
