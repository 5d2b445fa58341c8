#pragma once

#include <stdint.h>
#include <stdio.h>

#include "download/events.h"

/*
 * quarters: a line when a quarter, a half, three quarters and all of the items
 * are settled: "flags: 10 of 20 settled (50 %), 1 failed, 2.1s". Where nobody
 * knows how many there are: at 100, 200, 400, and so on.
 *
 * Ownership: embedded by the caller; borrows `err`. Threads: the sink is called
 * under the stream's lock.
 */
struct quarters {
    struct event_sink sink;
    FILE *err;
    uint64_t total; /* 0: unknown */
    uint64_t settled, failed;
    uint64_t next; /* so many settled are the next line */
};

void quarters_init(struct quarters *quarters, FILE *err, uint64_t total,
                   struct events *events);
