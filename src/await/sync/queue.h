#pragma once

#include "await/sync/sync.h"

AW_BEGIN_DECLS

/*
 * queue: asyncio's queues, for tasks of one loop; see sync.h for what holds for
 * all of these. Items come out in their order; those who wait to put or to get
 * are served in the order of their coming. Closing follows CPython 3.13's
 * shutdown.
 */

typedef enum {
    AW_FIFO,
    AW_LIFO,
    AW_PRIORITY /* the least first; of equals the one put first */
} aw_queue_order;

/* Less than, equal to or greater than 0, as qsort()'s. */
typedef int (*aw_compare)(const aw_value *a, const aw_value *b);

/* The library's; aw_queue_init() makes it ready. */
typedef struct aw_queue {
    size_t bound;
    aw_queue_order order;
    aw_compare compare;
    void *items;
    size_t room;
    size_t first;
    size_t count;
    size_t unfinished;
    uint64_t sequence;
    bool closed;
    aw_waiters getters;
    aw_waiters putters;
    aw_waiters joiners;
} aw_queue;

/*
 * Make a queue of at most `bound` items (0: any number) ready; drop what is in
 * it and free what it has.
 *
 * Owner: the caller's struct, with the values in it. Freed, nobody may wait at
 * it.
 * Thread: the loop's.
 * Codes: 0; AW_EINVAL: a compare that is missing (AW_PRIORITY) or surplus.
 * Cancellation: none, they do not wait.
 */
int aw_queue_init(aw_queue *q, size_t bound, aw_queue_order order,
                  aw_compare compare);
void aw_queue_free(aw_queue *q);

/*
 * Put a value, waiting while the queue is full; get the next, waiting while it
 * is empty. What can be served at once does not suspend. The other two never
 * wait.
 *
 * Owner: the value is the queue's once it was put; with a code it is still the
 * caller's. What was got is the caller's; *v is written only on 0.
 * Thread: the loop's; waiting from a task.
 * Codes: 0; AW_ECLOSED: closed for putting; AW_EEND: closed, and nothing is
 * left to get; AW_EFULL, AW_EEMPTY: what would wait; AW_ENOMEM (put);
 * AW_ENOTASK; AW_EOTHERLOOP.
 * Cancellation: AW_ECANCELED, and nothing was put or got; a waiter that was
 * chosen already wakes the next.
 */
AW_CHECK int aw_queue_put(aw_queue *q, aw_value v);
AW_CHECK int aw_queue_get(aw_queue *q, aw_value *v);
int aw_queue_try_put(aw_queue *q, aw_value v);
int aw_queue_try_get(aw_queue *q, aw_value *v);

/*
 * Tell that an item that was got is dealt with; wait until that was told of
 * each that was put.
 *
 * Thread: the loop's; joining from a task, unless nothing is unfinished.
 * Owner: the caller's struct.
 * Codes: 0; AW_ESTATE: told more often than items were put; AW_ENOTASK;
 * AW_EOTHERLOOP.
 * Cancellation: joining, AW_ECANCELED, and nothing has changed.
 */
int aw_queue_task_done(aw_queue *q);
AW_CHECK int aw_queue_join(aw_queue *q);

/*
 * Close it: from now on nothing can be put, and getting ends when it is empty;
 * all who wait are woken to find that. Close it and drop what is in it, which
 * counts as dealt with. Closing again is harmless.
 *
 * Owner: dropped values are dropped by their own `drop`, once.
 * Thread: the loop's, also outside a task.
 * Codes: 0; AW_EOTHERLOOP: nothing has changed.
 * Cancellation: none, they do not wait.
 */
int aw_queue_close(aw_queue *q);
int aw_queue_close_now(aw_queue *q);

/*
 * How many are in it; whether putting would wait; whether it is closed.
 *
 * Owner: nothing changes hands. Thread: the loop's. Codes: none.
 * Cancellation: none.
 */
size_t aw_queue_size(const aw_queue *q);
bool aw_queue_full(const aw_queue *q);
bool aw_queue_closed(const aw_queue *q);

AW_END_DECLS
