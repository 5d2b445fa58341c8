#include "download/compute.h"

#include <time.h>

enum { STEPS = 2000 }; /* between two looks at the clock: some microseconds */

/* The thread's own, so that a processor which is taken away does not count. */
static int64_t had_us(void)
{
    struct timespec time;

    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) < 0)
        return INT64_MAX;
    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

/* Marsaglia, "Xorshift RNGs" (2003). */
static uint64_t step(uint64_t state)
{
    state ^= state << 13;
    state ^= state >> 7;
    return state ^ state << 17;
}

void compute(int64_t us)
{
    int64_t end_us = us > 0 ? had_us() + us : 0;
    volatile uint64_t kept = 1; /* else nothing need be computed */

    while (us > 0 && had_us() < end_us) {
        uint64_t state = kept;

        for (int i = 0; i < STEPS; i++)
            state = step(state);
        kept = state;
    }
}
