#include <stdlib.h>

#include "await/internal.h"

/*
 * watch: the library's own done callbacks.
 *
 * A future that keeps our kind of list takes the watch's record into it: no
 * memory, and removing works also for what is queued already. Any other class
 * is given a proxy from the heap, for it may run a queued callback although it
 * was removed (A14): the proxy of a watch that has stopped does nothing then.
 */

struct proxy {
    struct watch *watch; /* NULL: stopped */
    aw_done_fn fn;
    void *data;
};

static void run_proxy(aw_future *f, void *data)
{
    struct proxy *proxy = data;
    struct proxy copy = *proxy;

    free(proxy);
    if (!copy.watch)
        return;
    copy.watch->proxy = NULL;
    copy.watch->future = NULL;
    copy.fn(f, copy.data);
}

static int start_proxy(struct watch *w, aw_future *f, aw_done_fn fn, void *data)
{
    struct proxy *proxy = malloc(sizeof(*proxy));
    int rc;

    if (!proxy)
        return AW_ENOMEM;
    *proxy = (struct proxy){.watch = w, .fn = fn, .data = data};
    rc = f->ops->add_done(f, run_proxy, proxy);
    if (rc < 0) {
        free(proxy);
        return rc;
    }
    w->future = f;
    w->proxy = proxy;
    return 0;
}

int aw__watch_start(struct watch *w, aw_future *f, aw_done_fn fn, void *data)
{
    *w = (struct watch){0};
    if (f->ops->add_done != aw__future_add_done_op ||
        f->ops->remove_done != aw__future_remove_done_op)
        return start_proxy(w, f, fn, data);
    if (!future_of(f)->loop)
        return future_of(f)->code; /* the immortal future of no loop */
    w->callback.storage = CALLBACK_WATCH;
    w->callback.fn = fn;
    w->callback.data = data;
    aw__future_queue(future_of(f), &w->callback);
    w->future = f;
    return 0;
}

void aw__watch_stop(struct watch *w)
{
    struct link *link = &w->callback.entry.link;
    struct proxy *proxy = w->proxy;
    aw_future *f = w->future;

    w->future = NULL;
    w->proxy = NULL;
    if (proxy) {
        proxy->watch = NULL;
        if (f->ops->remove_done(f, run_proxy, proxy) > 0)
            free(proxy);
    } else if (link_is_linked(link)) {
        bool queued = future_of(f)->state != AW_PENDING;

        link_remove(link);
        w->callback.future = NULL;
        if (queued)
            aw_unref(f);
    }
}
