#pragma once

#include <stdint.h>

/*
 * clock: the two clocks that everything here is measured by. Any thread;
 * async-signal-safe; neither can fail on Linux, where both clocks always exist.
 */

/* Of CLOCK_MONOTONIC: never set, the same in all processes of the machine, so
   that times of a child can be compared with ours. */
int64_t clock_monotonic_ns(void);
int64_t clock_monotonic_us(void);

/* The time that the calling thread has had a processor: one that is taken away
   does not count. */
int64_t clock_thread_us(void);

/* The same of all threads of the process, those that have ended included. */
int64_t clock_process_us(void);
