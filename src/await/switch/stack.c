#include "await/switch/stack.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "await/tools.h"

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102 /* Linux 6.13; headers of Debian 12 lack it */
#endif

enum {
    DEFAULT_SIZE = AW_SANITIZED ? 256 * 1024 : 128 * 1024,
    DEFAULT_KEPT = 64,
    LEAST_ROOM = 16 * 1024,
    FIRST_SLAB = 16, /* stacks; each slab is twice the one before, up to */
    LARGEST_SLAB = 4096,
    WATERMARK_DEPTH = 16 * 1024, /* bytes from the top */
};

static const uint64_t watermark = UINT64_C(0x5afe57ac6d0e9a2b);

struct slab {
    struct slab *next;
    char *memory;
    size_t count;
    size_t used; /* stacks cut so far */
    struct stack stacks[];
};

void aw__stacks_init(struct stacks *pool, size_t size, size_t kept)
{
    long page = sysconf(_SC_PAGESIZE);

    *pool = (struct stacks){.page = page > 0 ? (size_t)page : 4096,
                            .kept = kept ? kept : DEFAULT_KEPT,
                            /* LeakSanitizer reads whole slabs, and skips only
                               what the kernel says cannot be read. */
                            .guard_by_mprotect = AW_SANITIZED};
    list_init(&pool->warm);
    list_init(&pool->cold);
    if (size == 0)
        size = DEFAULT_SIZE;
    if (size < LEAST_ROOM + pool->page)
        size = LEAST_ROOM + pool->page;
    if (size > SIZE_MAX / 2 / LARGEST_SLAB)
        size = SIZE_MAX / 2 / LARGEST_SLAB; /* no system maps that: ENOMEM */
    pool->size = (size + pool->page - 1) / pool->page * pool->page;
}

void aw__stacks_close(struct stacks *pool)
{
    struct slab *slab;

    while ((slab = pool->slabs)) {
        pool->slabs = slab->next;
        for (size_t i = 0; i < slab->used; i++)
            tool_stack_deregister(slab->stacks[i].valgrind_id);
        tool_root_remove(slab->memory, slab->count * pool->size);
        munmap(slab->memory, slab->count * pool->size);
        free(slab);
    }
    list_init(&pool->warm);
    list_init(&pool->cold);
    pool->warm_count = 0;
}

static bool add_slab(struct stacks *pool)
{
    size_t count = FIRST_SLAB;
    struct slab *slab;

    if (pool->slabs)
        count = pool->slabs->count * 2;
    if (count > LARGEST_SLAB)
        count = LARGEST_SLAB;
    slab = calloc(1, sizeof(*slab) + count * sizeof(struct stack));
    if (!slab)
        return false;
    slab->count = count;
    slab->memory = mmap(NULL, count * pool->size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (slab->memory == MAP_FAILED) {
        free(slab);
        return false;
    }
    /* A huge page for the top of one stack would make its neighbours resident
       too. Kernels without huge pages refuse: as good. */
    (void)madvise(slab->memory, count * pool->size, MADV_NOHUGEPAGE);
    tool_root_add(slab->memory, count * pool->size);
    slab->next = pool->slabs;
    pool->slabs = slab;
    return true;
}

static bool install_guard(struct stacks *pool, char *low)
{
    if (!pool->guard_by_mprotect) {
        if (madvise(low, pool->page, MADV_GUARD_INSTALL) == 0)
            return true;
        if (errno != EINVAL)
            return false;
        pool->guard_by_mprotect = true; /* an older kernel */
    }
    return mprotect(low, pool->page, PROT_NONE) == 0;
}

static struct stack *cut(struct stacks *pool)
{
    struct slab *slab = pool->slabs;
    struct stack *stack;
    char *low;

    if (!slab || slab->used == slab->count) {
        if (!add_slab(pool))
            return NULL;
        slab = pool->slabs;
    }
    low = slab->memory + slab->used * pool->size;
    if (!install_guard(pool, low))
        return NULL;
    stack = &slab->stacks[slab->used++];
    stack->low = low;
    stack->valgrind_id =
        tool_stack_register(low + pool->page, low + pool->size);
    return stack;
}

struct stack *aw__stacks_take(struct stacks *pool)
{
    struct link *link = list_pop(&pool->warm);
    struct stack *stack;

    if (link)
        pool->warm_count--;
    else
        link = list_pop(&pool->cold);
    if (!link)
        return cut(pool);
    stack = container_of(link, struct stack, link);
    tool_unpoison(stack_bottom(pool, stack), stack_room(pool));
    return stack;
}

/*
 * One deep call must not keep its pages for as long as the pool lives. The
 * first time a stack comes back, what lies below the mark is given back; later
 * only if the mark was overwritten. (Fiber stacks in Tarantool do likewise.)
 */
static void trim(struct stacks *pool, struct stack *stack)
{
    char *bottom = stack_bottom(pool, stack);
    size_t room = stack_room(pool);
    char *mark;

    if (room < 2 * WATERMARK_DEPTH)
        return;
    mark = bottom + (room - WATERMARK_DEPTH) / pool->page * pool->page;
    if (stack->marked && memcmp(mark, &watermark, sizeof(watermark)) == 0)
        return;
    if (madvise(bottom, (size_t)(mark - bottom), MADV_DONTNEED) < 0)
        return; /* it keeps its memory: no harm but the memory */
    memcpy(mark, &watermark, sizeof(watermark));
    stack->marked = true;
}

void aw__stacks_give(struct stacks *pool, struct stack *stack)
{
    tool_unpoison(stack_bottom(pool, stack), stack_room(pool));
    if (pool->warm_count < pool->kept) {
        trim(pool, stack);
        pool->warm_count++;
        list_prepend(&pool->warm, &stack->link);
        return;
    }
    stack->marked = false;
    (void)madvise(stack_bottom(pool, stack), stack_room(pool), MADV_DONTNEED);
    list_prepend(&pool->cold, &stack->link);
}
