#pragma once

#include "await/internal.h"

/*
 * waiters: the queue of those who wait at one of the public structs: parks on
 * their tasks' stacks, in a list whose two ends are the struct's words. A
 * zeroed struct is a list without a head.
 *
 * A struct belongs to the loop of those who wait at it, as long as there are
 * any, or some that were chosen and have not gone on. From elsewhere, also from
 * a thread that runs no loop while this one runs, it is refused.
 */

struct waiter {
    struct park park;
    aw_waiters *queue; /* NULL: it has nothing to do with one any more */
    /* It was chosen, and is destroyed with its loop before it went on: pass on
       what it was chosen for. NULL: nothing. */
    void (*pass_on)(struct waiter *w);
    const char *what; /* it waits for, for aw_dump() */
};

/* 0; AW_EOTHERLOOP: tasks of another loop wait there. */
int aw__waiters_refusal(const aw_waiters *queue);

/*
 * Queue up until chosen. 0; AW_ECANCELED: w->park.state tells whether it was
 * chosen all the same; AW_ENOTASK and AW_EOTHERLOOP: it did not wait.
 */
int aw__waiters_wait(aw_waiters *queue, struct waiter *w);

/* Choose the first who still waits: it goes on in a later turn, and the queue
   must stay until then. NULL: nobody waits. */
struct waiter *aw__waiters_choose(aw_waiters *queue);

/* Wake all. What they waited at is not touched any more when they go on: it
   may be gone then. */
void aw__waiters_wake(aw_waiters *queue);

/*
 * The same for what leaves those it chose in the queue until they go on, as
 * asyncio's lock and condition do: does anybody wait, or has been chosen;
 * choose the first in the queue, if it still waits; choose the first n who do.
 */
bool aw__waiters_alive(const aw_waiters *queue);
void aw__waiters_tell_first(aw_waiters *queue);
void aw__waiters_tell(aw_waiters *queue, size_t n);
