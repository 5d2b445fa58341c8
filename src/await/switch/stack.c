#include "await/switch/stack.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "await/tools.h"

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22 /* Linux 5.14; headers of musl may lack it */
#endif
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102 /* Linux 6.13; headers of Debian 12 lack it */
#endif

enum {
    DEFAULT_ROOM = AW_SANITIZED ? 256 * 1024 : 128 * 1024,
    DEFAULT_KEPT = 64,
    LEAST_ROOM = 16 * 1024,
    FIRST_SLAB = 16, /* stacks; each slab is twice the one before, up to */
    LARGEST_SLAB = 4096,
    WATERMARK_DEPTH = 16 * 1024, /* bytes from the top */
    SLICE = 512, /* stacks given back at once, so that nobody waits long */
};

#define WINDOW_NS INT64_C(1000000000) /* what is called "of late" */
#define SLICE_NS INT64_C(1000000)     /* between slices */
#define SOON INT64_MIN

static const uint64_t watermark = UINT64_C(0x5afe57ac6d0e9a2b);

struct slab {
    struct slab *next;
    char *memory;
    size_t count;
    size_t used; /* stacks cut so far */
    struct stack stacks[];
};

static size_t round_up(size_t n, size_t unit)
{
    return (n + unit - 1) / unit * unit;
}

static size_t stride(const struct stacks *pool)
{
    return pool->guard + pool->room;
}

void aw__stacks_init(struct stacks *pool, size_t room, size_t kept)
{
    long page = sysconf(_SC_PAGESIZE);

    *pool = (struct stacks){.page = page > 0 ? (size_t)page : 4096,
                            .kept = kept ? kept : DEFAULT_KEPT,
                            .due_ns = STACKS_NEVER,
                            /* LeakSanitizer reads whole slabs, and skips only
                               what the kernel says cannot be read. */
                            .guard_by_mprotect = AW_SANITIZED};
    list_init(&pool->warm);
    list_init(&pool->cold);
    if (room == 0)
        room = DEFAULT_ROOM;
    if (room < LEAST_ROOM)
        room = LEAST_ROOM;
    if (room > SIZE_MAX / 4 / LARGEST_SLAB)
        room = SIZE_MAX / 4 / LARGEST_SLAB; /* no system maps that: ENOMEM */
    pool->room = round_up(room, pool->page);
    pool->guard = round_up(STACK_GUARD, pool->page);
}

void aw__stacks_close(struct stacks *pool)
{
    struct slab *slab;

    while ((slab = pool->slabs)) {
        pool->slabs = slab->next;
        for (size_t i = 0; i < slab->used; i++)
            tool_stack_deregister(slab->stacks[i].valgrind_id);
        tool_root_remove(slab->memory, slab->count * stride(pool));
        munmap(slab->memory, slab->count * stride(pool));
        free(slab);
    }
    list_init(&pool->warm);
    list_init(&pool->cold);
    pool->warm_count = 0;
    pool->scanned = NULL;
    pool->due_ns = STACKS_NEVER;
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
    slab->memory = mmap(NULL, count * stride(pool), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (slab->memory == MAP_FAILED) {
        free(slab);
        return false;
    }
    /* A huge page for the top of one stack would make its neighbours resident
       too. Kernels without huge pages refuse: as good. */
    (void)madvise(slab->memory, count * stride(pool), MADV_NOHUGEPAGE);
    tool_root_add(slab->memory, count * stride(pool));
    slab->next = pool->slabs;
    pool->slabs = slab;
    return true;
}

/* Emulators say yes to advice they do not know: see, once, whether the kernel
   refuses to bring in what is guarded. Advice and no access, for valgrind would
   follow us there. */
static bool is_guarded(char *low, size_t size)
{
    return madvise(low, size, MADV_POPULATE_READ) < 0 && errno == EFAULT;
}

static bool install_guard(struct stacks *pool, char *low)
{
    if (!pool->guard_by_mprotect) {
        if (madvise(low, pool->guard, MADV_GUARD_INSTALL) < 0) {
            if (errno != EINVAL)
                return false;
            pool->guard_by_mprotect = true; /* an older kernel */
        } else if (!pool->guard_checked) {
            pool->guard_checked = true;
            pool->guard_by_mprotect = !is_guarded(low, pool->guard);
        }
    }
    return !pool->guard_by_mprotect ||
           mprotect(low, pool->guard, PROT_NONE) == 0;
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
    low = slab->memory + slab->used * stride(pool);
    if (!install_guard(pool, low))
        return NULL;
    stack = &slab->stacks[slab->used++];
    stack->low = low;
    stack->valgrind_id =
        tool_stack_register(low + pool->guard, low + stride(pool));
    return stack;
}

/* Where it is seen that a stack was used deeply. NULL: it has no room to be. */
static char *mark_of(const struct stacks *pool, const struct stack *stack)
{
    size_t room = pool->room;

    if (room < 2 * WATERMARK_DEPTH)
        return NULL;
    return stack_bottom(pool, stack) +
           (room - WATERMARK_DEPTH) / pool->page * pool->page;
}

/* Of stacks that are handed out again: what is used once is not to have a page
   for the mark's sake. */
static void put_mark(const struct stacks *pool, struct stack *stack)
{
    char *mark = mark_of(pool, stack);

    if (!mark || stack->marked)
        return;
    memcpy(mark, &watermark, sizeof(watermark));
    stack->marked = true;
}

struct stack *aw__stacks_take(struct stacks *pool)
{
    struct link *link = list_pop(&pool->warm);
    struct stack *stack;

    if (link)
        pool->warm_count--;
    else
        link = list_pop(&pool->cold);
    stack = link ? container_of(link, struct stack, link) : cut(pool);
    if (!stack)
        return NULL;
    tool_unpoison(stack_bottom(pool, stack), pool->room);
    if (stack->warm)
        put_mark(pool, stack);
    stack->warm = false;
    if (++pool->in_use > pool->peak)
        pool->peak = pool->in_use;
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
    const char *mark = mark_of(pool, stack);

    if (!mark ||
        (stack->marked && memcmp(mark, &watermark, sizeof(watermark)) == 0))
        return;
    /* Refused, it keeps its memory: no harm but the memory. */
    (void)madvise(bottom, (size_t)(mark - bottom), MADV_DONTNEED);
    stack->marked = false;
}

void aw__stacks_give(struct stacks *pool, struct stack *stack)
{
    tool_unpoison(stack_bottom(pool, stack), pool->room);
    trim(pool, stack);
    stack->warm = true;
    list_prepend(&pool->warm, &stack->link);
    pool->in_use--;
    if (++pool->warm_count > pool->kept && pool->due_ns == STACKS_NEVER)
        pool->due_ns = SOON;
}

/* How many of the free stacks with memory are not wanted. */
static size_t surplus(const struct stacks *pool)
{
    size_t wanted = pool->kept;

    if (pool->recent > pool->in_use && pool->recent - pool->in_use > wanted)
        wanted = pool->recent - pool->in_use;
    return pool->warm_count > wanted ? pool->warm_count - wanted : 0;
}

/* Neighbours, with the guards between them, which this leaves alone. Refused,
   they keep their memory: no harm but the memory. */
static void release(struct stacks *pool, struct stack *first, size_t n)
{
    (void)madvise(stack_bottom(pool, first), n * stride(pool) - pool->guard,
                  MADV_DONTNEED);
    for (size_t i = 0; i < n; i++) {
        struct stack *stack = &first[i];

        stack->warm = false;
        stack->marked = false;
        link_remove(&stack->link);
        list_append(&pool->cold, &stack->link);
    }
    pool->warm_count -= n;
}

/* From the place where the search stands: the next run of at most `most`
   neighbours that are free and have memory. 0: there are no more. */
static size_t next_run(struct stacks *pool, size_t most, struct stack **first)
{
    while (pool->scanned) {
        struct slab *slab = pool->scanned;
        size_t at = pool->scanned_to;
        size_t n = 0;

        while (at < slab->used && !slab->stacks[at].warm)
            at++;
        while (at + n < slab->used && n < most && slab->stacks[at + n].warm)
            n++;
        pool->scanned_to = at + n;
        if (n > 0) {
            *first = &slab->stacks[at];
            return n;
        }
        pool->scanned = slab->next;
        pool->scanned_to = 0;
    }
    return 0;
}

static void begin_window(struct stacks *pool)
{
    pool->recent /= 2;
    if (pool->recent < pool->peak)
        pool->recent = pool->peak;
    pool->peak = pool->in_use;
    pool->scanned = pool->slabs;
    pool->scanned_to = 0;
}

/* False: there is more to give back, or was when the search began. */
static bool release_surplus(struct stacks *pool)
{
    size_t left = SLICE;

    while (left > 0) {
        size_t most = surplus(pool);
        struct stack *first;
        size_t n;

        if (most == 0)
            return true;
        n = next_run(pool, most < left ? most : left, &first);
        if (n == 0)
            return true;
        release(pool, first, n);
        left -= n;
    }
    return surplus(pool) == 0;
}

void aw__stacks_tend(struct stacks *pool, int64_t now_ns)
{
    if (pool->due_ns == SOON) {
        pool->due_ns = now_ns + WINDOW_NS;
        return;
    }
    if (now_ns < pool->due_ns)
        return;
    if (!pool->scanned)
        begin_window(pool);
    if (!release_surplus(pool)) {
        pool->due_ns = now_ns + SLICE_NS;
        return;
    }
    pool->scanned = NULL;
    pool->due_ns =
        pool->warm_count > pool->kept ? now_ns + WINDOW_NS : STACKS_NEVER;
}
