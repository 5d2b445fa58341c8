#pragma once

#include <curl/curl.h>
#include <stdint.h>

#include "await/await.h"
#include "transfer/connections.h"

/*
 * multi: many transfers at a time: curl multi, driven by libuv on a loop of
 * the runtime. Transfers share one cache of connections.
 *
 * libcurl runs in libuv's callbacks, on the loop's own stack; a task that
 * waits for a transfer is resumed by the loop, never from within libcurl.
 *
 * Threads: the loop's. Ownership: multi_new() gives it to the caller, who
 * closes it when no transfer runs.
 */

struct multi;

/* Keep up to `connections` open. -ENOMEM, or libuv's code: nothing is left. */
int multi_new(struct multi **out, aw_loop *loop, unsigned connections);

/* Keep no more than so many from now on: the others go as they come back. */
void multi_keep(struct multi *multi, unsigned connections);

/*
 * Run `easy` to its end; from a task. If the task is cancelled meanwhile:
 * CURLE_ABORTED_BY_CALLBACK. In every case libcurl has let go of the handle.
 * Its CURLOPT_PRIVATE and socket callbacks are the driver's.
 */
CURLcode multi_perform(struct multi *multi, CURL *easy);

/* Its own. */
struct connections *multi_connections(struct multi *multi);

/* From within a callback of the transfer that runs: it ends soon after that
   time at the latest, as CURLE_OPERATION_TIMEDOUT. The first call counts. */
void multi_end_within(CURL *easy, int64_t limit_us);

/*
 * As curl_easy_pause(), for a transfer that multi_perform() runs; from a task,
 * or from one of the transfer's callbacks. It lets the socket of a transfer
 * that is paused wait, where curl_easy_pause() alone would have it taken for
 * that of an idle connection.
 */
CURLcode multi_pause(struct multi *multi, CURL *easy, int bits);

/*
 * Close all connections and free, after every easy handle was freed or came
 * back. Libuv closes handles on a later turn: from a task this waits for it;
 * cancelled, or elsewhere, it does not, and the memory goes by itself on the
 * loop's next turns. NULL is let through.
 */
void multi_close(struct multi *multi);
