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
    CURL *easy;
    aw_future *done;
    CURLcode result;
    bool is_done; /* libcurl has let go of the handle */
};

struct multi {
    CURLM *curl;
    aw_loop *loop;
    uv_loop_t *uv;
    struct watches *watches;
    uv_timer_t timer; /* libcurl's one timeout */
    uv_idle_t soon;   /* the same, if it is 0 */
    unsigned open;    /* of the two handles */
    struct pending pending; /* head of a ring */
    bool closing;
    aw_future *closed; /* who waits for the end; NULL: nobody */
};

/* Libuv has closed the last handle: nothing points to the memory. */
static void free_if_closed(void *arg)
{
    struct multi *multi = arg;

    if (!multi->closing || multi->open > 0 ||
        (multi->watches && watches_open(multi->watches) > 0))
        return;
    if (multi->closed) {
        /* Refused if its waiter was cancelled: then nobody wants to know. */
        aw_set_value(multi->closed, (aw_value){0});
        aw_unref(multi->closed);
    }
    watches_free(multi->watches);
    aw_loop_unref(multi->loop);
    free(multi);
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct multi *multi = handle->data;

    multi->open--;
    free_if_closed(multi);
}
