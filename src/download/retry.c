#include "download/retry.h"

enum { SECOND_US = 1000000, LONGEST_S = 60, DOUBLINGS = 6 };

static bool is_passing_status(long http_status)
{
    switch (http_status) {
    case 408: /* Request Timeout */
    case 429: /* Too Many Requests */
    case 500: /* Internal Server Error */
    case 502: /* Bad Gateway */
    case 503: /* Service Unavailable */
    case 504: /* Gateway Timeout */
        return true;
    default:
        return false;
    }
}

bool retry_is_worth(const struct outcome *outcome, bool all_errors)
{
    const struct reply *reply = &outcome->reply;

    if (outcome->status != STATUS_ERROR)
        return false;
    switch (reply->cause) {
    case CAUSE_TIMEOUT:
    case CAUSE_RESOLVE:
    case CAUSE_RESET:
    case CAUSE_EMPTY_REPLY:
    case CAUSE_TRUNCATED:
        return true;
    case CAUSE_HTTP:
        return is_passing_status(reply->http_status) ||
               (all_errors && reply->http_status != 404);
    case CAUSE_SAVE:
    case CAUSE_DISK_FULL:
    case CAUSE_CANCELLED:
        return false;
    default:
        return all_errors;
    }
}

/* splitmix64's output function: every bit of the result depends on every bit
   of `x`. */
static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

int64_t retry_wait_us(const struct retry_options *options, uint64_t index,
                      unsigned attempt)
{
    int64_t below_us = (int64_t)LONGEST_S * SECOND_US;
    uint64_t dice;

    if (options->delay_us != RETRY_JITTER)
        return options->delay_us;
    if (attempt <= DOUBLINGS)
        below_us = (int64_t)SECOND_US << (attempt - 1);
    dice = mix(mix(mix(options->seed) + index) + attempt);
    return (int64_t)(dice % (uint64_t)(below_us + 1));
}
