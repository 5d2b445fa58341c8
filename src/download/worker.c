#include "download/worker.h"

#include <errno.h>

#include "download/download_one.h"

int worker_open_blocking(struct worker *worker, unsigned number,
                         struct run *run)
{
    struct transfer *transfer = transfer_new(&run_options(run)->transfer);

    if (!transfer)
        return -ENOMEM;
    worker->number = number;
    worker->digest = (struct digest_sum){NULL};
    if (way_blocking_open(&worker->by.blocking, transfer, run_stop_flag(run)) <
        0) {
        transfer_free(transfer);
        return -ENOMEM;
    }
    return 0;
}

int worker_open_multi(struct worker *worker, unsigned number, struct run *run,
                      struct multi *multi)
{
    struct transfer *transfer = transfer_new(&run_options(run)->transfer);

    if (!transfer)
        return -ENOMEM;
    worker->number = number;
    worker->digest = (struct digest_sum){NULL};
    way_multi_init(&worker->by.multi, transfer, multi);
    return 0;
}

void worker_close(struct worker *worker)
{
    transfer_free(worker->by.way.transfer);
    worker->by.way.close(&worker->by.way);
    digest_sum_close(&worker->digest);
}

void worker_download(struct worker *worker, struct run *run,
                     struct attempt *attempt, struct outcome *outcome)
{
    attempt->worker = worker->number;
    download_one(attempt, &worker->by.way, &worker->digest, run_options(run),
                 run_events(run), outcome);
}
