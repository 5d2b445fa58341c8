#include <stdint.h>
#include <string.h>

#include "await/switch/switch.h"

/* switch_aarch64.S */
void aw__switch_first_frame(void);
void *aw__switch_sign(void *address, void *stack_pointer);

/* What aw__switch_stacks() finds on a stack that it enters. */
struct frame {
    void (*x19)(void *arg);
    void *x20;
    uint64_t x21_to_x28[8];
    uint64_t x29;
    void *x30;
    double d8_to_d15[8];
    uint64_t fpcr;
    uint64_t unused; /* the stack pointer stays a multiple of 16 */
};
_Static_assert(sizeof(struct frame) == 176, "as in the assembly");

void *aw__switch_prepare(char *bottom, size_t size, void (*entry)(void *arg),
                         void *arg)
{
    char *top = bottom + (size - ((uintptr_t)bottom + size) % 16);
    void (*first)(void) = aw__switch_first_frame;
    struct frame frame = {.x19 = entry, .x20 = arg};
    void *address;

    memcpy(&address, &first, sizeof(address));
    frame.x30 = aw__switch_sign(address, top);
    /* The coroutine begins with the floating-point modes of its creator. */
    __asm__ volatile("mrs %0, fpcr" : "=r"(frame.fpcr));
    memcpy(top - sizeof(frame), &frame, sizeof(frame));
    return top - sizeof(frame);
}
