#include "await/waker.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/timerfd.h>
#endif

#include "await/timers.h"

/* As armed_ns: nothing is set, or it has passed. No deadline is that, for
   whoever waits for the past does not wait. */
#define WAKER_SPENT INT64_MIN

/* It ends the wait, that is all. libuv runs what is overdue before it polls:
   where the process was held up since the timer was set, the poll to come would
   wait for something that has passed. */
static void end_wait(uv_timer_t *timer)
{
    uv_stop(timer->loop);
}

#if defined(__linux__)
/* The descriptor stays readable until it is set anew, which the next wait
   does; so it needs no reading. */
static void on_expired(uv_poll_t *poll, int status, int events)
{
    struct waker *waker = poll->data;

    (void)status;
    (void)events;
    waker->armed_ns = WAKER_SPENT;
    uv_stop(poll->loop);
}

static void open_descriptor(struct waker *waker, uv_loop_t *loop)
{
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);

    if (fd < 0)
        return;
    if (uv_poll_init(loop, &waker->poll, fd) < 0) {
        close(fd);
        return;
    }
    waker->poll.data = waker;
    waker->fd = fd;
    uv_unref((uv_handle_t *)&waker->poll);
    (void)uv_poll_start(&waker->poll, UV_READABLE, on_expired); /* it is open */
}

static int reopen_descriptor(struct waker *waker)
{
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    int rc;

    if (fd < 0)
        return -errno;
    /* Under its number, by which libuv knows it. */
    rc = dup3(fd, waker->fd, O_CLOEXEC) < 0 ? -errno : 0;
    close(fd);
    if (rc == 0)
        waker->armed_ns = WAKER_SPENT;
    return rc;
}

/* uv_hrtime() is CLOCK_MONOTONIC. All zeros disarm. */
static void set_descriptor(struct waker *waker, int64_t deadline_ns)
{
    struct itimerspec spec = {0};

    if (deadline_ns != TIMERS_NEVER) {
        spec.it_value.tv_sec = deadline_ns / 1000000000;
        spec.it_value.tv_nsec = deadline_ns % 1000000000;
    }
    if (waker->armed_ns == deadline_ns)
        return;
    /* The descriptor is one and the times are in range: it cannot fail. */
    (void)timerfd_settime(waker->fd, TFD_TIMER_ABSTIME, &spec, NULL);
    waker->armed_ns = deadline_ns;
}
#else
static void open_descriptor(struct waker *waker, uv_loop_t *loop)
{
    (void)waker;
    (void)loop;
}

static int reopen_descriptor(struct waker *waker)
{
    (void)waker;
    return 0;
}

static void set_descriptor(struct waker *waker, int64_t deadline_ns)
{
    (void)waker;
    (void)deadline_ns;
}
#endif

static void set_timer(struct waker *waker, int64_t deadline_ns)
{
    int64_t wait_ns = deadline_ns - (int64_t)uv_hrtime();

    if (deadline_ns == TIMERS_NEVER) {
        uv_timer_stop(&waker->timer);
        return;
    }
    if (wait_ns < 0)
        wait_ns = 0;
    uv_update_time(waker->timer.loop); /* the start counts from a cached time */
    (void)uv_timer_start(&waker->timer, end_wait,
                         (uint64_t)(wait_ns + 999999) / 1000000, 0);
}

void aw__waker_open(struct waker *waker, uv_loop_t *loop)
{
    waker->fd = -1;
    waker->armed_ns = WAKER_SPENT;
    /* uv_timer_init() only fills in the handle. */
    (void)uv_timer_init(loop, &waker->timer);
    uv_unref((uv_handle_t *)&waker->timer);
    open_descriptor(waker, loop);
}

void aw__waker_arm(struct waker *waker, int64_t deadline_ns)
{
    if (waker->fd >= 0)
        set_descriptor(waker, deadline_ns);
    else
        set_timer(waker, deadline_ns);
}

int aw__waker_fork(struct waker *waker)
{
    return waker->fd < 0 ? 0 : reopen_descriptor(waker);
}

void aw__waker_close(struct waker *waker)
{
    if (waker->fd >= 0)
        close(waker->fd);
    waker->fd = -1;
}
