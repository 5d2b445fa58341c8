#include "transfer/way.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock/clock.h"
#include "transfer/surplus.h"

enum { LOOK_MS = 1000 }; /* so often somebody may look whether to stop */

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
    blocking->expired =
        blocking->end_us > 0 && clock_monotonic_us() >= blocking->end_us;
    return blocking->expired ? 1 : 0;
}

/* The entry of a descriptor, -1: a free one. NULL: there is none. */
static struct connection *entry_of(struct way_blocking *blocking, int fd)
{
    for (size_t i = 0; i < WAY_CONNECTIONS; i++) {
        if (blocking->open[i].fd == fd)
            return &blocking->open[i];
    }
    return NULL;
}

static void forget(struct connection *entry)
{
    connections_remove(entry);
    entry->fd = -1;
}

/* CURLOPT_OPENSOCKETFUNCTION. */
static curl_socket_t open_socket(void *arg, curlsocktype purpose,
                                 struct curl_sockaddr *address)
{
    struct way_blocking *blocking = arg;
    int fd = socket(address->family, address->socktype | SOCK_CLOEXEC,
                    address->protocol);
    struct connection *entry;

    (void)purpose;
    if (fd < 0)
        return CURL_SOCKET_BAD;
    entry = entry_of(blocking, fd);
    if (entry) /* closed without a word: libcurl 7.88, while it connects */
        forget(entry);
    entry = entry_of(blocking, -1);
    if (entry)
        connections_add(&blocking->connections, entry, fd, address->family);
    return fd;
}

/* CURLOPT_CLOSESOCKETFUNCTION. */
static int close_socket(void *arg, curl_socket_t fd)
{
    struct connection *entry = entry_of(arg, fd);

    if (entry)
        forget(entry);
    return close(fd);
}

/* What a multi handle says of a transfer, as the transfer's own code. */
static CURLcode code_of(CURLMcode code)
{
    switch (code) {
    case CURLM_OK:
        return CURLE_OK;
    case CURLM_OUT_OF_MEMORY:
        return CURLE_OUT_OF_MEMORY;
    default:
        return CURLE_FAILED_INIT;
    }
}

/* Run the only transfer of the multi handle to its end. */
static CURLcode run(CURLM *multi)
{
    int running = 1;
    CURLMcode code = curl_multi_perform(multi, &running);
    CURLMsg *message;
    int left;

    while (code == CURLM_OK && running > 0) {
        code = curl_multi_poll(multi, NULL, 0, LOOK_MS, NULL);
        if (code == CURLM_OK)
            code = curl_multi_perform(multi, &running);
    }
    if (code != CURLM_OK)
        return code_of(code);
    message = curl_multi_info_read(multi, &left);
    return message ? message->data.result : CURLE_FAILED_INIT;
}

/* NULL: there is none, or nothing is known of it. */
static struct connection *idle_entry(struct way_blocking *blocking)
{
    return blocking->idle == CURL_SOCKET_BAD
               ? NULL
               : entry_of(blocking, blocking->idle);
}

static CURLcode perform_alone(struct way_blocking *blocking, CURL *easy)
{
    CURLcode code = code_of(curl_multi_add_handle(blocking->multi, easy));

    if (code != CURLE_OK)
        return code;
    code = run(blocking->multi);
    /* It is the multi handle's: the easy one alone has no connection. */
    blocking->idle = CURL_SOCKET_BAD;
    curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &blocking->idle);
    connections_end(&blocking->connections, idle_entry(blocking), easy);
    curl_multi_remove_handle(blocking->multi, easy);
    return code;
}

/* What of the easy handle is the way's. */
static CURLcode prepare(struct way_blocking *blocking, CURL *easy)
{
    CURLcode code;

    code = curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_XFERINFODATA, blocking);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, blocking);
    if (code == CURLE_OK)
        code =
            curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, blocking);
    return code;
}

static CURLcode perform_blocking(struct way *way, CURL *easy)
{
    struct way_blocking *blocking = (struct way_blocking *)way;
    CURLcode code;

    if (blocking->idle != CURL_SOCKET_BAD)
        surplus_check(blocking->idle,
                      connection_is_local(idle_entry(blocking)));
    blocking->end_us = 0;
    blocking->expired = false;
    code = prepare(blocking, easy);
    if (code == CURLE_OK)
        code = perform_alone(blocking, easy);
    way->cancelled = atomic_load(blocking->stop);
    return code == CURLE_ABORTED_BY_CALLBACK && blocking->expired
               ? CURLE_OPERATION_TIMEDOUT
               : code;
}

static void end_blocking_within(struct way *way, int64_t limit_us)
{
    ((struct way_blocking *)way)->end_us = clock_monotonic_us() + limit_us;
}

static void close_blocking(struct way *way)
{
    curl_multi_cleanup(((struct way_blocking *)way)->multi);
}

int way_blocking_open(struct way_blocking *blocking, struct transfer *transfer,
                      const atomic_bool *stop)
{
    CURLM *multi = curl_multi_init();

    if (!multi)
        return -ENOMEM;
    /* As curl_easy_perform() keeps; the default follows the number of handles
       that are added just now. */
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)WAY_KEPT);
    *blocking = (struct way_blocking){
        .way = {.perform = perform_blocking,
                .end_within = end_blocking_within,
                .close = close_blocking,
                .transfer = transfer,
                .connections = &blocking->connections},
        .multi = multi,
        .idle = CURL_SOCKET_BAD,
        .stop = stop,
    };
    for (size_t i = 0; i < WAY_CONNECTIONS; i++)
        blocking->open[i].fd = -1;
    return 0;
}
