#pragma once

#include "await/switch/stack.h"

/*
 * coroutine: a function on a stack of its own that can be left in the middle
 * and entered again there.
 *
 * Every switch goes between a thread's home (the loop's own stack) and one
 * coroutine: one place for annotations. A coroutine that resumes or visits
 * another is, for that time, the home.
 * A coroutine stays on the thread that started it, so a pointer to a
 * thread-local may be kept across a yield.
 *
 * The switch itself is assembly on x86-64 and ucontext elsewhere, chosen when
 * the project is configured; ucontext costs a system call a switch for the
 * signal mask.
 */

/* Where the coroutines of one thread come back to. Zeroed is ready. */
struct coroutine_home {
    void *context; /* while a coroutine runs */
    void *asan_save;
    const void *asan_bottom;
    size_t asan_size;
    void *tsan_fiber;
};

struct cxx_exceptions {
    void *caught;
    unsigned uncaught;
};

struct coroutine {
    void *context; /* while it does not run */
    struct coroutine_home *home;
    struct stack *stack;
    void (*entry)(void *arg);
    void *arg;
    void *asan_save;
    void *tsan_fiber;
    struct cxx_exceptions exceptions; /* while it does not run */
    bool ended;
    void (*visit)(void *arg); /* to call instead of going on, once */
    void *visit_arg;
};

/* Prepare entry(arg) on `stack`, which stays the caller's; nothing runs. When
   entry returns the coroutine has ended. */
void aw__coroutine_create(struct coroutine *c, struct coroutine_home *home,
                          const struct stacks *pool, struct stack *stack,
                          void (*entry)(void *arg), void *arg);

/* From the home: run it until it yields or ends. */
void aw__coroutine_resume(struct coroutine *c, const struct stacks *pool);

/* The same, from another coroutine of that home, which goes on then. */
void aw__coroutine_resume_within(struct coroutine *c,
                                 const struct stacks *pool);

/* From within: go back to the home. Returns when it is resumed. */
void aw__coroutine_yield(struct coroutine *c);

/* Call visit(arg) on the stack of a coroutine that has yielded, where it
   stands, and come back. From the home, or from another coroutine of it. */
void aw__coroutine_visit(struct coroutine *c, const struct stacks *pool,
                         void (*visit)(void *arg), void *arg);

/* Give up what tools know of it; after its end, or instead of it: a suspended
   coroutine is abandoned where it stands. Its stack may go then. */
void aw__coroutine_destroy(struct coroutine *c);
