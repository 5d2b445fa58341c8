#include "await/loop.h"

#include <stdlib.h>
#include <unistd.h>

#include "await/internal.h"

static const double default_slow_s = 0.1;

void aw__loop_append(aw_loop *loop, struct entry *entry)
{
    list_append(&loop->ready, &entry->link);
    /* Within uv_run() this makes the coming poll not wait. Outside, it would
       make the next uv_run() return at once without polling. */
    if (loop->in_uv)
        uv_stop(&loop->uv);
}

static void ignore_wake(uv_async_t *wake)
{
    (void)wake; /* it ends the wait; the turn looks at the remote calls */
}

static int init_handles(aw_loop *l)
{
    int rc = uv_loop_init(&l->uv);

    if (rc < 0)
        return rc;
    rc = uv_async_init(&l->uv, &l->uv_wake, ignore_wake);
    if (rc < 0) {
        uv_loop_close(&l->uv);
        return rc;
    }
    /* What keeps uv_run() waiting is this handle, referenced meanwhile, never
       one of our own others. */
    uv_unref((uv_handle_t *)&l->uv_wake);
    aw__waker_open(&l->waker, &l->uv);
    return 0;
}

static void init_fields(aw_loop *l, const aw_loop_options *options)
{
    static const aw_loop_options defaults;

    if (!options)
        options = &defaults;
    l->refs = 1;
    l->pid = getpid();
    l->debug = options->debug;
    l->virtual_clock = options->virtual_clock;
    l->virtual_ns = INT64_C(1000000000000); /* any; not 0, to be unlike unset */
    aw_loop_set_slow_callback(l, options->slow_callback_duration > 0
                                     ? options->slow_callback_duration
                                     : default_slow_s);
    list_init(&l->ready);
    list_init(&l->batch);
    list_init(&l->remote);
    list_init(&l->tasks);
    list_init(&l->graves);
    list_init(&l->signals);
    list_init(&l->listeners);
    list_init(&l->connections);
    list_init(&l->processes);
    list_init(&l->quiet);
    list_init(&l->remotes);
    aw__stacks_init(&l->stacks, options->stack_size, options->stacks_kept);
    aw__future_init_immortal(&l->no_memory, l, AW_ENOMEM);
    aw__future_init_immortal(&l->refused, l, AW_ESTATE);
    aw_set_report_handler(l, NULL, NULL);
}

int aw_loop_new(aw_loop **out, const aw_loop_options *options)
{
    aw_loop *l = calloc(1, sizeof(*l));
    int rc;

    if (!l)
        return AW_ENOMEM;
    rc = aw__fork_watch();
    if (rc == 0)
        rc = aw__standard_occupy();
    if (rc == 0)
        rc = -pthread_mutex_init(&l->remote_lock, NULL);
    if (rc < 0) {
        free(l);
        return rc;
    }
    rc = init_handles(l);
    if (rc < 0) {
        pthread_mutex_destroy(&l->remote_lock);
        free(l);
        return rc;
    }
    init_fields(l, options);
    *out = l;
    return 0;
}

void aw__loop_ref(aw_loop *loop)
{
    loop->refs++;
}

void aw_loop_unref(aw_loop *loop)
{
    if (!loop || --loop->refs > 0)
        return;
    loop->refs = 1; /* closing lets go of futures, which hold references */
    (void)aw_loop_close(loop);
    if (--loop->refs > 0)
        return;
    aw__stacks_close(&loop->stacks);
    pthread_mutex_destroy(&loop->remote_lock);
    free(loop);
}

static void close_handle(uv_handle_t *handle, void *arg)
{
    (void)arg;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL); /* somebody's who forgot it */
}

static void discard_entries(aw_loop *l, struct link *queue)
{
    struct link *link;

    (void)l;
    while ((link = list_pop(queue))) {
        struct entry *entry = container_of(link, struct entry, link);

        entry->class->discard(entry);
    }
}

int aw_loop_close(aw_loop *loop)
{
    loop = aw__loop_or_current(loop);
    if (!loop)
        return aw__no_loop();
    if (loop->running)
        return AW_ERUNNING;
    if (loop->closed)
        return 0;
    if (loop->pid != getpid()) {
        int rc = aw_loop_fork(loop); /* the parent's must not be touched */

        if (rc < 0)
            return rc;
    }
    loop->closed = true;
    pthread_mutex_lock(&loop->remote_lock);
    loop->remote_closed = true;
    list_splice(&loop->ready, &loop->remote);
    pthread_mutex_unlock(&loop->remote_lock);

    uv_ref((uv_handle_t *)&loop->uv_wake);
    aw__loop_ref(loop); /* user's drops may let go of the last reference */
    aw__tasks_destroy(loop);
    aw__signals_close(loop);
    aw__listeners_close(loop);
    aw__connections_close(loop);
    aw__processes_close(loop);
    /* Jobs may wait for what other threads gave. */
    aw__remotes_close(loop);
    discard_entries(loop, &loop->batch);
    discard_entries(loop, &loop->ready);
    while (loop->jobs > 0)
        uv_run(&loop->uv, UV_RUN_ONCE);
    discard_entries(loop, &loop->batch);
    discard_entries(loop, &loop->ready);
    aw__handles_discard_timers(loop);
    discard_entries(loop, &loop->ready);

    uv_walk(&loop->uv, close_handle, NULL);
    while (uv_loop_close(&loop->uv) == UV_EBUSY)
        uv_run(&loop->uv, UV_RUN_ONCE);
    aw__read_memory_close(&loop->read_memory);
    aw__waker_close(&loop->waker);
    aw_loop_unref(loop);
    return 0;
}

/* The descriptor of the waker first: what fails there has changed nothing. */
static int reopen(aw_loop *l)
{
    int rc = aw__waker_fork(&l->waker);

    return rc < 0 ? rc : uv_loop_fork(&l->uv);
}

int aw_loop_fork(aw_loop *loop)
{
    bool ran_here;
    int rc;

    if (!loop)
        loop = aw__forked_loop() ? aw__forked_loop() : aw_get_event_loop();
    if (!loop)
        return aw__no_loop();
    if (loop->closed)
        return AW_ECLOSED;
    if (loop->pid == getpid())
        return 0;
    ran_here = loop->running && loop == aw__forked_loop();
    if (loop->in_uv || loop->jobs > 0)
        return AW_ESTATE;
    if (loop->running && (!ran_here || aw_get_running_loop()))
        return AW_ERUNNING;
    rc = reopen(loop);
    if (rc < 0)
        return rc;
    loop->pid = getpid();
    loop->forked = false;
    if (ran_here)
        aw__loop_set_running(loop);
    return 0;
}

bool aw_loop_is_closed(const aw_loop *loop)
{
    if (!loop)
        loop = aw_get_event_loop();
    return !loop || loop->closed;
}

void aw_loop_set_debug(aw_loop *loop, bool on)
{
    loop = aw__loop_or_current(loop);
    if (loop)
        loop->debug = on;
}

void aw_loop_set_slow_callback(aw_loop *loop, double seconds)
{
    int64_t ns;

    loop = aw__loop_or_current(loop);
    if (loop && aw__ns_from_seconds(seconds, &ns))
        loop->slow_ns = ns;
}

struct uv_loop_s *aw_loop_uv(aw_loop *loop)
{
    loop = aw__loop_or_current(loop);
    return loop ? &loop->uv : NULL;
}

int64_t aw__loop_now_ns(const aw_loop *loop)
{
    return loop->virtual_clock ? loop->virtual_ns : (int64_t)uv_hrtime();
}

double aw_time(const aw_loop *loop)
{
    if (!loop)
        loop = aw_get_event_loop();
    return loop ? (double)aw__loop_now_ns(loop) * 1e-9 : NAN;
}

bool aw__ns_from_seconds(double seconds, int64_t *ns)
{
    double exact = seconds * 1e9;

    if (isnan(seconds))
        return false;
    if (exact >= 9e18)
        *ns = TIMERS_NEVER;
    else if (exact <= -9e18)
        *ns = -TIMERS_NEVER;
    else /* up, so that nothing is early; but 0.06 s is not 60000001 ns */
        *ns = (int64_t)ceil(exact - 1e-3);
    return true;
}

int64_t aw__deadline_after(const aw_loop *loop, int64_t ns)
{
    int64_t now = aw__loop_now_ns(loop);

    return ns > TIMERS_NEVER - now ? TIMERS_NEVER : now + ns;
}

void aw__alarm_set(aw_loop *loop, struct alarm *alarm, int64_t deadline_ns)
{
    aw__timers_add(&loop->timers, &alarm->timer, deadline_ns);
}

void aw__alarm_clear(aw_loop *loop, struct alarm *alarm)
{
    aw__timers_remove(&loop->timers, &alarm->timer);
    link_remove(&alarm->entry.link);
}
