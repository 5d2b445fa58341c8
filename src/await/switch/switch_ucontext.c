#include "await/switch/switch.h"

#include <stdint.h>
#include <ucontext.h>

/* At the top of the stack that it belongs to. */
struct context {
    ucontext_t machine;
    void (*entry)(void *arg);
    void *arg;
};

/* makecontext() passes ints only: a pointer travels as two of them. */
static void first_frame(unsigned high, unsigned low)
{
    struct context *context =
        (struct context *)(((uintptr_t)high << 16 << 16) | low);

    context->entry(context->arg);
}

void *aw__switch_prepare(char *bottom, size_t size, void (*entry)(void *arg),
                         void *arg)
{
    size_t room = (size - sizeof(struct context)) & ~(size_t)63;
    struct context *context = (struct context *)(void *)(bottom + room);
    uintptr_t address = (uintptr_t)context;

    context->entry = entry;
    context->arg = arg;
    /* It cannot fail on the systems that have it (Linux: EFAULT only). */
    (void)getcontext(&context->machine);
    context->machine.uc_stack.ss_sp = bottom;
    context->machine.uc_stack.ss_size = room;
    context->machine.uc_link = NULL;
    makecontext(&context->machine, (void (*)(void))first_frame, 2,
                (unsigned)(address >> 16 >> 16), (unsigned)address);
    return context;
}

void aw__switch_stacks(void **save, void *load)
{
    struct context here;
    struct context *there = load;

    *save = &here;
    (void)swapcontext(&here.machine, &there->machine);
}
