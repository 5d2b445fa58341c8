#include "download/wait.h"

#include <errno.h>
#include <poll.h>
#include <time.h>

enum { SECOND_US = 1000000 };

int wait_readable(int fd, int stop_fd, int64_t wait_us)
{
    /* poll(2) passes over negative descriptors. */
    struct pollfd fds[] = {{.fd = fd, .events = POLLIN},
                           {.fd = stop_fd, .events = POLLIN}};
    struct timespec limit = {.tv_sec = (time_t)(wait_us / SECOND_US),
                             .tv_nsec = (long)(wait_us % SECOND_US) * 1000};
    int rc;

    if (wait_us < 0)
        limit = (struct timespec){0};
    rc = ppoll(fds, 2, wait_us == WAIT_FOREVER ? NULL : &limit, NULL);
    if (rc < 0)
        return errno == EINTR ? 0 : -errno;
    return fds[0].revents != 0;
}
