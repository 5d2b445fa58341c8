#include "download/growth.h"

static unsigned at_most(unsigned count, unsigned most)
{
    return count < most ? count : most;
}

struct growth growth_begin(unsigned most, unsigned processors, int64_t now_us,
                           int64_t cpu_us)
{
    unsigned count = at_most(GROWTH_FIRST, most);

    return (struct growth){
        .count = count,
        .most = most,
        .processors = processors,
        .look_us = count < most ? now_us + GROWTH_LOOK_US : INT64_MAX,
        .last_us = now_us,
        .last_cpu_us = cpu_us,
    };
}

/* A quick server is on this machine, and has the other half. */
static unsigned half(unsigned processors)
{
    return (processors + 1) / 2;
}

void growth_look(struct growth *growth, bool wanted, int64_t now_us,
                 int64_t cpu_us)
{
    int64_t passed_us = now_us - growth->last_us;
    int64_t had_us = (cpu_us - growth->last_cpu_us) / half(growth->processors);
    int64_t pause_us = GROWTH_LOOK_US;

    if (wanted && had_us * 100 < passed_us * GROWTH_BUSY)
        growth->count = at_most(growth->count * GROWTH_STEP, growth->most);
    else
        pause_us = passed_us < GROWTH_LONGEST_LOOK_US / 2
                       ? passed_us * 2
                       : GROWTH_LONGEST_LOOK_US;
    growth->last_us = now_us;
    growth->last_cpu_us = cpu_us;
    growth->look_us =
        growth->count < growth->most ? now_us + pause_us : INT64_MAX;
}
