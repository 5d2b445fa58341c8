#include "transfer/way.h"

#include "transfer/surplus.h"

/* CURLOPT_XFERINFOFUNCTION: anything but 0 ends the transfer with
   CURLE_ABORTED_BY_CALLBACK. */
static int on_progress(void *arg, curl_off_t dltotal, curl_off_t dlnow,
                       curl_off_t ultotal, curl_off_t ulnow)
{
    const struct way_blocking *blocking = arg;

    (void)dltotal;
    (void)dlnow;
    (void)ultotal;
    (void)ulnow;
    return atomic_load(blocking->stop) ? 1 : 0;
}

static CURLcode perform_blocking(struct way *way, CURL *easy)
{
    curl_socket_t idle = CURL_SOCKET_BAD;
    CURLcode code;

    curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &idle);
    if (idle != CURL_SOCKET_BAD)
        surplus_check(idle);
    code = curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_XFERINFODATA, way);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    return code == CURLE_OK ? curl_easy_perform(easy) : code;
}

void way_blocking_init(struct way_blocking *blocking, struct transfer *transfer,
                       const atomic_bool *stop)
{
    *blocking = (struct way_blocking){
        .way = {.perform = perform_blocking, .transfer = transfer},
        .stop = stop,
    };
}
