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
    struct way *way;          /* borrowed, and beside it */
};

/* One that blocks its thread, until the run is stopped; one that suspends its
   task. Its way is made in *way, which stays where it is until the worker is
   closed: of the two kinds one has ten times the size of the other. Borrows the
   run and the multi. -ENOMEM. */
int worker_open_blocking(struct worker *worker, struct way_blocking *way,
                         unsigned number, struct run *run);
int worker_open_multi(struct worker *worker, struct way_multi *way,
                      unsigned number, struct run *run, struct multi *multi);
void worker_close(struct worker *worker);

/* Do the attempt, which becomes this worker's. */
void worker_download(struct worker *worker, struct run *run,
                     struct attempt *attempt, struct outcome *outcome);
