#include "transfer/way.h"

#include <time.h>

#include "transfer/surplus.h"

static int64_t now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

/* CURLOPT_XFERINFOFUNCTION: anything but 0 ends the transfer with
   CURLE_ABORTED_BY_CALLBACK. */
static int on_progress(void *arg, curl_off_t dltotal, curl_off_t dlnow,
                       curl_off_t ultotal, curl_off_t ulnow)
{
    struct way_blocking *blocking = arg;

    (void)dltotal;
    (void)dlnow;
    (void)ultotal;
    (void)ulnow;
    if (atomic_load(blocking->stop))
        return 1;
    blocking->expired = blocking->end_us > 0 && now_us() >= blocking->end_us;
    return blocking->expired ? 1 : 0;
}

static CURLcode perform_blocking(struct way *way, CURL *easy)
{
    struct way_blocking *blocking = (struct way_blocking *)way;
    curl_socket_t idle = CURL_SOCKET_BAD;
    CURLcode code;

    curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &idle);
    if (idle != CURL_SOCKET_BAD)
        surplus_check(idle);
    blocking->end_us = 0;
    blocking->expired = false;
    code = curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_XFERINFODATA, way);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    if (code == CURLE_OK)
        code = curl_easy_perform(easy);
    return code == CURLE_ABORTED_BY_CALLBACK && blocking->expired
               ? CURLE_OPERATION_TIMEDOUT
               : code;
}

static void end_blocking_within(struct way *way, int64_t limit_us)
{
    ((struct way_blocking *)way)->end_us = now_us() + limit_us;
}

void way_blocking_init(struct way_blocking *blocking, struct transfer *transfer,
                       const atomic_bool *stop)
{
    *blocking = (struct way_blocking){
        .way = {.perform = perform_blocking,
                .end_within = end_blocking_within,
                .transfer = transfer},
        .stop = stop,
    };
}
