#pragma once

#include <stdint.h>

/*
 * wait: what a blocking strategy waits with: a descriptor, a time, a stop.
 */

#define WAIT_FOREVER INT64_MAX

/*
 * Block until `fd` can be read (-1: there is none), `stop_fd` can, or `wait_us`
 * is over, whichever is first; a signal that is handled may end it early, too.
 * 1: `fd` can be read, or never will; 0: not yet. A negative errno code: the
 * system cannot wait. Any thread.
 */
int wait_readable(int fd, int stop_fd, int64_t wait_us);
