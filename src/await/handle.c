#include <stdlib.h>

#include "await/internal.h"

/*
 * handle: a callback in the queue or among the timers. It holds one reference
 * while it stands there, the caller another if it asked for one.
 */

struct aw_handle {
    struct alarm alarm;
    aw_loop *loop; /* valid while it stands somewhere */
    aw_callback fn;
    void *data;
    unsigned refs;
};

static aw_handle *handle_of(struct entry *entry)
{
    return container_of(entry, aw_handle, alarm.entry);
}

static void run_handle(aw_loop *loop, struct entry *entry)
{
    aw_handle *h = handle_of(entry);

    (void)loop;
    h->fn(h->data);
    aw_handle_unref(h);
}

static void discard_handle(struct entry *entry)
{
    aw_handle_unref(handle_of(entry));
}

static const struct entry_class handle_class = {run_handle, discard_handle};

static aw_handle *handle_new(aw_loop *loop, aw_callback fn, void *data)
{
    aw_handle *h = malloc(sizeof(*h));

    if (h)
        *h = (aw_handle){.alarm.entry.class = &handle_class,
                         .loop = loop,
                         .fn = fn,
                         .data = data,
                         .refs = 1};
    return h;
}

static void hand_out(aw_handle *h, aw_handle **handle)
{
    if (!handle)
        return;
    h->refs++;
    *handle = h;
}

int aw_call_soon(aw_loop *loop, aw_callback fn, void *data, aw_handle **handle)
{
    aw_handle *h;

    loop = aw__loop_or_current(loop);
    if (!loop)
        return aw__no_loop();
    if (loop->closed)
        return AW_ECLOSED;
    h = handle_new(loop, fn, data);
    if (!h)
        return AW_ENOMEM;
    aw__loop_append(loop, &h->alarm.entry);
    hand_out(h, handle);
    return 0;
}

int aw__handle_call_at(aw_loop *loop, int64_t deadline_ns, aw_callback fn,
                       void *data, aw_handle **handle)
{
    aw_handle *h;

    if (loop->closed)
        return AW_ECLOSED;
    h = handle_new(loop, fn, data);
    if (!h)
        return AW_ENOMEM;
    aw__alarm_set(loop, &h->alarm, deadline_ns);
    hand_out(h, handle);
    return 0;
}

int aw_call_later(aw_loop *loop, double seconds, aw_callback fn, void *data,
                  aw_handle **handle)
{
    int64_t ns;

    loop = aw__loop_or_current(loop);
    if (!loop)
        return aw__no_loop();
    if (!aw__ns_from_seconds(seconds, &ns))
        return AW_EINVAL;
    return aw__handle_call_at(loop, aw__deadline_after(loop, ns), fn, data,
                              handle);
}

int aw_call_at(aw_loop *loop, double when, aw_callback fn, void *data,
               aw_handle **handle)
{
    int64_t ns;

    loop = aw__loop_or_current(loop);
    if (!loop)
        return aw__no_loop();
    if (!aw__ns_from_seconds(when, &ns))
        return AW_EINVAL;
    return aw__handle_call_at(loop, ns, fn, data, handle);
}

void aw_handle_cancel(aw_handle *h)
{
    if (!h->alarm.timer.armed && !link_is_linked(&h->alarm.entry.link))
        return; /* it ran, or was cancelled */
    aw__alarm_clear(h->loop, &h->alarm);
    aw_handle_unref(h);
}

void aw_handle_unref(aw_handle *h)
{
    if (h && --h->refs == 0)
        free(h);
}

int aw__loop_send(aw_loop *loop, struct entry *entry)
{
    bool closed;

    pthread_mutex_lock(&loop->remote_lock);
    closed = loop->remote_closed;
    if (!closed) {
        list_append(&loop->remote, &entry->link);
        atomic_store_explicit(&loop->remote_pending, true,
                              memory_order_release);
        /* Under the lock: once it is closed nobody sends any more. */
        (void)uv_async_send(&loop->uv_wake);
    }
    pthread_mutex_unlock(&loop->remote_lock);
    return closed ? AW_ECLOSED : 0;
}

int aw_call_soon_threadsafe(aw_loop *loop, aw_callback fn, void *data)
{
    aw_handle *h = handle_new(loop, fn, data);
    int rc;

    if (!h)
        return AW_ENOMEM;
    rc = aw__loop_send(loop, &h->alarm.entry);
    if (rc < 0)
        aw_handle_unref(h);
    return rc;
}

void aw__handles_take_remote(aw_loop *loop)
{
    if (!atomic_load_explicit(&loop->remote_pending, memory_order_acquire))
        return;
    pthread_mutex_lock(&loop->remote_lock);
    atomic_store_explicit(&loop->remote_pending, false, memory_order_relaxed);
    list_splice(&loop->ready, &loop->remote);
    pthread_mutex_unlock(&loop->remote_lock);
}

void aw__handles_discard_timers(aw_loop *loop)
{
    struct timer *timer;

    while ((timer = loop->timers.first)) {
        struct alarm *alarm = container_of(timer, struct alarm, timer);

        aw__timers_remove(&loop->timers, timer);
        alarm->entry.class->discard(&alarm->entry);
    }
}
