#include "transfer/multi.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <uv.h>

#include "transfer/watch.h"

/* A transfer that runs: on the stack of the task that waits for it. */
struct pending {
    struct pending *next;
    struct pending *previous;
    struct multi *multi;
    CURL *easy;
    aw_future *done;
    CURLcode result;
    bool is_done;   /* libcurl has let go of the handle */
    bool is_paused; /* it does not receive just now */

    /* It is to end soon: most have by the time that libcurl returns, so the
       timer is made only then. */
    struct pending *next_hurried;
    int64_t limit_us;
    aw_handle *timer; /* NULL: none */
};

struct multi {
    CURLM *curl;
    aw_loop *loop;
    uv_loop_t *uv;
    struct watches *watches;
    uv_timer_t timer;       /* libcurl's one timeout */
    uv_idle_t soon;         /* the same, if it is 0 */
    unsigned open;          /* of the two handles */
    struct pending pending; /* head of a ring */
    struct pending *hurried;
    bool closing;
    aw_future *closed; /* who waits for the end; NULL: nobody */
};

/* NULL: a handle of libcurl's own, which has nothing private. */
static struct pending *pending_of(CURL *easy)
{
    void *pending = NULL;

    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &pending);
    return pending;
}

/* Every handle is closed: nothing points to the memory any more. */
static void free_if_closed(void *arg)
{
    struct multi *multi = arg;

    if (!multi->closing || multi->open > 0 || watches_open(multi->watches) > 0)
        return;
    if (multi->closed) {
        /* Refused if its waiter was cancelled: then nobody waits. */
        aw_set_value(multi->closed, (aw_value){0});
        aw_unref(multi->closed);
    }
    watches_free(multi->watches);
    free(multi);
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct multi *multi = handle->data;

    multi->open--;
    free_if_closed(multi);
}

static void unlink_pending(struct pending *pending)
{
    pending->previous->next = pending->next;
    pending->next->previous = pending->previous;
}

static void forget_hurry(struct pending *pending)
{
    struct pending **at = &pending->multi->hurried;

    while (*at && *at != pending)
        at = &(*at)->next_hurried;
    if (*at)
        *at = pending->next_hurried;
    if (pending->timer) {
        aw_handle_cancel(pending->timer);
        aw_handle_unref(pending->timer);
        pending->timer = NULL;
    }
}

/* libcurl has let go of it: wake up who waits. */
static void finish(struct pending *pending, CURLcode result)
{
    pending->is_done = true;
    pending->result = result;
    unlink_pending(pending);
    forget_hurry(pending);
    aw_set_value(pending->done, (aw_value){0});
}

/* Give every finished transfer to who waits for it. After each call that lets
   libcurl work, also if nothing runs any more: the last one may just have
   timed out. */
static void reap(struct multi *multi)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(multi->curl, &left))) {
        CURL *easy = message->easy_handle;
        CURLcode result = message->data.result;
        struct pending *pending = pending_of(easy);

        if (message->msg != CURLMSG_DONE)
            continue;
        watches_done(multi->watches, easy);
        curl_multi_remove_handle(multi->curl, easy); /* the message is gone */
        finish(pending, result);
    }
}

/* libcurl refuses to work (out of memory, as its codes have it now): none of
   its transfers will be heard of again, so each fails. */
static void fail_all(struct multi *multi, CURLMcode code)
{
    CURLcode result =
        code == CURLM_OUT_OF_MEMORY ? CURLE_OUT_OF_MEMORY : CURLE_FAILED_INIT;

    while (multi->pending.next != &multi->pending) {
        struct pending *pending = multi->pending.next;

        curl_multi_remove_handle(multi->curl, pending->easy);
        finish(pending, result);
    }
}

struct connections *multi_connections(struct multi *multi)
{
    return watches_connections(multi->watches);
}

static void on_hurry(void *arg)
{
    struct pending *pending = arg;

    curl_multi_remove_handle(pending->multi->curl, pending->easy);
    finish(pending, CURLE_OPERATION_TIMEDOUT);
}

/* Set the timers of those that are to end soon and have not yet. Without
   memory for one, the transfer's own timeout ends it. */
static void hurry(struct multi *multi)
{
    while (multi->hurried) {
        struct pending *pending = multi->hurried;

        multi->hurried = pending->next_hurried;
        pending->next_hurried = NULL;
        if (!pending->timer)
            (void)aw_call_later(multi->loop, (double)pending->limit_us / 1e6,
                                on_hurry, pending, &pending->timer);
    }
}

/* Let libcurl work on a socket, or on what is due. */
static void act(struct multi *multi, curl_socket_t fd, int mask)
{
    int running;
    CURLMcode code = curl_multi_socket_action(multi->curl, fd, mask, &running);

    connections_settle(multi_connections(multi));
    reap(multi);
    if (code != CURLM_OK)
        fail_all(multi, code);
    hurry(multi);
}

static void on_socket_ready(curl_socket_t fd, int mask, void *arg)
{
    act(arg, fd, mask);
}

static void on_timer(uv_timer_t *timer)
{
    act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

static void on_soon(uv_idle_t *soon)
{
    uv_idle_stop(soon);
    act(soon->data, CURL_SOCKET_TIMEOUT, 0);
}

/* CURLMOPT_SOCKETFUNCTION. The easy handle may be libcurl's own. */
static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg,
                     void *unused)
{
    struct multi *multi = arg;
    struct pending *pending =
        what == CURL_POLL_REMOVE ? pending_of(easy) : NULL;

    (void)unused;
    if (pending && pending->is_paused)
        return watches_rest(multi->watches, fd);
    return watches_change(multi->watches, fd, what, easy);
}

/* CURLMOPT_TIMERFUNCTION: libcurl's one timeout has changed. 0 means soon, but
   not from within libcurl. A timer of 0 ms can starve I/O before libuv 1.48
   (libuv #4245), and one of 1 ms would slow every transfer down; an idle handle
   that stops itself runs once, on the loop's next turn. */
static int on_timeout(CURLM *curl, long timeout_ms, void *arg)
{
    struct multi *multi = arg;
    int rc = 0;

    (void)curl;
    uv_timer_stop(&multi->timer);
    uv_idle_stop(&multi->soon);
    if (timeout_ms == 0) {
        rc = uv_idle_start(&multi->soon, on_soon);
    } else if (timeout_ms > 0) {
        /* uv_timer_start() counts from the time of the turn's start. */
        uv_update_time(multi->uv);
        rc = uv_timer_start(&multi->timer, on_timer, (uint64_t)timeout_ms, 0);
    }
    return rc < 0 ? -1 : 0;
}

/* -ENOMEM: nothing is left but what multi_new() made before. */
static int make_curl(struct multi *multi, unsigned connections)
{
    CURLM *curl = curl_multi_init();

    if (!curl)
        return -ENOMEM;
    if (curl_multi_setopt(curl, CURLMOPT_SOCKETFUNCTION, on_socket) !=
            CURLM_OK ||
        curl_multi_setopt(curl, CURLMOPT_SOCKETDATA, multi) != CURLM_OK ||
        curl_multi_setopt(curl, CURLMOPT_TIMERFUNCTION, on_timeout) !=
            CURLM_OK ||
        curl_multi_setopt(curl, CURLMOPT_TIMERDATA, multi) != CURLM_OK ||
        /* Of HTTP/2, where the server allows as many; the default is 100. */
        curl_multi_setopt(curl, CURLMOPT_MAX_CONCURRENT_STREAMS,
                          (long)connections) != CURLM_OK ||
        /* The default follows the number of handles that are added just
           now, and would close connections whenever it falls. */
        curl_multi_setopt(curl, CURLMOPT_MAXCONNECTS, (long)connections) !=
            CURLM_OK) {
        curl_multi_cleanup(curl);
        return -ENOMEM;
    }
    multi->curl = curl;
    return 0;
}

void multi_keep(struct multi *multi, unsigned connections)
{
    (void)curl_multi_setopt(multi->curl, CURLMOPT_MAXCONNECTS,
                            (long)connections);
}

int multi_new(struct multi **out, aw_loop *loop, unsigned connections)
{
    struct multi *multi = calloc(1, sizeof(*multi));

    if (!multi)
        return -ENOMEM;
    multi->loop = loop;
    multi->uv = aw_loop_uv(loop);
    multi->pending.next = multi->pending.previous = &multi->pending;
    multi->watches =
        watches_new(multi->uv, on_socket_ready, free_if_closed, multi);
    if (!multi->watches || make_curl(multi, connections) < 0) {
        watches_free(multi->watches);
        free(multi);
        return -ENOMEM;
    }
    /* Neither of the two can fail (libuv 1.44, and its documentation). */
    uv_timer_init(multi->uv, &multi->timer);
    uv_idle_init(multi->uv, &multi->soon);
    multi->timer.data = multi;
    multi->soon.data = multi;
    multi->open = 2;
    *out = multi;
    return 0;
}

/* Everything of the easy handle that is the driver's. The data of the socket
   functions outlives transfers: it is copied into the connection. */
static CURLcode prepare(struct multi *multi, CURL *easy,
                        struct pending *pending)
{
    struct watches *watches = multi->watches;
    CURLcode code;

    code = curl_easy_setopt(easy, CURLOPT_PRIVATE, pending);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION,
                                watches_open_socket);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, watches);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION,
                                watches_close_socket);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, watches);
    return code;
}

/* Wait for a transfer that libcurl has. */
static CURLcode wait_for(struct pending *pending)
{
    struct multi *multi = pending->multi;
    int rc;

    pending->next = &multi->pending;
    pending->previous = multi->pending.previous;
    pending->previous->next = pending;
    multi->pending.previous = pending;
    rc = aw_await(pending->done, NULL);
    if (!pending->is_done) {
        /* Cancelled, before anything that the transfer uses goes. */
        curl_multi_remove_handle(multi->curl, pending->easy);
        unlink_pending(pending);
        forget_hurry(pending);
    }
    if (rc == 0)
        return pending->result;
    return rc == AW_ECANCELED ? CURLE_ABORTED_BY_CALLBACK : CURLE_OUT_OF_MEMORY;
}

CURLcode multi_perform(struct multi *multi, CURL *easy)
{
    struct pending pending = {.multi = multi, .easy = easy};
    CURLcode code = prepare(multi, easy, &pending);

    if (code != CURLE_OK)
        return code;
    pending.done = aw_future_new(multi->loop);
    if (!pending.done)
        return CURLE_OUT_OF_MEMORY;
    if (curl_multi_add_handle(multi->curl, easy) == CURLM_OK)
        code = wait_for(&pending);
    else
        code = CURLE_OUT_OF_MEMORY;
    aw_unref(pending.done);
    return code;
}

void multi_end_within(CURL *easy, int64_t limit_us)
{
    struct pending *pending = pending_of(easy);

    if (!pending || pending->limit_us > 0)
        return;
    pending->limit_us = limit_us;
    pending->next_hurried = pending->multi->hurried;
    pending->multi->hurried = pending;
}

CURLcode multi_pause(struct multi *multi, CURL *easy, int bits)
{
    struct pending *pending = pending_of(easy);
    long port = 0;

    if (pending)
        pending->is_paused = bits & CURLPAUSE_RECV;
    if (bits & CURLPAUSE_RECV &&
        curl_easy_getinfo(easy, CURLINFO_LOCAL_PORT, &port) == CURLE_OK)
        watches_rest_port(multi->watches, port);
    return curl_easy_pause(easy, bits);
}

void multi_close(struct multi *multi)
{
    aw_future *closed;

    if (!multi)
        return;
    assert(multi->pending.next == &multi->pending);
    closed = aw_current_task() ? aw_future_new(multi->loop) : NULL;
    curl_multi_cleanup(multi->curl); /* may well call the callbacks */
    watches_close(multi->watches);
    multi->closed = aw_ref(closed);
    multi->closing = true;
    uv_close((uv_handle_t *)&multi->timer, on_handle_closed);
    uv_close((uv_handle_t *)&multi->soon, on_handle_closed);
    /* Cancelled meanwhile: the memory goes by itself. */
    if (closed)
        (void)!aw_await(closed, NULL);
    aw_unref(closed);
}
