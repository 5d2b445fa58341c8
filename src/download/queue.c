#include "download/queue.h"

#include <assert.h>
#include <errno.h>

static struct item *item_at(const struct heap_node *node)
{
    return heap_entry(node, struct item, node);
}

static struct origin *open_at(const struct heap_node *node)
{
    return heap_entry(node, struct origin, open);
}

static struct origin *paused_at(const struct heap_node *node)
{
    return heap_entry(node, struct origin, paused);
}

static bool comes_first(const struct heap_node *a, const struct heap_node *b)
{
    return item_at(a)->index < item_at(b)->index;
}

static bool is_due_first(const struct heap_node *a, const struct heap_node *b)
{
    int64_t a_us = item_at(a)->due_us;
    int64_t b_us = item_at(b)->due_us;

    return a_us != b_us ? a_us < b_us : comes_first(a, b);
}

static bool has_first(const struct heap_node *a, const struct heap_node *b)
{
    return comes_first(open_at(a)->ready.first, open_at(b)->ready.first);
}

static bool ends_first(const struct heap_node *a, const struct heap_node *b)
{
    return paused_at(a)->paused_until_us < paused_at(b)->paused_until_us;
}

void queue_init(struct queue *queue, unsigned max_host)
{
    *queue = (struct queue){
        .max_host = max_host,
        .waiting = {.before = is_due_first},
        .open = {.before = has_first},
        .paused = {.before = ends_first},
    };
}

void queue_close(struct queue *queue)
{
    assert(queue->held == 0);
    while (queue->origins.first)
        origin_drop(&queue->origins, queue->origins.first);
}

/* Something about an origin has changed: put it where it belongs, or let go of
   it. */
static void place(struct queue *queue, struct origin *origin)
{
    bool paused = origin->paused_until_us > queue->now_us;
    bool full = queue->max_host > 0 && origin->running >= queue->max_host;

    heap_remove(&queue->open, &origin->open);
    heap_remove(&queue->paused, &origin->paused);
    if (paused)
        heap_add(&queue->paused, &origin->paused);
    if (origin->ready.first && (queue->draining || (!paused && !full)))
        heap_add(&queue->open, &origin->open);
    if (origin->held == 0 && !paused)
        origin_drop(&queue->origins, origin);
}

/* The item may start as soon as its origin allows. */
static void make_ready(struct queue *queue, struct item *item)
{
    struct origin *origin = item->origin;

    /* Its first item is what orders the origin among the open ones. */
    heap_remove(&queue->open, &origin->open);
    heap_add(&origin->ready, &item->node);
    place(queue, origin);
}

int queue_add(struct queue *queue, struct item *item)
{
    item->origin = origin_find(&queue->origins, item->url, comes_first);
    if (!item->origin)
        return -ENOMEM;
    item->node = (struct heap_node){0};
    item->origin->held++;
    queue->held++;
    make_ready(queue, item);
    return 0;
}

void queue_wake(struct queue *queue, int64_t now_us)
{
    struct heap_node *node;

    queue->now_us = now_us;
    while ((node = queue->waiting.first) && item_at(node)->due_us <= now_us)
        make_ready(queue, item_at(heap_take(&queue->waiting)));
    while ((node = queue->paused.first) &&
           paused_at(node)->paused_until_us <= now_us)
        place(queue, paused_at(node));
}

bool queue_is_ready(const struct queue *queue)
{
    return queue->open.first != NULL;
}

struct item *queue_take(struct queue *queue)
{
    struct heap_node *node = heap_take(&queue->open);
    struct origin *origin;
    struct item *item;

    if (!node)
        return NULL;
    origin = open_at(node);
    item = item_at(heap_take(&origin->ready));
    origin->running++;
    place(queue, origin);
    return item;
}

void queue_release(struct queue *queue, struct item *item)
{
    struct origin *origin = item->origin;

    item->origin = NULL;
    origin->running--;
    origin->held--;
    queue->held--;
    place(queue, origin);
}

void queue_again(struct queue *queue, struct item *item)
{
    assert(!queue->draining);
    item->origin->running--;
    heap_add(&queue->waiting, &item->node);
    place(queue, item->origin);
}

void queue_pause(struct queue *queue, struct item *item, int64_t until_us)
{
    struct origin *origin = item->origin;

    if (until_us <= origin->paused_until_us)
        return;
    heap_remove(&queue->paused, &origin->paused);
    origin->paused_until_us = until_us;
    place(queue, origin);
}

int64_t queue_next_us(const struct queue *queue)
{
    int64_t next_us = INT64_MAX;

    if (queue->waiting.first)
        next_us = item_at(queue->waiting.first)->due_us;
    if (queue->paused.first &&
        paused_at(queue->paused.first)->paused_until_us < next_us)
        next_us = paused_at(queue->paused.first)->paused_until_us;
    return next_us;
}

void queue_drain(struct queue *queue)
{
    struct heap_node *node;
    struct origin *next;

    queue->draining = true;
    while ((node = heap_take(&queue->waiting)))
        make_ready(queue, item_at(node));
    for (struct origin *origin = queue->origins.first; origin; origin = next) {
        next = origin->next;
        place(queue, origin);
    }
}
