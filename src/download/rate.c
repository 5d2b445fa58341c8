#include "download/rate.h"

/* A part of a microsecond counts as a whole one: nothing is early. */
int64_t rate_turn_us(const struct rate *rate)
{
    return rate->turn_us + (rate->rest > 0);
}

void rate_await(struct rate *rate, bool awaited)
{
    rate->awaited = awaited;
}

void rate_take(struct rate *rate, int64_t now_us)
{
    int64_t least_us = now_us - (rate->awaited ? RATE_SLACK_US : 0);

    if (rate->count == 0)
        return;
    if (rate->turn_us < least_us) {
        rate->turn_us = least_us;
        rate->rest = 0;
    }
    rate->turn_us += rate->unit_us / rate->count;
    rate->rest += rate->unit_us % rate->count;
    if (rate->rest >= rate->count) {
        rate->rest -= rate->count;
        rate->turn_us++;
    }
    rate->awaited = false;
}
