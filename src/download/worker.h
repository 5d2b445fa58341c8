#pragma once

#include "download/run.h"
#include "transfer/digest.h"
#include "transfer/transfer.h"
#include "transfer/way.h"
#include "transfer/way_multi.h"

/*
 * worker: who does one attempt after another: a thread, or a place of the async
 * strategy. What the strategies do not share is how it waits.
 *
 * Ownership: embedded by the strategy; worker_close() after a successful
 * opening.
 */
struct worker {
    unsigned number;          /* from 1 */
    struct digest_sum digest; /* of one file after the other */
    union {
        struct way way; /* of whichever kind */
        struct way_blocking blocking;
        struct way_multi multi;
    } by;
};

/* One that blocks its thread, until the run is stopped; one that suspends its
   task. Borrows the run and the multi. -ENOMEM. */
int worker_open_blocking(struct worker *worker, unsigned number,
                         struct run *run);
int worker_open_multi(struct worker *worker, unsigned number, struct run *run,
                      struct multi *multi);
void worker_close(struct worker *worker);

/* Do the attempt, which becomes this worker's. */
void worker_download(struct worker *worker, struct run *run,
                     struct attempt *attempt, struct outcome *outcome);
