#include "await/sync/queue.h"

#include <stdlib.h>

#include "await/sync/queue_items.h"
#include "await/sync/waiters.h"

int aw_queue_init(aw_queue *q, size_t bound, aw_queue_order order,
                  aw_compare compare)
{
    if (order != AW_FIFO && order != AW_LIFO && order != AW_PRIORITY)
        return AW_EINVAL;
    if ((order == AW_PRIORITY) != (compare != NULL))
        return AW_EINVAL;
    *q = (aw_queue){.bound = bound, .order = order, .compare = compare};
    return 0;
}

static void drop_all(aw_queue *q)
{
    while (q->count > 0)
        aw__value_drop(aw__queue_take(q));
}

void aw_queue_free(aw_queue *q)
{
    drop_all(q);
    free(q->items);
    *q = (aw_queue){.closed = true};
}

size_t aw_queue_size(const aw_queue *q)
{
    return q->count;
}

bool aw_queue_full(const aw_queue *q)
{
    return q->bound > 0 && q->count >= q->bound;
}

bool aw_queue_closed(const aw_queue *q)
{
    return q->closed;
}

static int refusal(const aw_queue *q)
{
    int rc = aw__waiters_refusal(&q->getters);

    if (rc == 0)
        rc = aw__waiters_refusal(&q->putters);
    return rc < 0 ? rc : aw__waiters_refusal(&q->joiners);
}

/* Whoever was chosen and does not go on lets the next one try. */

static void next_getter(aw_queue *q)
{
    if (q->count > 0)
        (void)aw__waiters_choose(&q->getters);
}

static void next_putter(aw_queue *q)
{
    if (!aw_queue_full(q))
        (void)aw__waiters_choose(&q->putters);
}

static void getter_destroyed(struct waiter *w)
{
    next_getter(container_of(w->queue, aw_queue, getters));
}

static void putter_destroyed(struct waiter *w)
{
    next_putter(container_of(w->queue, aw_queue, putters));
}

int aw_queue_try_put(aw_queue *q, aw_value v)
{
    int rc = refusal(q);

    if (rc < 0)
        return rc;
    if (q->closed)
        return AW_ECLOSED;
    if (aw_queue_full(q))
        return AW_EFULL;
    rc = aw__queue_add(q, v);
    if (rc < 0)
        return rc;
    q->unfinished++;
    (void)aw__waiters_choose(&q->getters);
    return 0;
}

int aw_queue_put(aw_queue *q, aw_value v)
{
    int rc = refusal(q);

    while (rc == 0 && aw_queue_full(q) && !q->closed) {
        struct waiter w = {.pass_on = putter_destroyed,
                           .what = "room in a queue"};

        rc = aw__waiters_wait(&q->putters, &w);
        if (rc < 0 && w.park.state == PARK_DECIDED)
            next_putter(q);
    }
    if (rc < 0)
        return rc;
    rc = aw_queue_try_put(q, v);
    if (rc == AW_ENOMEM)
        next_putter(q);
    return rc;
}

int aw_queue_try_get(aw_queue *q, aw_value *v)
{
    int rc = refusal(q);

    if (rc < 0)
        return rc;
    if (q->count == 0)
        return q->closed ? AW_EEND : AW_EEMPTY;
    *v = aw__queue_take(q);
    (void)aw__waiters_choose(&q->putters);
    return 0;
}

int aw_queue_get(aw_queue *q, aw_value *v)
{
    int rc = refusal(q);

    while (rc == 0 && q->count == 0 && !q->closed) {
        struct waiter w = {.pass_on = getter_destroyed,
                           .what = "an item of a queue"};

        rc = aw__waiters_wait(&q->getters, &w);
        if (rc < 0 && w.park.state == PARK_DECIDED)
            next_getter(q);
    }
    return rc < 0 ? rc : aw_queue_try_get(q, v);
}

int aw_queue_task_done(aw_queue *q)
{
    int rc = refusal(q);

    if (rc < 0)
        return rc;
    if (q->unfinished == 0)
        return AW_ESTATE;
    q->unfinished--;
    if (q->unfinished == 0)
        aw__waiters_wake(&q->joiners);
    return 0;
}

int aw_queue_join(aw_queue *q)
{
    struct waiter w = {.what = "the join of a queue"};
    int rc = refusal(q);

    if (rc < 0 || q->unfinished == 0)
        return rc;
    return aw__waiters_wait(&q->joiners, &w);
}

int aw_queue_close(aw_queue *q)
{
    int rc = refusal(q);

    if (rc < 0)
        return rc;
    q->closed = true;
    while (aw__waiters_choose(&q->getters))
        continue;
    while (aw__waiters_choose(&q->putters))
        continue;
    return 0;
}

int aw_queue_close_now(aw_queue *q)
{
    size_t dropped = q->count;
    int rc = refusal(q);

    if (rc < 0)
        return rc;
    q->closed = true; /* what a drop does finds it so */
    drop_all(q);
    q->unfinished -= dropped < q->unfinished ? dropped : q->unfinished;
    if (q->unfinished == 0)
        aw__waiters_wake(&q->joiners);
    return aw_queue_close(q);
}
