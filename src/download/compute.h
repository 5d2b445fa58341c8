#pragma once

#include <stdint.h>

/*
 * compute: something that keeps a processor busy, in place of what a program
 * would do with a body.
 */

/* Compute until the calling thread has had a processor for so many
   microseconds, without waiting for anything. 0 or less: nothing. Any
   thread. */
void compute(int64_t us);
