#pragma once

#include "await/await.h"

/*
 * serve_child: the command behind `--`, run beside the server on its loop.
 *
 * Ownership: embedded by the caller, with memory that outlives the run: use it
 * from a task of aw_run(). The loop lets go of the process, and kills it if it
 * closes before that has ended.
 */

struct serve_child {
    int status; /* what to exit with: its own, or 128 + its signal */
    void (*on_end)(void *data);
    void *data;
    aw_process *process; /* NULL: none was started */
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

/* Wait until it has ended, if there is one. 0, or AW_ECANCELED. */
int serve_child_wait(struct serve_child *child);

/* Pass a signal on, if it still runs. */
void serve_child_signal(struct serve_child *child, int signum);
