#include "download/stop_watch.h"

/* Nobody reads the descriptor, so once is enough. An error is a stop, too: none
   would be heard of any more. */
static void on_stop(uv_poll_t *poll, int status, int events)
{
    struct stop_watch *watch = poll->data;

    (void)status;
    (void)events;
    uv_poll_stop(poll);
    aw_future_cancel(watch->task);
}

int stop_watch_open(struct stop_watch *watch, const struct run *run)
{
    uv_loop_t *loop = aw_loop_uv(aw_get_event_loop());
    int rc = uv_poll_init(loop, &watch->poll, run_stop_fd(run));

    if (rc < 0)
        return rc;
    watch->task = aw_current_task();
    watch->poll.data = watch;
    rc = uv_poll_start(&watch->poll, UV_READABLE, on_stop);
    if (rc < 0)
        stop_watch_close(watch);
    return rc;
}

void stop_watch_close(struct stop_watch *watch)
{
    uv_close((uv_handle_t *)&watch->poll, NULL);
}
