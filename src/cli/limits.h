#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "cli/option.h"
#include "cli/values.h"
#include "cli/work.h"

/*
 * limits: the options that say what a run's schedule obeys: limits, retries,
 * when to stop.
 */

struct limit_settings {
    int64_t max_host;       /* 0: not said, as in all that follows */
    struct value_rate rate; /* count 0 */
    int64_t max_time_us;
    int64_t retries;
    int64_t retry_delay_us; /* only if it was given */
    int64_t retry_max_time_us;
    bool retry_all_errors;
    bool fail_early;
    int64_t max_errors;
};

#define LIMIT_FIELD(type, member, field) \
    (offsetof(type, member) + offsetof(struct limit_settings, field))

#define LIMIT_ROWS(type, member)                                            \
    {.group = "Limits",                                                     \
     .name = "max-host",                                                    \
     .kind = OPTION_INTEGER,                                                \
     .metavar = "N",                                                        \
     .least = 1,                                                            \
     .most = 1000000,                                                       \
     .help = "requests in flight to one origin (scheme, host and port)",    \
     .offset = LIMIT_FIELD(type, member, max_host)},                        \
        {.name = "rate",                                                    \
         .kind = OPTION_RATE,                                               \
         .metavar = "N/U",                                                  \
         .help = "starts per unit of time, evenly, retries counted: 12/s, " \
                 "100/m",                                                   \
         .offset = LIMIT_FIELD(type, member, rate)},                        \
        {.name = "max-time",                                                \
         .kind = OPTION_DURATION,                                           \
         .metavar = "S",                                                    \
         .least = 1000,                                                     \
         .most = WORK_TIMEOUT_MOST_US,                                      \
         .help = "time for the whole run",                                  \
         .offset = LIMIT_FIELD(type, member, max_time_us)},                 \
        {.name = "fail-early",                                              \
         .kind = OPTION_FLAG,                                               \
         .help = "stop at the first failure",                               \
         .offset = LIMIT_FIELD(type, member, fail_early)},                  \
        {.name = "max-errors",                                              \
         .kind = OPTION_INTEGER,                                            \
         .metavar = "N",                                                    \
         .least = 1,                                                        \
         .help = "stop at the N-th failure",                                \
         .offset = LIMIT_FIELD(type, member, max_errors)},                  \
        {.group = "Another try",                                            \
         .name = "retry",                                                   \
         .kind = OPTION_INTEGER,                                            \
         .metavar = "N",                                                    \
         .most = 1000000,                                                   \
         .fallback = "0",                                                   \
         .help = "attempts after the first, where the failure may pass",    \
         .offset = LIMIT_FIELD(type, member, retries)},                     \
        {.name = "retry-delay",                                             \
         .kind = OPTION_DURATION,                                           \
         .metavar = "S",                                                    \
         .most = WORK_TIMEOUT_MOST_US,                                      \
         .shown = "random, up to 1 s and twice as much each time",          \
         .help = "wait before each of them",                                \
         .offset = LIMIT_FIELD(type, member, retry_delay_us)},              \
        {.name = "retry-max-time",                                          \
         .kind = OPTION_DURATION,                                           \
         .metavar = "S",                                                    \
         .least = 1000,                                                     \
         .most = WORK_TIMEOUT_MOST_US,                                      \
         .help = "no other try after so long, of an item",                  \
         .offset = LIMIT_FIELD(type, member, retry_max_time_us)},           \
    {                                                                       \
        .name = "retry-all-errors", .kind = OPTION_FLAG,                    \
        .help = "whatever the error was, 404 excepted",                     \
        .offset = LIMIT_FIELD(type, member, retry_all_errors)               \
    }
