#include "await/sync/queue_items.h"

#include <stdlib.h>

enum { ROOM_MIN = 8 };

struct item {
    aw_value value;
    uint64_t sequence; /* for the order of equals */
};

static struct item *items_of(const aw_queue *q)
{
    return q->items;
}

/* Where the n-th item is; only a FIFO's does not begin at 0. */
static struct item *item_at(const aw_queue *q, size_t n)
{
    size_t at = q->first + n;

    return &items_of(q)[at < q->room ? at : at - q->room];
}

/* Twice the room, with the items at its beginning. */
static int grow(aw_queue *q)
{
    size_t room = q->room > 0 ? 2 * q->room : ROOM_MIN;
    struct item *items;

    if (room > SIZE_MAX / sizeof(*items))
        return AW_ENOMEM;
    items = malloc(room * sizeof(*items));
    if (!items)
        return AW_ENOMEM;
    for (size_t i = 0; i < q->count; i++)
        items[i] = *item_at(q, i);
    free(q->items);
    q->items = items;
    q->room = room;
    q->first = 0;
    return 0;
}

static bool precedes(const aw_queue *q, const struct item *a,
                     const struct item *b)
{
    int order = q->compare(&a->value, &b->value);

    return order < 0 || (order == 0 && a->sequence < b->sequence);
}

static void move_up(aw_queue *q, size_t at)
{
    struct item *items = items_of(q);
    struct item item = items[at];

    while (at > 0 && precedes(q, &item, &items[(at - 1) / 2])) {
        items[at] = items[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    items[at] = item;
}

static void move_down(aw_queue *q, size_t at)
{
    struct item *items = items_of(q);
    struct item item = items[at];

    for (;;) {
        size_t child = 2 * at + 1;

        if (child >= q->count)
            break;
        if (child + 1 < q->count &&
            precedes(q, &items[child + 1], &items[child]))
            child++;
        if (!precedes(q, &items[child], &item))
            break;
        items[at] = items[child];
        at = child;
    }
    items[at] = item;
}

int aw__queue_add(aw_queue *q, aw_value v)
{
    if (q->count == q->room) {
        int rc = grow(q);

        if (rc < 0)
            return rc;
    }
    *item_at(q, q->count) = (struct item){v, q->sequence++};
    q->count++;
    if (q->order == AW_PRIORITY)
        move_up(q, q->count - 1);
    return 0;
}

aw_value aw__queue_take(aw_queue *q)
{
    struct item *last = item_at(q, q->count - 1);
    struct item *next = q->order == AW_LIFO ? last : item_at(q, 0);
    aw_value v = next->value;

    q->count--;
    if (q->order == AW_FIFO)
        q->first = q->first + 1 < q->room ? q->first + 1 : 0;
    if (q->order == AW_PRIORITY) {
        *next = *last;
        move_down(q, 0);
    }
    return v;
}
