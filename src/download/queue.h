#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "download/heap.h"
#include "download/item.h"
#include "download/origin.h"

/*
 * queue: the items of a schedule, those that may start in the order of the
 * input, and those that may not yet: before they are due, while their origin is
 * paused or has no place. The schedule's own; pure, but for the memory of
 * origins.
 *
 * Every call takes logarithmic time at most, amortised, but for queue_drain().
 */
struct queue {
    unsigned max_host; /* attempts that run at one origin; 0: no limit */
    size_t held;       /* items, those that run included */

    /* Its own. */
    struct origins origins;
    struct heap waiting; /* items, by when they are due */
    struct heap open;    /* origins, by their first item that may start */
    struct heap paused;  /* origins, by the end of their pause */
    int64_t now_us;
    bool draining;
};

void queue_init(struct queue *queue, unsigned max_host);
void queue_close(struct queue *queue); /* it holds no item */

/* An item that may start at once. -ENOMEM: it was not added. */
int queue_add(struct queue *queue, struct item *item);

/* Time passes: whatever has waited for it may start. */
void queue_wake(struct queue *queue, int64_t now_us);

/* Whether an item may start; take the first one, which runs from now on; NULL:
   there is none. */
bool queue_is_ready(const struct queue *queue);
struct item *queue_take(struct queue *queue);

/* It does not run any more, and is given back: */
void queue_release(struct queue *queue, struct item *item);
/* or it may start again, at item->due_us at the earliest. */
void queue_again(struct queue *queue, struct item *item);

/* No item of this one's origin starts before then. */
void queue_pause(struct queue *queue, struct item *item, int64_t until_us);

/* When queue_wake() will find something; INT64_MAX: never. */
int64_t queue_next_us(const struct queue *queue);

/* From now on every item that does not run can be taken, whatever it has waited
   for, so that it can be released. */
void queue_drain(struct queue *queue);
