#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "await/list.h"

/*
 * stack: memory for coroutines to run on.
 *
 * Stacks are cut from slabs of address space. Below each lies a guard of
 * STACK_GUARD bytes: an overflow faults there, unless a single frame is larger
 * than the guard and its function does not touch what it reserves. Whoever
 * compiles with -fstack-clash-protection, as this project does, has no such
 * frame.
 *
 * Memory is touched as it is used. Stacks that come back are handed out again,
 * the last first. They keep their memory for as long as they may be wanted: as
 * many as were in use at once of late, and at least `kept`. That number falls
 * by half a second, by stacks_tend(), which returns the surplus to the system,
 * neighbours in one call. Slabs stay until stacks_close().
 *
 * Guards are made with MADV_GUARD_INSTALL (Linux 6.13), which does not split
 * the mapping; elsewhere with mprotect(), of which the usual
 * vm.max_map_count allows about 32,700: past it, stacks_take() gives NULL.
 *
 * Threads: one. Ownership: the pool owns all stacks.
 */

enum { STACK_GUARD = 64 * 1024 }; /* bytes; address space only */

#define STACKS_NEVER INT64_MAX

struct stack {
    struct link link; /* in the pool while free */
    char *low;        /* the guard; usable memory begins after it */
    unsigned valgrind_id;
    bool marked; /* has a watermark */
    bool warm;   /* free, and may have memory */
};

struct stacks {
    size_t room;  /* usable bytes a stack */
    size_t guard; /* bytes below it: STACK_GUARD in whole pages */
    size_t page;
    size_t kept;
    size_t in_use;
    size_t peak;   /* the most in use since the last window began */
    size_t recent; /* how many are wanted, as of the last window */
    size_t warm_count;
    struct link warm; /* free, with memory */
    struct link cold; /* free, without */
    struct slab *slabs;
    struct slab *scanned; /* where the search for surplus stands; NULL: at the
                             first */
    size_t scanned_to;
    int64_t due_ns; /* when stacks_tend() is wanted */
    bool guard_by_mprotect;
    bool guard_checked;
};

/* room 0, kept 0: the defaults (128 KiB, 256 under sanitizers; 64). The room
   is rounded up to pages, and to at least 16 KiB. */
void aw__stacks_init(struct stacks *pool, size_t room, size_t kept);

/* Every stack must be back, or not needed any more. */
void aw__stacks_close(struct stacks *pool);

/* NULL: no memory, or no mapping left. */
struct stack *aw__stacks_take(struct stacks *pool);

/* Not from the stack itself: one cannot saw off the branch one sits on. */
void aw__stacks_give(struct stacks *pool, struct stack *stack);

/* To be called when the time is due_ns or later, on any monotonic clock: give
   back some of what is not wanted any more, a few hundred stacks at most, and
   say by due_ns when to call again. Before the first call due_ns is either
   STACKS_NEVER or a time long past. */
void aw__stacks_tend(struct stacks *pool, int64_t now_ns);

static inline char *stack_bottom(const struct stacks *pool,
                                 const struct stack *stack)
{
    return stack->low + pool->guard;
}
