#pragma once

#include "process/child.h"

/*
 * local_server: the fixture server as a child process of ours, on a free port
 * of 127.0.0.1.
 *
 * Ownership: embedded by the caller; local_server_stop() after a successful
 * start. Main thread.
 */

struct local_server {
    struct child child;
    char url[128]; /* of the flags: "http://127.0.0.1:43211/flags" */
};

/*
 * Start `flags serve` with `options` (ended by NULL) beside those that we
 * need, and wait, at most 10 s, until it listens. 0; -EINTR: a signal of
 * interrupt.h came; else a negative errno value, -EPROTO meaning that it ended
 * or said something else. It tells its own reasons on stderr. On failure
 * nothing is left running.
 */
int local_server_start(struct local_server *server, const char *const *options);

/* Why the start failed, in words. Static. */
const char *local_server_why(int code);

/* End it and reap it. */
void local_server_stop(struct local_server *server);
