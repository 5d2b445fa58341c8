#pragma once

#include <stdint.h>
#include <uv.h>

/*
 * waker: what ends a loop's wait in libuv at a time, to the microsecond.
 *
 * A uv_timer alone cannot: it counts milliseconds from a time that is cached in
 * milliseconds, rounded up so as not to be early, and so it is late by more
 * than one on average. Linux has timerfd, which the loop polls like any
 * descriptor; elsewhere, and where none is to be had, the uv_timer is used.
 *
 * Ownership: embedded in the loop, and must stay until libuv's loop is closed.
 * Within await/ only.
 */

struct waker {
    uv_timer_t timer;
    uv_poll_t poll;
    int fd;           /* the timerfd; -1: the uv_timer is used */
    int64_t armed_ns; /* the deadline that is set; WAKER_SPENT */
};

/* Neither handle keeps uv_run() waiting by itself. */
void aw__waker_open(struct waker *waker, uv_loop_t *loop);

/* Have uv_run() return no earlier than `deadline_ns` (uv_hrtime's clock) and as
   soon after as can be, unless it returns before; TIMERS_NEVER: not. */
void aw__waker_arm(struct waker *waker, int64_t deadline_ns);

/* In a child process, before uv_loop_fork(): a descriptor of our own in place
   of the one that is the parent's, too. */
int aw__waker_fork(struct waker *waker);

/* After both handles have been closed: by whoever walks the loop's handles. */
void aw__waker_close(struct waker *waker);
