#include "clock/clock.h"

#include <time.h>

static int64_t read_ns(clockid_t clock)
{
    struct timespec time;

    clock_gettime(clock, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int64_t clock_monotonic_ns(void)
{
    return read_ns(CLOCK_MONOTONIC);
}

int64_t clock_monotonic_us(void)
{
    return clock_monotonic_ns() / 1000;
}

int64_t clock_thread_us(void)
{
    return read_ns(CLOCK_THREAD_CPUTIME_ID) / 1000;
}

int64_t clock_process_us(void)
{
    return read_ns(CLOCK_PROCESS_CPUTIME_ID) / 1000;
}
