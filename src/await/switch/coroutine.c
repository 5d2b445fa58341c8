#include "await/switch/coroutine.h"

#include <assert.h>

#include "await/switch/switch.h"
#include "await/tools.h"

static void leave(struct coroutine *c)
{
    struct coroutine_home *home = c->home;

    /* NULL where it has ended: its fake stack goes. */
    tool_switch_begin(c->ended ? NULL : &c->asan_save, home->asan_bottom,
                      home->asan_size);
    tool_fiber_switch(home->tsan_fiber);
    aw__switch_stacks(&c->context, home->context);
    tool_switch_end(c->asan_save, &home->asan_bottom, &home->asan_size);
}

static void run_entry(void *coroutine)
{
    struct coroutine *c = coroutine;

    tool_switch_end(NULL, &c->home->asan_bottom, &c->home->asan_size);
    c->entry(c->arg);
    c->ended = true;
    leave(c);
    assert(false && "an ended coroutine is never resumed");
}

void aw__coroutine_create(struct coroutine *c, struct coroutine_home *home,
                          const struct stacks *pool, struct stack *stack,
                          void (*entry)(void *arg), void *arg)
{
    char *bottom = stack_bottom(pool, stack);

    *c = (struct coroutine){
        .home = home, .stack = stack, .entry = entry, .arg = arg};
    c->context = aw__switch_prepare(bottom, pool->room, run_entry, c);
    c->tsan_fiber = tool_fiber_new();
}

void aw__coroutine_resume(struct coroutine *c, const struct stacks *pool)
{
    struct coroutine_home *home = c->home;

    assert(!c->ended);
    home->tsan_fiber = tool_fiber_current();
    tool_switch_begin(&home->asan_save, stack_bottom(pool, c->stack),
                      pool->room);
    tool_fiber_switch(c->tsan_fiber);
    aw__switch_stacks(&home->context, c->context);
    tool_switch_end(home->asan_save, NULL, NULL);
    (void)pool; /* only AddressSanitizer asks for the bounds */
}

void aw__coroutine_yield(struct coroutine *c)
{
    leave(c);
}

void aw__coroutine_destroy(struct coroutine *c)
{
    if (c->tsan_fiber)
        tool_fiber_free(c->tsan_fiber);
    c->tsan_fiber = NULL;
}
