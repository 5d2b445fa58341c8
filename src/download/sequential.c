#include "download/downloader.h"
#include "download/worker.h"

/* One transfer after the other, on one handle that keeps its connection. */
static int run_sequential(struct run *run)
{
    struct worker worker;
    struct way_blocking way;
    struct attempt attempt;
    int64_t until_us;
    enum next next;
    int rc = worker_open_blocking(&worker, &way, 1, run);

    if (rc < 0)
        return rc;
    while ((next = run_next(run, &attempt, &until_us)) != NEXT_FINISHED) {
        if (next == NEXT_START) {
            struct outcome outcome;

            worker_download(&worker, run, &attempt, &outcome);
            run_done(run, &attempt, &outcome);
        } else if (next == NEXT_FEED) {
            run_filled(run, run_fill(run, until_us));
        } else {
            run_wait(run, until_us);
        }
    }
    worker_close(&worker);
    return 0;
}

const struct downloader downloader_sequential = {
    .name = "sequential",
    .place = "worker",
    .default_max_req = 1,
    .greatest_max_req = 1,
    .descriptors = 4, /* as threaded */
    .least_descriptors = 4,
    .run = run_sequential,
};
