#pragma once

#include <stdint.h>

#include "download/item.h"
#include "download/outcome.h"
#include "download/schedule.h"

/*
 * simulate: a run without transfers: the schedule over attempts whose lengths
 * are known, in virtual time. What no strategy can be faster than, as nothing
 * is in it but the attempts, the waits between them and the limits: no
 * connection, transfer or CPU, unless it is asked for.
 *
 * Pure, but for the memory of the items.
 */

struct simulation {
    struct schedule_limits limits;
    struct item_source items; /* which never has to be waited for */

    /*
     * How long this attempt takes, in microseconds (0 or more), and what
     * becomes of it: *outcome is STATUS_OK on entry. One that exceeds the
     * attempt's timeout is cut there by the simulation, as an error.
     */
    int64_t (*length_us)(void *arg, const struct attempt *attempt,
                         struct outcome *outcome);

    /* Told of each attempt as it leaves its place, before another one starts
       there; NULL: nobody is. */
    void (*on_end)(void *arg, const struct attempt *attempt,
                   const struct outcome *outcome);
    void *arg;

    /*
     * Behind its length, an attempt that comes to STATUS_OK needs a processor
     * for so long, and keeps its place meanwhile: of `processors` (at least 1)
     * the first to be free, in the order in which they come to need one.
     */
    int64_t work_us;
    unsigned processors;
};

/* What came out. */
struct simulated {
    int64_t total_us; /* from the start to the last item settled */
    struct counts counts;
    uint64_t attempts;
    unsigned peak; /* attempts that ran at the same time */
    enum stop_reason stop;
};

/*
 * Attempts that end at the same time are settled in the order in which they
 * started. After a stop what runs ends at once, cancelled. 0; -ENOMEM, or the
 * code of the item source: *simulated is untouched.
 */
int simulate(const struct simulation *simulation, struct simulated *simulated);
