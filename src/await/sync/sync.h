#pragma once

#include "await/base.h"

AW_BEGIN_DECLS

/*
 * sync: event and semaphore, for tasks of one loop. Plain structs, zero is
 * ready to use (an unset event, a locked semaphore without a bound); nothing
 * to free. Waiters are nodes on their tasks' stacks, served in order.
 *
 * While tasks of a loop wait at one of them, another loop, or a thread that the
 * loop does not run in, is refused with AW_EOTHERLOOP. Afterwards it may be
 * used in another.
 */

/* The library's. */
typedef struct aw_waiters {
    void *first;
    void *last;
    aw_loop *loop; /* of those who wait, or were chosen and have not gone on */
    size_t chosen;
} aw_waiters;

typedef struct aw_event {
    bool set;
    aw_waiters waiters;
} aw_event;

/*
 * Waiting on a set event does not suspend. Setting wakes all who wait now,
 * even if it is cleared again at once; it may be freed as soon as it is set.
 *
 * Owner: the struct is the caller's, and stays in place while tasks wait.
 * Thread: wait: a task's; set, clear: the loop's. Codes: AW_EOTHERLOOP;
 * wait: AW_ECANCELED, AW_ENOTASK. Cancellation: ends the wait.
 */
AW_CHECK int aw_event_wait(aw_event *e);
int aw_event_set(aw_event *e);
void aw_event_clear(aw_event *e);

typedef struct aw_semaphore {
    int value; /* free places; 0: locked */
    int bound; /* releasing beyond it is refused; 0: none */
    aw_waiters waiters;
    int given; /* the library's: places of waiters who have not gone on yet, so
                  that nobody who comes later overtakes them */
} aw_semaphore;

/*
 * `value` places are free at first, and never more than `bound`. Acquiring a
 * free one does not suspend. A released one is the first waiter's.
 *
 * Owner: the struct is the caller's, and stays in place while tasks wait or
 * have been chosen and have not gone on. Thread: acquire: a task's; release:
 * the loop's. Codes: init: AW_EINVAL: negative, or more than the bound.
 * release: AW_ESTATE: beyond the bound. AW_EOTHERLOOP; acquire: AW_ECANCELED,
 * AW_ENOTASK. Cancellation: ends the wait; a place that was chosen for it is
 * passed on.
 */
int aw_semaphore_init(aw_semaphore *s, int value, int bound);
AW_CHECK int aw_semaphore_acquire(aw_semaphore *s);
int aw_semaphore_release(aw_semaphore *s);

AW_END_DECLS
