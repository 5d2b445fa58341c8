#include "await/remote.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "await/internal.h"

/*
 * remote: what several threads touch is under the handle's lock; the task, the
 * watch on it, and the coroutine before there is one, are the loop's thread's.
 *
 * `loop` is cleared under that lock when nothing more is to be sent there:
 * when the task has ended, or the loop closes, which it does not before it has
 * cleared it everywhere. So whoever finds a loop under the lock may send to it.
 */

struct aw_remote {
    atomic_uint refs;
    pthread_mutex_t lock;
    pthread_cond_t decided;
    /* Under the lock. */
    aw_state state;
    int code;
    aw_value value;
    aw_loop *loop; /* NULL: it hears of this no more */
    bool begun;    /* there is a task */
    /* The loop's thread's. */
    struct entry start;
    struct entry cancel;
    struct link link; /* the loop's; from the start on, with a reference */
    struct watch watch;
    aw_future *task; /* a reference */
    aw_coro coro;
};

aw_remote *aw_remote_ref(aw_remote *r)
{
    if (r)
        atomic_fetch_add_explicit(&r->refs, 1, memory_order_relaxed);
    return r;
}

void aw_remote_unref(aw_remote *r)
{
    if (!r || atomic_fetch_sub_explicit(&r->refs, 1, memory_order_acq_rel) > 1)
        return;
    aw__value_drop(r->value);
    pthread_cond_destroy(&r->decided);
    pthread_mutex_destroy(&r->lock);
    free(r);
}

/* With the lock held. The value is taken in every case. */
static bool decide_locked(aw_remote *r, aw_state state, int code, aw_value v)
{
    if (r->state != AW_PENDING)
        return false;
    r->state = state;
    r->code = code;
    r->value = v;
    pthread_cond_broadcast(&r->decided);
    return true;
}

/* The loop's part is over. */
static void finish(aw_remote *r, aw_state state, int code, aw_value v)
{
    bool told;

    pthread_mutex_lock(&r->lock);
    r->loop = NULL;
    told = decide_locked(r, state, code, v);
    pthread_mutex_unlock(&r->lock);
    if (!told)
        aw__value_drop(v);
}

static void let_go(aw_remote *r)
{
    aw_future *task = r->task;

    link_remove(&r->link);
    r->task = NULL;
    aw_unref(task);
    aw_remote_unref(r);
}

/* Of a handle that was cancelled nobody asks what became of the task: an error
   of it stays unread, and is reported. */
static void on_done(aw_future *task, void *data)
{
    aw_remote *r = data;
    aw_state state = AW_CANCELLED;
    aw_value value = {0};
    int code = AW_ECANCELED;

    if (aw_remote_state(r) == AW_PENDING) {
        state = aw_future_state(task);
        code = aw_future_take(task, &value);
    }
    finish(r, state, code < 0 ? code : 0, value);
    let_go(r);
}

/* To ask the task. */

static void discard_cancel(struct entry *entry)
{
    aw_remote_unref(container_of(entry, aw_remote, cancel));
}

static void run_cancel(aw_loop *loop, struct entry *entry)
{
    aw_remote *r = container_of(entry, aw_remote, cancel);

    (void)loop;
    if (r->task)
        (void)aw_future_cancel(r->task);
    aw_remote_unref(r);
}

static const struct entry_class cancel_class = {run_cancel, discard_cancel};

/* With the lock held, and a loop there; the caller has a reference, so that the
   one taken back is not the last. */
static void send_cancel(aw_remote *r)
{
    aw_remote_ref(r);
    if (aw__loop_send(r->loop, &r->cancel) < 0) /* it closes */
        atomic_fetch_sub_explicit(&r->refs, 1, memory_order_relaxed);
}

bool aw_remote_cancel(aw_remote *r)
{
    bool cancelled;

    pthread_mutex_lock(&r->lock);
    if (decide_locked(r, AW_CANCELLED, AW_ECANCELED, (aw_value){0}) &&
        r->begun && r->loop)
        send_cancel(r);
    cancelled = r->state == AW_CANCELLED;
    pthread_mutex_unlock(&r->lock);
    return cancelled;
}

/* To start it. */

static void discard_start(struct entry *entry)
{
    aw_remote *r = container_of(entry, aw_remote, start);

    finish(r, AW_ERROR, AW_ECLOSED, (aw_value){0});
    aw__coro_drop(r->coro);
    aw_remote_unref(r);
}

static void run_start(aw_loop *loop, struct entry *entry)
{
    aw_remote *r = container_of(entry, aw_remote, start);
    int rc;

    list_append(&loop->remotes, &r->link);
    r->task = aw_create_task(loop, r->coro);
    rc = aw__watch_start(&r->watch, r->task, on_done, r);
    if (rc < 0) { /* nobody would be told of it: it is not to run */
        (void)aw_future_cancel(r->task);
        finish(r, AW_ERROR, rc, (aw_value){0});
        let_go(r);
        return;
    }
    pthread_mutex_lock(&r->lock);
    r->begun = true;
    if (r->state == AW_CANCELLED)
        send_cancel(r);
    pthread_mutex_unlock(&r->lock);
}

static const struct entry_class start_class = {run_start, discard_start};

static int init_condition(pthread_cond_t *cond)
{
    pthread_condattr_t attributes;
    int rc = pthread_condattr_init(&attributes);

    if (rc != 0)
        return -rc;
    rc = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    if (rc == 0)
        rc = pthread_cond_init(cond, &attributes);
    pthread_condattr_destroy(&attributes);
    return -rc;
}

static int remote_new(aw_remote **out, aw_loop *loop, aw_coro coro)
{
    aw_remote *r = calloc(1, sizeof(*r));
    int rc = r ? -pthread_mutex_init(&r->lock, NULL) : AW_ENOMEM;

    if (rc < 0) {
        free(r);
        return rc;
    }
    rc = init_condition(&r->decided);
    if (rc < 0) {
        pthread_mutex_destroy(&r->lock);
        free(r);
        return rc;
    }
    atomic_init(&r->refs, 2); /* the caller's, and the loop's */
    r->loop = loop;
    r->coro = coro;
    r->start.class = &start_class;
    r->cancel.class = &cancel_class;
    *out = r;
    return 0;
}

int aw_run_coroutine_threadsafe(aw_loop *loop, aw_coro coro, aw_remote **out)
{
    aw_remote *r = NULL;
    int rc = loop && coro.fn ? remote_new(&r, loop, coro) : AW_EINVAL;

    if (rc == 0)
        rc = aw__loop_send(loop, &r->start);
    if (rc < 0) {
        aw__coro_drop(coro);
        aw_remote_unref(r);
        aw_remote_unref(r); /* the loop's, too */
        return rc;
    }
    if (out)
        *out = r;
    else
        aw_remote_unref(r);
    return 0;
}

/* The outcome. */

/* The time of CLOCK_MONOTONIC so many seconds from now. */
static struct timespec time_after(double seconds)
{
    static const double most_s = 1e9; /* thirty years: in any time_t */
    struct timespec at;
    double whole = floor(fmin(seconds, most_s));
    long ns = seconds < most_s ? (long)((seconds - whole) * 1e9) : 0;

    (void)clock_gettime(CLOCK_MONOTONIC, &at); /* the clock is there */
    at.tv_sec += (time_t)whole;
    at.tv_nsec += ns;
    if (at.tv_nsec >= 1000000000) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000;
    }
    return at;
}

/* With the lock held. */
static int wait_until_decided(aw_remote *r, double limit)
{
    struct timespec at;
    int rc = 0;

    if (r->state != AW_PENDING)
        return 0;
    if (r->loop && r->loop == aw_get_running_loop())
        return AW_ERUNNING;
    if (limit <= 0)
        return AW_ETIMEDOUT;
    at = time_after(limit);
    while (r->state == AW_PENDING && rc == 0)
        rc = isinf(limit) ? pthread_cond_wait(&r->decided, &r->lock)
                          : pthread_cond_timedwait(&r->decided, &r->lock, &at);
    return r->state == AW_PENDING ? -rc : 0;
}

int aw_remote_wait(aw_remote *r, double limit, aw_value *out)
{
    int rc;

    if (isnan(limit))
        return AW_EINVAL;
    pthread_mutex_lock(&r->lock);
    rc = wait_until_decided(r, limit);
    if (rc == 0)
        rc = r->code;
    if (rc == 0 && out) {
        *out = r->value;
        r->value = (aw_value){0};
    }
    pthread_mutex_unlock(&r->lock);
    return rc;
}

aw_state aw_remote_state(aw_remote *r)
{
    aw_state state;

    pthread_mutex_lock(&r->lock);
    state = r->state;
    pthread_mutex_unlock(&r->lock);
    return state;
}

/* The loop closes: what has ended is told, and of the rest that it will not. */
void aw__remotes_close(aw_loop *loop)
{
    struct link *link;

    while ((link = list_pop(&loop->remotes))) {
        aw_remote *r = container_of(link, aw_remote, link);

        aw__watch_stop(&r->watch);
        if (aw_future_state(r->task) != AW_PENDING) {
            on_done(r->task, r);
        } else {
            finish(r, AW_ERROR, AW_ECLOSED, (aw_value){0});
            let_go(r);
        }
    }
}
