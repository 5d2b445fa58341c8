#pragma once

#include <stddef.h>

/*
 * switch: from one stack to another, in two implementations:
 * switch_x86_64.S with switch_x86_64.c, and switch_ucontext.c.
 *
 * A context is a pointer into the stack that it belongs to, valid until that
 * stack is switched to.
 */

/* A context that will call entry(arg), which never returns, on the given
   memory. */
void *switch_prepare(char *bottom, size_t size, void (*entry)(void *arg),
                     void *arg);

/* Leave the running stack, its context going to *save, for `load`. Returns
   when *save is switched to. */
void switch_stacks(void **save, void *load);
