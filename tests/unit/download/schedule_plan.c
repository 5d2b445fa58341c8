#include "schedule_plan.h"

#include <stdio.h>

uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

int64_t draw(const struct plan *plan, uint64_t what, uint64_t a, uint64_t b,
             int64_t below)
{
    return (int64_t)(mix(mix(mix(plan->seed + what * 77) + a) + b) %
                     (uint64_t)below);
}

static int64_t maybe(const struct plan *plan, uint64_t what, int64_t below)
{
    return draw(plan, what, 0, 0, 2) ? draw(plan, what, 1, 0, below) + 1 : 0;
}

void make_plan(struct plan *plan, uint64_t seed)
{
    int64_t rate;

    *plan = (struct plan){.seed = seed};
    rate = maybe(plan, 5, 4);
    plan->count = (size_t)draw(plan, 1, 0, 0, ITEMS + 1);
    plan->origins = (unsigned)draw(plan, 2, 0, 0, 4) + 1;
    plan->limits = (struct schedule_limits){
        .max_req = (unsigned)draw(plan, 3, 0, 0, 6) + 1,
        .max_host = (unsigned)maybe(plan, 4, 3),
        .rate_count = rate,
        .rate_unit_us = rate * (draw(plan, 6, 0, 0, 30) + 1),
        .timeout_us = maybe(plan, 7, 60),
        .max_time_us =
            draw(plan, 8, 0, 0, 4) ? 0 : draw(plan, 8, 1, 0, 400) + 1,
        .max_errors =
            draw(plan, 9, 0, 0, 4) ? 0 : 1 + (uint64_t)maybe(plan, 9, 5),
        .retry = {.retries = (unsigned)maybe(plan, 10, 4),
                  .delay_us = draw(plan, 11, 0, 0, 40),
                  .max_time_us = maybe(plan, 12, 150),
                  .all_errors = draw(plan, 13, 0, 0, 2)},
    };
}

int64_t meet(const struct plan *plan, uint64_t item, unsigned number,
             int64_t timeout_us, struct outcome *outcome)
{
    int64_t length_us = draw(plan, 20, item, number, 50);

    *outcome = (struct outcome){.status = STATUS_ERROR};
    outcome->reply.retry_after_us = -1;
    outcome->reply.cause = CAUSE_HTTP;
    switch (draw(plan, 21, item, number, 8)) {
    case 0:
        outcome->status = STATUS_NOT_FOUND;
        outcome->reply.http_status = 404;
        break;
    case 1:
        outcome->reply.http_status = 503;
        if (draw(plan, 22, item, number, 2))
            outcome->reply.retry_after_us = draw(plan, 23, item, number, 90);
        break;
    case 2:
        outcome->reply.http_status = 429;
        outcome->reply.retry_after_us = draw(plan, 23, item, number, 90);
        break;
    case 3:
        outcome->reply.http_status = 500;
        break;
    case 4:
        outcome->reply.http_status = 418;
        break;
    case 5:
        outcome->reply.cause = CAUSE_TRUNCATED;
        break;
    default:
        outcome->status = STATUS_OK;
        outcome->reply.cause = CAUSE_NONE;
        outcome->reply.http_status = 200;
        break;
    }
    if (timeout_us > 0 && length_us > timeout_us) {
        length_us = timeout_us;
        *outcome = (struct outcome){.status = STATUS_ERROR};
        outcome->reply.retry_after_us = -1;
        outcome->reply.cause = CAUSE_TIMEOUT;
    }
    return length_us;
}

void note(struct trace *trace, int64_t at_us, const char *what, uint64_t item,
          int64_t number)
{
    if (trace->length < TRACE - 64)
        trace->length +=
            (size_t)snprintf(trace->text + trace->length, TRACE - trace->length,
                             "%lld%s%llu/%lld ", (long long)at_us, what,
                             (unsigned long long)item, (long long)number);
}
