#pragma once

#include <curl/curl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "transfer/connections.h"

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
    /* From within a callback of the transfer that runs: it ends soon after
       that time at the latest, as CURLE_OPERATION_TIMEDOUT. */
    void (*end_within)(struct way *way, int64_t limit_us);
    /* After its last transfer: let go of what the way itself has. */
    void (*close)(struct way *way);
    struct transfer *transfer; /* the worker's easy handle and its buffers */
    struct connections *connections; /* that its transfers go over */
    bool cancelled; /* the last transfer was: it is not to be repeated */
};

/* Of so many open connections it is known what they bring: those that are kept,
   for redirects to other servers, and those that are being made. */
enum { WAY_KEPT = 5, WAY_CONNECTIONS = WAY_KEPT + 3 };

/*
 * Blocks the thread, with a multi handle of its own: curl_easy_perform() waits
 * before it works, which costs a system call or two a transfer. `stop` is
 * looked at by libcurl's progress callback, at least once a second; once it is
 * true, transfers end as cancelled. It is borrowed until the way's last
 * transfer has ended. So is the limit of end_within(), which may be passed by a
 * second. It stays where it was opened: libcurl's connections point to it.
 */
struct way_blocking {
    struct way way;
    CURLM *multi;       /* keeps the connection from transfer to transfer */
    curl_socket_t idle; /* that one's; CURL_SOCKET_BAD: there is none */
    const atomic_bool *stop;
    int64_t end_us; /* on the monotonic clock; 0: no limit */
    bool expired;   /* it has come */
    struct connections connections;
    struct connection open[WAY_CONNECTIONS]; /* fd -1: of none */
};

/* 0 or -ENOMEM; after success, one call of its close(). */
int way_blocking_open(struct way_blocking *blocking, struct transfer *transfer,
                      const atomic_bool *stop);
