#include "download/compute.h"

#include <stdint.h>

#include "clock/clock.h"

enum { STEPS = 2000 }; /* between two looks at the clock: some microseconds */

/* Marsaglia, "Xorshift RNGs" (2003). */
static uint64_t step(uint64_t state)
{
    state ^= state << 13;
    state ^= state >> 7;
    return state ^ state << 17;
}

void compute(int64_t us)
{
    int64_t end_us = us > 0 ? clock_thread_us() + us : 0;
    volatile uint64_t kept = 1; /* else nothing need be computed */

    while (us > 0 && clock_thread_us() < end_us) {
        uint64_t state = kept;

        for (int i = 0; i < STEPS; i++)
            state = step(state);
        kept = state;
    }
}
