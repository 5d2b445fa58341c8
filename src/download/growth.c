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
        .begun_us = now_us,
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

/* A server that turns slow later on is not in such a hurry. */
static int64_t pause_us(const struct growth *growth, int64_t now_us)
{
    int64_t share_us = (now_us - growth->begun_us) / GROWTH_LOOK_SHARE;

    if (share_us < GROWTH_LOOK_US)
        return GROWTH_LOOK_US;
    return share_us < GROWTH_LONGEST_LOOK_US ? share_us
                                             : GROWTH_LONGEST_LOOK_US;
}

void growth_look(struct growth *growth, bool wanted, int64_t now_us,
                 int64_t cpu_us)
{
    int64_t passed_us = now_us - growth->last_us;
    int64_t had_us = (cpu_us - growth->last_cpu_us) / half(growth->processors);

    if (wanted && had_us * 100 < passed_us * GROWTH_BUSY)
        growth->count = at_most(growth->count * GROWTH_STEP, growth->most);
    growth->last_us = now_us;
    growth->last_cpu_us = cpu_us;
    growth->look_us = growth->count < growth->most
                          ? now_us + pause_us(growth, now_us)
                          : INT64_MAX;
}
