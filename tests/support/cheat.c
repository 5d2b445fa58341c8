/*
 * A strategy that cheats, in the place of async: it skips an item and says that
 * it is there. Linked with the program's own main file and library, it makes a
 * flags that `flags compare` has to find out.
 */

#include <stdio.h>

#include "download/downloader.h"
#include "download/worker.h"

enum { SKIPPED = 3 }; /* the item of that index */

/* Say what an attempt that went well says. */
static struct outcome pretend(const struct attempt *attempt,
                              struct events *events)
{
    struct outcome outcome = {.status = STATUS_OK, .bytes = 1000};
    struct event event = {
        .kind = EVENT_STARTED,
        .item = attempt->item,
        .attempt = attempt->number,
        .worker = attempt->worker,
    };

    snprintf(outcome.name, sizeof(outcome.name), "%s", attempt->item->name);
    events_emit(events, &event);
    event.kind = EVENT_SAVED;
    event.name = outcome.name;
    events_emit(events, &event);
    return outcome;
}

static int run_cheating(struct run *run)
{
    struct worker worker;
    struct way_blocking way;
    struct attempt attempt;
    int64_t wait_until_us;

    if (worker_open_blocking(&worker, &way, 1, run) < 0)
        return -1;
    while (run_next(run, &attempt, &wait_until_us) == NEXT_START) {
        struct outcome outcome;

        if (attempt.item->index == SKIPPED)
            outcome = pretend(&attempt, run_events(run));
        else
            worker_download(&worker, run, &attempt, &outcome);
        run_done(run, &attempt, &outcome);
    }
    worker_close(&worker);
    return 0;
}

const struct downloader downloader_async = {
    .name = "async",
    .default_max_req = 30,
    .greatest_max_req = 10000,
    .run = run_cheating,
};
