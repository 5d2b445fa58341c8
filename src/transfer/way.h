#pragma once

#include <curl/curl.h>
#include <stdatomic.h>

struct transfer;

/*
 * way: how the caller waits for a transfer. The one thing that differs between
 * the strategies; the steps of a download are the same straight-line code for
 * each of them.
 *
 * A way belongs to one worker (a thread, or a place of the async strategy),
 * which runs one transfer at a time. Its transfer is borrowed.
 */
struct way {
    /* Run `easy` to its end. Cancelled: CURLE_ABORTED_BY_CALLBACK, in every
       way, and libcurl has let go of the handle. */
    CURLcode (*perform)(struct way *way, CURL *easy);
    struct transfer *transfer; /* the worker's easy handle and its buffers */
};

/*
 * Blocks the thread. `stop` is looked at by libcurl's progress callback, at
 * least once a second; once it is true, transfers end as cancelled. It is
 * borrowed until the way's last transfer has ended.
 */
struct way_blocking {
    struct way way;
    const atomic_bool *stop;
};

void way_blocking_init(struct way_blocking *blocking, struct transfer *transfer,
                       const atomic_bool *stop);
