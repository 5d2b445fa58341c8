#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "await/list.h"

/*
 * stack: memory for coroutines to run on.
 *
 * Stacks are cut from slabs of address space, each with a guard page at its
 * low end: an overflow faults, it never reaches other memory. Memory is
 * touched as it is used. Stacks that come back are handed out again, the last
 * first; up to `kept` of them keep their memory, the others give it back to
 * the system. Slabs stay until aw__stacks_close().
 *
 * Guards are made with MADV_GUARD_INSTALL (Linux 6.13), which does not split
 * the mapping; elsewhere with mprotect(), of which the usual
 * vm.max_map_count allows about 32,700: past it, aw__stacks_take() gives NULL.
 *
 * Threads: one. Ownership: the pool owns all stacks.
 */

struct stack {
    struct link link; /* in the pool while free */
    char *low;        /* the guard page; usable memory begins after it */
    unsigned valgrind_id;
    bool marked; /* has a watermark */
};

struct stacks {
    size_t size; /* bytes a stack, its guard page included */
    size_t page;
    size_t kept;
    size_t warm_count;
    struct link warm; /* free, with memory */
    struct link cold; /* free, without */
    struct slab *slabs;
    bool guard_by_mprotect;
};

/* size 0, kept 0: the defaults (128 KiB, 256 under sanitizers; 64). The size
   is rounded up to pages, and to at least 16 KiB and the guard. */
void aw__stacks_init(struct stacks *pool, size_t size, size_t kept);

/* Every stack must be back, or not needed any more. */
void aw__stacks_close(struct stacks *pool);

/* NULL: no memory, or no mapping left. */
struct stack *aw__stacks_take(struct stacks *pool);

/* Not from the stack itself: one cannot saw off the branch one sits on. */
void aw__stacks_give(struct stacks *pool, struct stack *stack);

static inline char *stack_bottom(const struct stacks *pool,
                                 const struct stack *stack)
{
    return stack->low + pool->page;
}

static inline size_t stack_room(const struct stacks *pool)
{
    return pool->size - pool->page;
}
