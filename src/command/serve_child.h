#pragma once

#include "await/await.h"

/*
 * serve_child: the command behind `--`, run beside the server on its loop.
 *
 * Ownership: embedded by the caller, who keeps it until `ended` is set; also
 * after a failed start until the loop has turned once more: use it from a task
 * of aw_run(), with memory that outlives the run.
 */

struct serve_child {
    aw_event ended;
    int status; /* what to exit with: its own, or 128 + its signal */
    void (*on_end)(void *data);
    void *data;
    void *process; /* libuv's */
};

/* Set a variable of our environment, which the command gets. 0, or a negative
   errno value. */
int serve_child_set(const char *name, const char *value);

/* Add a host to a list of those that no proxy is for, unless it is there. */
int serve_child_except(const char *name, const char *host);

/*
 * Start the command (ended by NULL); it has our environment and our standard
 * descriptors. on_end is called from the loop when it ends. A negative errno
 * value: it was not started.
 */
int serve_child_start(struct serve_child *child, char **command);

/* Pass a signal on, if it still runs. */
void serve_child_signal(struct serve_child *child, int signum);
