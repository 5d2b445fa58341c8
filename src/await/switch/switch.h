#pragma once

#include <stddef.h>

/*
 * switch: from one stack to another: in assembly for x86-64 and AArch64
 * (switch_*.S, and prepare_*.c, which lays out the first frame), by ucontext
 * elsewhere (switch_ucontext.c).
 *
 * A context is a pointer into the stack that it belongs to, valid until that
 * stack is switched to.
 */

/* A context that will call entry(arg), which never returns, on the given
   memory. */
void *aw__switch_prepare(char *bottom, size_t size, void (*entry)(void *arg),
                         void *arg);

/* Leave the running stack, its context going to *save, for `load`. Returns
   when *save is switched to. */
void aw__switch_stacks(void **save, void *load);
