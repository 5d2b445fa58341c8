#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * limits: what the schedule of a run obeys.
 */

enum { RETRY_JITTER = -1 }; /* as delay_us */

/* When a failed attempt is followed by another. Zero: never. */
struct retry_options {
    unsigned retries;    /* attempts after the first */
    int64_t delay_us;    /* before each; RETRY_JITTER: random, as
                            retry_wait_us() has it */
    int64_t max_time_us; /* none is planned for later than this after the
                            item's first attempt began; 0: no limit */
    bool all_errors;     /* not only what is likely to pass */
    uint64_t seed;       /* of the random waits */
};

/* 0 in a field: no such limit, max_req aside. */
struct schedule_limits {
    unsigned max_req;     /* attempts that run at the same time; at least 1 */
    unsigned max_host;    /* likewise, at one origin */
    int64_t rate_count;   /* attempts started in each rate_unit_us, evenly */
    int64_t rate_unit_us; /* not 0 where rate_count is not */
    int64_t timeout_us;   /* of an attempt */
    int64_t max_time_us;  /* of the run */
    uint64_t max_errors;  /* the failure of that number stops the run */
    struct retry_options retry;
};
