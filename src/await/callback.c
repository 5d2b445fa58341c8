#include <stdlib.h>

#include "await/internal.h"

/*
 * callback: the done callbacks of a future, from its list to the ready queue.
 */

/* What the record holds goes before the callback runs: that may free the
   stack which a watch's record lies on, or add the next one. */
void aw__callback_release(struct callback *c)
{
    c->future = NULL;
    if (c->storage == CALLBACK_HEAP)
        free(c);
}

static void run_callback(aw_loop *loop, struct entry *entry)
{
    struct callback *c = container_of(entry, struct callback, entry);
    struct future *f = c->future;
    aw_done_fn fn = c->fn;
    void *data = c->data;

    (void)loop;
    aw__callback_release(c);
    fn(&f->base, data);
    aw_unref(&f->base);
}

static void discard_callback(struct entry *entry)
{
    struct callback *c = container_of(entry, struct callback, entry);
    struct future *f = c->future;

    aw__callback_release(c);
    aw_unref(&f->base);
}

static const struct entry_class callback_class = {run_callback,
                                                  discard_callback};

static void queue_callback(struct future *f, struct callback *c)
{
    aw_ref(&f->base); /* the future lives until it ran */
    c->future = f;
    aw__loop_append(f->loop, &c->entry);
}

/* Add a record to a future; to the queue, if that is decided. */
void aw__future_queue(struct future *f, struct callback *c)
{
    c->entry = (struct entry){.class = &callback_class};
    c->future = NULL;
    if (f->state == AW_PENDING) {
        c->future = f; /* in use; not yet a reference */
        list_append(&f->callbacks, &c->entry.link);
    } else if (!f->loop->closed) {
        queue_callback(f, c);
    } else {
        aw__callback_release(c);
    }
}

void aw__future_queue_callbacks(struct future *f)
{
    struct link *link;

    while ((link = list_pop(&f->callbacks))) {
        struct callback *c = container_of(
            container_of(link, struct entry, link), struct callback, entry);

        if (f->loop->closed)
            aw__callback_release(c);
        else
            queue_callback(f, c);
    }
}

int aw__future_add_done_op(aw_future *future, aw_done_fn fn, void *data)
{
    struct future *f = future_of(future);
    struct callback *c = &f->first;

    if (f->immortal && !f->loop)
        return f->code;
    if (c->future || f->immortal) { /* in use, or not to be written to */
        c = malloc(sizeof(*c));
        if (!c)
            return AW_ENOMEM;
        c->storage = CALLBACK_HEAP;
    } else {
        c->storage = CALLBACK_INLINE;
    }
    c->fn = fn;
    c->data = data;
    aw__future_queue(f, c);
    return 0;
}

size_t aw__future_remove_done_op(aw_future *future, aw_done_fn fn, void *data)
{
    struct future *f = future_of(future);
    struct link *link = f->callbacks.next;
    size_t removed = 0;

    while (link != &f->callbacks) {
        struct callback *c = container_of(
            container_of(link, struct entry, link), struct callback, entry);

        link = link->next;
        if (c->fn != fn || c->data != data || c->storage == CALLBACK_WATCH)
            continue;
        link_remove(&c->entry.link);
        aw__callback_release(c);
        removed++;
    }
    return removed;
}
