#include "await/switch/coroutine.h"

#include <assert.h>

#include "await/switch/switch.h"
#include "await/tools.h"

/*
 * What the C++ runtime keeps for each thread about exceptions that are being
 * handled (Itanium C++ ABI: Exception Handling, 2.2.2). A coroutine that awaits
 * in a catch block leaves with its own, and finds its own again. In a program
 * without that runtime the function is not there.
 */
extern struct cxx_exceptions *__cxa_get_globals(void)
    __attribute__((weak, visibility("default")));

static struct cxx_exceptions *cxx_exceptions(void)
{
    return __cxa_get_globals ? __cxa_get_globals() : NULL;
}

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

/* Until it is resumed to go on, and not only visited. */
static void leave_and_be_visited(struct coroutine *c)
{
    leave(c);
    while (c->visit) {
        void (*visit)(void *arg) = c->visit;

        c->visit = NULL;
        visit(c->visit_arg);
        leave(c);
    }
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
    struct cxx_exceptions *current = cxx_exceptions();
    struct cxx_exceptions homes;

    assert(!c->ended);
    if (current) {
        homes = *current;
        *current = c->exceptions;
    }
    home->tsan_fiber = tool_fiber_current();
    tool_switch_begin(&home->asan_save, stack_bottom(pool, c->stack),
                      pool->room);
    tool_fiber_switch(c->tsan_fiber);
    aw__switch_stacks(&home->context, c->context);
    tool_switch_end(home->asan_save, NULL, NULL);
    if (current) {
        c->exceptions = *current;
        *current = homes;
    }
    (void)pool; /* only AddressSanitizer asks for the bounds */
}

void aw__coroutine_resume_within(struct coroutine *c, const struct stacks *pool)
{
    struct coroutine_home home = *c->home;

    aw__coroutine_resume(c, pool);
    *c->home = home;
}

void aw__coroutine_yield(struct coroutine *c)
{
    leave_and_be_visited(c);
}

void aw__coroutine_visit(struct coroutine *c, const struct stacks *pool,
                         void (*visit)(void *arg), void *arg)
{
    c->visit = visit;
    c->visit_arg = arg;
    aw__coroutine_resume_within(c, pool);
}

void aw__coroutine_destroy(struct coroutine *c)
{
    if (c->tsan_fiber)
        tool_fiber_free(c->tsan_fiber);
    c->tsan_fiber = NULL;
}
