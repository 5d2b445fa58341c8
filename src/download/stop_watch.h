#pragma once

#include <uv.h>

#include "await/await.h"
#include "download/run.h"

/*
 * stop_watch: cancels a task when its run is stopped, from whichever thread or
 * signal handler that comes.
 *
 * Ownership: embedded by the caller, who lets it live as long as the loop: its
 * handle is closed on a later turn. On the loop's thread.
 */
struct stop_watch {
    uv_poll_t poll;
    aw_future *task;
};

/* Watch the run for the current task. libuv's code: there is nothing to
   close. */
int stop_watch_open(struct stop_watch *watch, const struct run *run);
void stop_watch_close(struct stop_watch *watch);
