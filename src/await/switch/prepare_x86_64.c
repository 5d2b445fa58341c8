#include "await/switch/switch.h"

#include <stdint.h>
#include <string.h>

void aw__switch_first_frame(void); /* switch_x86_64.S */

/* What aw__switch_stacks() finds on a stack that it enters. */
struct frame {
    uint32_t mxcsr;
    uint32_t x87_control;
    uint64_t r15;
    uint64_t r14;
    void *r13;
    void (*r12)(void *arg);
    uint64_t rbx;
    uint64_t rbp;
    void (*return_address)(void);
};

void *aw__switch_prepare(char *bottom, size_t size, void (*entry)(void *arg),
                         void *arg)
{
    uintptr_t top = ((uintptr_t)bottom + size) & ~(uintptr_t)15;
    struct frame frame = {
        .r12 = entry, .r13 = arg, .return_address = aw__switch_first_frame};
    char *at;

    /* The first frame begins with the stack pointer a multiple of 16, so its
       call enters `entry` as the ABI wants it. The coroutine begins with the
       floating-point modes of its creator. */
    __asm__ volatile("stmxcsr %0" : "=m"(frame.mxcsr));
    __asm__ volatile("fnstcw %0" : "=m"(frame.x87_control));
    at = bottom + (top - (uintptr_t)bottom) - sizeof(frame) - 8;
    at -= (uintptr_t)(at + sizeof(frame)) & 15;
    memcpy(at, &frame, sizeof(frame));
    return at;
}
