#include "support/kit.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "await/switch/stack.h"

/*
 * What stacks cost in system calls and memory when many are wanted at once:
 * the library's calls of these functions come here first.
 */

TestSuite(stacks, .timeout = 60);

int __real_madvise(void *low, size_t size, int advice);
int __real_mprotect(void *low, size_t size, int protection);
void *__real_mmap64(void *low, size_t size, int protection, int flags, int fd,
                    off_t offset);

static unsigned calls;
static unsigned returns; /* of memory */

int __wrap_madvise(void *low, size_t size, int advice)
{
    calls++;
    returns += advice == MADV_DONTNEED;
    return __real_madvise(low, size, advice);
}

int __wrap_mprotect(void *low, size_t size, int protection)
{
    calls++;
    return __real_mprotect(low, size, protection);
}

void *__wrap_mmap64(void *low, size_t size, int protection, int flags, int fd,
                    off_t offset)
{
    calls++;
    return __real_mmap64(low, size, protection, flags, fd, offset);
}

enum { CROWD = 10000 };

static int doze(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    return aw_sleep(3600);
}

static int run_batch(size_t n)
{
    aw_awaitable *xs = calloc(n, sizeof(*xs));
    int rc;

    cr_assert(ne(ptr, xs, NULL));
    for (size_t i = 0; i < n; i++)
        xs[i] = aw_any(aw_call(doze, NULL));
    rc = aw_await(aw_give(aw_gather(xs, n, 0)), NULL);
    free(xs);
    return rc;
}

TaskTest(stacks, a_second_burst_costs_no_system_call)
{
    expect_rc(run_batch(CROWD), 0);
    cr_assert(gt(uint, calls, 0)); /* they are counted */
    calls = 0;
    expect_rc(run_batch(CROWD), 0);
    expect_rc(run_batch(CROWD / 2), 0);
    cr_assert(lt(uint, calls, 10));
}

/* The pool by itself, with a clock of the test's. */

#define SECOND INT64_C(1000000000)
enum { MANY = 3000, KEPT = 64 };

static struct stacks pool;
static struct stack *taken[MANY];
static int64_t now_ns = 5 * SECOND;

static void take(size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char *bottom;

        taken[i] = aw__stacks_take(&pool);
        cr_assert(ne(ptr, taken[i], NULL));
        bottom = stack_bottom(&pool, taken[i]);
        memset(bottom + pool.room - 6000, 7, 6000);
    }
}

static void give_back(size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        aw__stacks_give(&pool, taken[i]);
}

/* How many of the stacks' tops are in memory. */
static size_t resident(void)
{
    size_t n = 0;

    for (size_t i = 0; i < MANY; i++) {
        unsigned char in_memory = 0;

        cr_assert(
            eq(int,
               mincore(stack_bottom(&pool, taken[i]) + pool.room - pool.page,
                       pool.page, &in_memory),
               0));
        n += in_memory & 1;
    }
    return n;
}

/* As a loop does that has nothing else to do, for so long. */
static void tend_for(int64_t ns)
{
    int64_t end = now_ns + ns;

    while (pool.due_ns != STACKS_NEVER && pool.due_ns <= end) {
        if (pool.due_ns > now_ns)
            now_ns = pool.due_ns;
        aw__stacks_tend(&pool, now_ns);
    }
    now_ns = end;
}

static void open_pool(void)
{
    aw__stacks_init(&pool, 0, KEPT);
    take(MANY);
}

static void close_pool(void)
{
    aw__stacks_close(&pool);
}

/* How many pages of the first stack are in memory. */
static size_t pages_of_first(void)
{
    unsigned char in_memory[256];
    size_t count = pool.room / pool.page;
    size_t n = 0;

    cr_assert(le(sz, count, sizeof(in_memory)));
    cr_assert(eq(
        int, mincore(stack_bottom(&pool, taken[0]), pool.room, in_memory), 0));
    for (size_t i = 0; i < count; i++)
        n += in_memory[i] & 1;
    return n;
}

static void use_first(size_t bytes)
{
    memset(stack_bottom(&pool, taken[0]) + pool.room - bytes, 7, bytes);
}

Test(stacks, used_once_have_no_more_than_was_used, .fini = close_pool)
{
    aw__stacks_init(&pool, 0, KEPT);
    taken[0] = aw__stacks_take(&pool);
    cr_assert(ne(ptr, taken[0], NULL));
    use_first(pool.page);
    give_back(0, 1);
    cr_expect(eq(sz, pages_of_first(), 1));
}

Test(stacks, keep_no_page_of_a_deep_call, .fini = close_pool)
{
    enum { MOST = 16 * 1024 };

    aw__stacks_init(&pool, 0, KEPT);
    for (int i = 0; i < 3; i++) {
        struct stack *before = taken[0];

        taken[0] = aw__stacks_take(&pool);
        cr_assert(ne(ptr, taken[0], NULL));
        cr_assert(i == 0 || before == taken[0]);
        use_first(pool.room);
        give_back(0, 1);
        cr_expect(le(sz, pages_of_first(), MOST / pool.page), "%d", i);
        returns = 0;
        taken[0] = aw__stacks_take(&pool);
        use_first(pool.page);
        give_back(0, 1);
        cr_expect(eq(uint, returns, 0));
    }
}

Test(stacks, keep_the_memory_of_a_burst_and_then_let_it_go, .init = open_pool,
     .fini = close_pool)
{
    give_back(0, MANY);
    returns = 0;
    tend_for(SECOND / 2);
    cr_assert(eq(sz, resident(), MANY));
    tend_for(SECOND);
    cr_assert(eq(sz, resident(), MANY)); /* of late they were all in use */
    tend_for(SECOND);
    cr_assert(eq(sz, resident(), MANY / 2));
    tend_for(SECOND);
    cr_assert(eq(sz, resident(), MANY / 4));
    tend_for(20 * SECOND);
    cr_assert(eq(sz, resident(), KEPT));
    cr_assert(eq(i64, pool.due_ns, STACKS_NEVER)); /* nobody is woken again */
    /* 2,936 stacks, in as many calls as slabs and slices ask for. */
    cr_assert(lt(uint, returns, 40), "%u calls", returns);
}

Test(stacks, in_use_are_never_touched, .init = open_pool, .fini = close_pool)
{
    for (size_t i = 0; i < MANY; i += 3)
        give_back(i, i + 2 < MANY ? i + 2 : MANY); /* two of three */
    tend_for(30 * SECOND);
    for (size_t i = 2; i < MANY; i += 3)
        cr_assert(eq(int, stack_bottom(&pool, taken[i])[pool.room - 1], 7));
    cr_assert(eq(sz, resident(), MANY / 3 + KEPT));
}

Test(stacks, wanted_again_keep_their_memory_longer, .init = open_pool,
     .fini = close_pool)
{
    give_back(0, MANY);
    for (int i = 0; i < 20; i++) {
        tend_for(SECOND / 3);
        returns = 0;
        take(MANY);
        give_back(0, MANY);
        cr_assert(eq(uint, returns, 0));
    }
    tend_for(SECOND / 2);
    cr_assert(eq(sz, resident(), MANY));
}

/* One call gives back some hundreds: the loop goes on in between. */
Test(stacks, are_given_back_by_and_by, .init = open_pool, .fini = close_pool)
{
    size_t before = MANY;

    give_back(0, MANY);
    tend_for(SECOND);
    while (pool.due_ns != STACKS_NEVER) {
        now_ns = pool.due_ns;
        aw__stacks_tend(&pool, now_ns);
        size_t after = resident();
        cr_assert(le(sz, before - after, 512));
        before = after;
    }
    cr_assert(eq(sz, before, KEPT));
}

/* After a burst a loop that only waits wakes by itself for that. */
static int burst_then_idle(void *arg, aw_value *ret)
{
    aw_future *ts[4 * KEPT];
    int rc = 0;

    (void)arg, (void)ret;
    for (int i = 0; i < 4 * KEPT; i++)
        ts[i] = aw_create_task(NULL, aw_call(doze, NULL));
    rc = aw_sleep(0.01);
    for (int i = 0; i < 4 * KEPT; i++) {
        aw_future_cancel(ts[i]);
        aw_unref(ts[i]);
    }
    returns = 0;
    return rc < 0 ? rc : aw_sleep(4);
}

Test(stacks, an_idle_loop_gives_them_back)
{
    expect_rc(aw_run(aw_call(burst_then_idle, NULL), NULL, NULL), 0);
    cr_assert(gt(uint, returns, 1));
}
