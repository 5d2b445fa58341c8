#pragma once

#include "process/child.h"

/*
 * local_server: the fixture server as a child process of ours, on a free port
 * of 127.0.0.1.
 *
 * Ownership: embedded by the caller; local_server_stop() after a successful
 * start.
 */

/* `flags serve`, which this room does not know: options in, status out. */
typedef int (*local_server_main)(int argc, char **argv);

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
 *
 * With `serve` the child is a fork that calls it, without an exec: to load
 * libcurl's libraries once more would cost more than 20 downloads. That is for
 * the main thread while it is the only one (what others hold locked at a fork
 * stays locked) and no loop of await runs (the child would be inside of it).
 * NULL: by an exec, from any thread, a coroutine, too.
 */
int local_server_start(struct local_server *server, local_server_main serve,
                       const char *const *options);

/* Why the start failed, in words. Static. */
const char *local_server_why(int code);

/* End it and reap it. */
void local_server_stop(struct local_server *server);
