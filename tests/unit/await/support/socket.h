#pragma once

#include <sys/socket.h>

#include "await/await.h"

/*
 * socket: the other side of the streams: plain sockets, on the loop's own
 * thread. Connecting does not block, the kernel does it; receiving lets the
 * loop go round meanwhile.
 */

/* An aw_serve_fn: send back what comes, until the end. */
int echo(aw_stream *s, void *data);

/* Listen on a free port of 127.0.0.1; fails the test if it cannot. */
aw_listener *listen_with(aw_serve_fn serve, void *data);
int connect_to(const aw_listener *l);
void send_text(int fd, const char *text);

/* From a task. Bytes, fewer than n only at the end, or a negative errno. */
int recv_exactly(int fd, void *buf, size_t n);
int recv_some(int fd, void *buf, size_t room); /* at least 1 */

/* Close by RST. */
void reset(int fd);
