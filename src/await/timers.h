#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * timers: deadlines in order: a pairing heap (Fredman, Sedgewick, Sleator,
 * Tarjan, "The pairing heap", 1986) of nodes inside their owners, so that
 * adding one needs no memory. Equal deadlines come in the order of adding.
 */

#define TIMERS_NEVER INT64_MAX

struct timer {
    int64_t deadline_ns;
    uint64_t sequence;
    struct timer *child;    /* the first of its children */
    struct timer *sibling;  /* the next of its parent's children */
    struct timer *previous; /* sibling before it, or parent */
    bool armed;
};

struct timers {
    struct timer *first;
    uint64_t sequence;
};

/* `timer` must not be armed. */
void aw__timers_add(struct timers *timers, struct timer *timer,
                    int64_t deadline_ns);

/* Harmless if it is not armed. */
void aw__timers_remove(struct timers *timers, struct timer *timer);

static inline int64_t timers_next(const struct timers *timers)
{
    return timers->first ? timers->first->deadline_ns : TIMERS_NEVER;
}
