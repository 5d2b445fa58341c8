#include "await/io/descriptor.h"

#include <stdlib.h>

#include "await/io/listener_internal.h"

/*
 * descriptor: libuv watches it as long as a task waits. The watcher is memory
 * of its own, since libuv lets go of it only in a later turn; the descriptor
 * it has forgotten when the task goes on, which may close it.
 */

struct watcher {
    uv_poll_t poll;
    aw_loop *loop;
    struct park park; /* of the task; not looked at once it went on */
    unsigned events;  /* that are waited for, as ours */
    unsigned ready;
};

static void on_closed(uv_handle_t *handle)
{
    struct watcher *w = container_of(handle, struct watcher, poll);

    w->loop->polled--;
    free(w);
}

static void forget(struct watcher *w)
{
    uv_close((uv_handle_t *)&w->poll, on_closed);
}

static void abandon(struct wait *wait)
{
    struct park *park = container_of(wait, struct park, wait);

    aw__park_abandon(wait);
    forget(container_of(park, struct watcher, park));
}

static void on_event(uv_poll_t *poll, int status, int events)
{
    struct watcher *w = container_of(poll, struct watcher, poll);

    (void)uv_poll_stop(poll); /* it cannot fail */
    if (status < 0)           /* an error of what the descriptor stands for */
        w->ready = w->events;
    if (events & UV_READABLE)
        w->ready |= AW_READABLE;
    if (events & UV_WRITABLE)
        w->ready |= AW_WRITABLE;
    aw__park_decide(&w->park);
}

static bool has(const uv_tcp_t *tcp, int fd)
{
    uv_os_fd_t own;

    return uv_fileno((const uv_handle_t *)tcp, &own) == 0 && own == fd;
}

/* libuv knows of a descriptor only while it watches it: of no stream that has
   nothing to read or no room for it, and of no listener that is held up. */
static bool is_ours(aw_loop *loop, int fd)
{
    struct link *l;

    for (l = loop->quiet.next; l != &loop->quiet; l = l->next)
        if (has(&container_of(l, struct aw_stream, quiet)->tcp, fd))
            return true;
    for (l = loop->listeners.next; l != &loop->listeners; l = l->next)
        if (has(&container_of(l, struct aw_listener, link)->tcp, fd))
            return true;
    return false;
}

static int watch(struct watcher *w, int fd)
{
    int rc = is_ours(w->loop, fd) ? UV_EEXIST
                                  : uv_poll_init(&w->loop->uv, &w->poll, fd);

    if (rc < 0) {
        free(w);
        return rc == UV_EEXIST ? AW_ESTATE : rc;
    }
    w->loop->polled++;
    rc = uv_poll_start(&w->poll,
                       (w->events & AW_READABLE ? UV_READABLE : 0) |
                           (w->events & AW_WRITABLE ? UV_WRITABLE : 0),
                       on_event);
    uv_unref((uv_handle_t *)&w->poll);
    if (rc < 0)
        forget(w);
    return rc;
}

int aw_fd_wait(int fd, unsigned events, unsigned *ready)
{
    struct task *t = aw__task_current();
    struct watcher *w;
    int rc;

    if (!t)
        return AW_ENOTASK;
    if (events == 0 || events & ~(unsigned)(AW_READABLE | AW_WRITABLE))
        return AW_EINVAL;
    w = calloc(1, sizeof(*w));
    if (!w)
        return AW_ENOMEM;
    w->loop = t->future.loop;
    w->events = events;
    aw__park_init(&w->park, t);
    w->park.wait.what = "a descriptor";
    w->park.wait.abandon = abandon;
    rc = watch(w, fd);
    if (rc < 0)
        return rc;
    w->loop->io_awaited++;
    rc = aw__park_wait(&w->park);
    w->loop->io_awaited--;
    if (rc == 0 && ready)
        *ready = w->ready;
    forget(w);
    return rc;
}
