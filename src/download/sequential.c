#include <errno.h>

#include "download/download_one.h"
#include "download/downloader.h"

/* One transfer after the other, on one handle that keeps its connection. */
static int run_sequential(struct run *run,
                          const struct download_options *options)
{
    struct transfer *transfer = transfer_new(&options->transfer);
    struct way_blocking blocking;
    struct attempt attempt;
    int64_t wait_until_us;

    if (!transfer)
        return -ENOMEM;
    way_blocking_init(&blocking, transfer, run_stop_flag(run));
    while (run_next(run, &attempt, &wait_until_us) == NEXT_START) {
        struct outcome outcome;

        attempt.worker = 1;
        outcome =
            download_one(&attempt, &blocking.way, options, run_events(run));
        run_done(run, &attempt, &outcome);
    }
    transfer_free(transfer);
    return 0;
}

const struct downloader downloader_sequential = {
    .name = "sequential",
    .default_max_req = 1,
    .greatest_max_req = 1,
    .descriptors = 4, /* as threaded */
    .run = run_sequential,
};
