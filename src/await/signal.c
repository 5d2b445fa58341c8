#include <stdlib.h>

#include "await/internal.h"

/*
 * signal: handlers that run as ready callbacks. libuv catches the signal and
 * tells of it in its poll; signals that come before the handler ran are one.
 */

struct signal_watch {
    struct link link;
    uv_signal_t uv;
    struct entry entry;
    aw_loop *loop;
    aw_callback fn;
    void *data;
    int signum;
    bool polled; /* counted among what libuv must be asked for each turn */
};

static void run_handler(aw_loop *loop, struct entry *entry)
{
    struct signal_watch *w = container_of(entry, struct signal_watch, entry);

    (void)loop;
    w->fn(w->data);
}

static void discard_handler(struct entry *entry)
{
    (void)entry; /* aw__signals_close() frees the watch */
}

static const struct entry_class handler_class = {run_handler, discard_handler};

static void on_signal(uv_signal_t *uv, int signum)
{
    struct signal_watch *w = uv->data;

    (void)signum;
    if (!link_is_linked(&w->entry.link))
        aw__loop_append(w->loop, &w->entry);
}

static void on_closed(uv_handle_t *uv)
{
    free(uv->data);
}

static struct signal_watch *find(aw_loop *loop, int signum)
{
    for (struct link *l = loop->signals.next; l != &loop->signals;
         l = l->next) {
        struct signal_watch *w = container_of(l, struct signal_watch, link);

        if (w->signum == signum)
            return w;
    }
    return NULL;
}

static void close_watch(struct signal_watch *w)
{
    link_remove(&w->link);
    link_remove(&w->entry.link);
    w->loop->polled -= w->polled;
    uv_close((uv_handle_t *)&w->uv, on_closed);
}

static int open_watch(aw_loop *loop, int signum, bool polled, aw_callback fn,
                      void *data)
{
    struct signal_watch *w = malloc(sizeof(*w));
    int rc;

    if (!w)
        return AW_ENOMEM;
    *w = (struct signal_watch){.entry.class = &handler_class,
                               .loop = loop,
                               .fn = fn,
                               .data = data,
                               .signum = signum,
                               .polled = polled};
    rc = uv_signal_init(&loop->uv, &w->uv);
    if (rc < 0) {
        free(w);
        return rc;
    }
    w->uv.data = w;
    uv_unref((uv_handle_t *)&w->uv);
    rc = uv_signal_start(&w->uv, on_signal, signum);
    if (rc < 0) {
        uv_close((uv_handle_t *)&w->uv, on_closed);
        return rc;
    }
    list_append(&loop->signals, &w->link);
    loop->polled += polled;
    return 0;
}

int aw_add_signal_handler(aw_loop *loop, int signum, aw_callback fn, void *data)
{
    struct signal_watch *w;

    loop = aw__loop_or_current(loop);
    if (!loop)
        return aw__no_loop();
    if (loop->closed)
        return AW_ECLOSED;
    w = find(loop, signum);
    if (!w)
        return open_watch(loop, signum, true, fn, data);
    w->fn = fn;
    w->data = data;
    loop->polled += !w->polled;
    w->polled = true;
    return 0;
}

int aw__signal_watch_idly(aw_loop *loop, int signum, aw_callback fn, void *data)
{
    return open_watch(loop, signum, false, fn, data);
}

bool aw_remove_signal_handler(aw_loop *loop, int signum)
{
    struct signal_watch *w;

    loop = aw__loop_or_current(loop);
    w = loop ? find(loop, signum) : NULL;
    if (!w)
        return false;
    close_watch(w);
    return true;
}

void aw__signals_close(aw_loop *loop)
{
    while (!list_is_empty(&loop->signals))
        close_watch(
            container_of(loop->signals.next, struct signal_watch, link));
}
