#include "download/worker.h"

#include <errno.h>

#include "download/download_one.h"

int worker_open_blocking(struct worker *worker, struct way_blocking *way,
                         unsigned number, struct run *run)
{
    struct transfer *transfer = transfer_new(&run_options(run)->transfer);

    if (!transfer)
        return -ENOMEM;
    if (way_blocking_open(way, transfer, run_stop_flag(run)) < 0) {
        transfer_free(transfer);
        return -ENOMEM;
    }
    *worker = (struct worker){.number = number, .way = &way->way};
    return 0;
}

int worker_open_multi(struct worker *worker, struct way_multi *way,
                      unsigned number, struct run *run, struct multi *multi)
{
    struct transfer *transfer = transfer_new(&run_options(run)->transfer);

    if (!transfer)
        return -ENOMEM;
    way_multi_init(way, transfer, multi);
    *worker = (struct worker){.number = number, .way = &way->way};
    return 0;
}

void worker_close(struct worker *worker)
{
    transfer_free(worker->way->transfer);
    worker->way->close(worker->way);
    digest_sum_close(&worker->digest);
}

void worker_download(struct worker *worker, struct run *run,
                     struct attempt *attempt, struct outcome *outcome)
{
    attempt->worker = worker->number;
    download_one(attempt, worker->way, &worker->digest, run_options(run),
                 run_events(run), outcome);
    transfer_rest(worker->way->transfer);
}
