#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "download/limits.h"
#include "download/outcome.h"

/*
 * retry: which failures are worth another attempt, and how long it waits. Pure.
 */

/*
 * Whether another attempt may end otherwise: after a timeout, a name that was
 * not resolved, a connection that broke, an empty or truncated answer, and
 * HTTP 408, 429, 500, 502, 503 and 504; with `all_errors` after every error,
 * but for one of our own disk, and never after a 404.
 */
bool retry_is_worth(const struct outcome *outcome, bool all_errors);

/*
 * How long to wait after attempt `attempt` (from 1) of the item numbered
 * `index`: delay_us, or a random time below 1 s x 2^(attempt - 1), at most
 * 60 s: "full jitter". The same for the same seed, index and attempt, whatever
 * else happened meanwhile.
 */
int64_t retry_wait_us(const struct retry_options *options, uint64_t index,
                      unsigned attempt);
