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

/*
 * Start the command (ended by NULL) with FLAGS_SERVER=url in its environment;
 * it has our standard descriptors. on_end is called from the loop when it
 * ends. A negative errno value: it was not started.
 */
int serve_child_start(struct serve_child *child, char **command,
                      const char *url);

/* Pass a signal on, if it still runs. */
void serve_child_signal(struct serve_child *child, int signum);
