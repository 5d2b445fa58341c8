#include "download/growth.h"

#include <stdbool.h>

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
        .window_us = now_us,
        .window_cpu_us = cpu_us,
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

/* Over the time since this was last asked, if that is long enough. */
static bool were_idle(struct growth *growth, int64_t now_us, int64_t cpu_us)
{
    int64_t passed_us = now_us - growth->window_us;
    int64_t had_us =
        (cpu_us - growth->window_cpu_us) / half(growth->processors);

    if (passed_us < GROWTH_WINDOW_US)
        return false;
    growth->window_us = now_us;
    growth->window_cpu_us = cpu_us;
    return had_us * 100 < passed_us * GROWTH_BUSY;
}

void growth_look(struct growth *growth, enum growth_seen seen, int64_t now_us,
                 int64_t cpu_us)
{
    bool idle = were_idle(growth, now_us, cpu_us);

    if (seen == GROWTH_SEES_SILENCE || (seen == GROWTH_SEES_WORK && idle))
        growth->count = at_most(growth->count * GROWTH_STEP, growth->most);
    growth->look_us = growth->count < growth->most
                          ? now_us + pause_us(growth, now_us)
                          : INT64_MAX;
}
