#pragma once

#include "await/base.h"

/*
 * stream: TCP connections for straight-line code, one task a connection; at
 * most one reader and one writer at a time (a second is AW_ESTATE).
 *
 * A waiting reader reads to its own memory. While nobody reads, what comes goes
 * to a bounded buffer, so that the end of the peer is seen all the same. An
 * error of the connection is what the calls after it
 * return. The stream is closed when its serve function returns.
 */

typedef struct aw_listener aw_listener;
typedef struct aw_stream aw_stream;
typedef int (*aw_serve_fn)(aw_stream *s, void *data);

/*
 * Listen on a numeric address, IPv4 or IPv6; port 0: any free. Each connection
 * gets a task of the loop's factory that runs serve(s, data). On the thread's
 * loop (A8).
 */
int aw_listen(aw_listener **out, const char *host, int port, int backlog,
              aw_serve_fn serve, void *data);
int aw_listener_port(const aw_listener *l);

/* The same on a socket that is bound already, of TCP or a UNIX path, which is
   the listener's from now on; after a failure it is closed. The port of the
   latter is 0. */
int aw_listen_fd(aw_listener **out, int fd, int backlog, aw_serve_fn serve,
                 void *data);

/* Accept no more while there are so many connections: who comes then waits in
   the kernel's queue. 0, as at first: any number. */
void aw_listener_bound(aw_listener *l, size_t connections);
bool aw_listener_is_full(const aw_listener *l);

/*
 * Stop accepting, wait up to `grace` seconds for the connections' tasks, then
 * cancel the rest and wait for their end. Cancelled meanwhile, the caller is
 * told so (AW_ECANCELED) after the rest was cancelled and ended.
 *
 * From a task of the listener's loop. A connection's own task waits for the
 * others, but those that are closing it, too. Nor is a connection waited for
 * that itself waits for the task that closes: where the rest is cancelled, so
 * is that task, by way of it, and meets the request at its next await.
 *
 * The listener stays valid until the loop closes, and closing it again is
 * harmless: that, too, returns when the connections have ended. Closing the
 * loop closes it.
 */
AW_CHECK int aw_listener_close(aw_listener *l, double grace);

/* The bytes read, at least 1; 0: end of stream; or a code. AW_EINVAL: room is
   0. Cancelled (AW_ECANCELED), nothing is lost: the next read gets what came.
   From a task, unless something is buffered (AW_ENOTASK). */
AW_CHECK ssize_t aw_read(aw_stream *s, void *buf, size_t room);

/* Return when the kernel has it all; a direct write is tried first. */
AW_CHECK int aw_write(aw_stream *s, const void *buf, size_t n);
AW_CHECK int aw_writev(aw_stream *s, const struct iovec *parts, int n);

/* The peer has ended or the connection broke, and nothing is left to read. */
bool aw_stream_eof(const aw_stream *s);
int aw_stream_fd(const aw_stream *s);

/* How many bytes of what was written the kernel has taken so far, of a write
   that still waits too. */
uint64_t aw_stream_sent(const aw_stream *s);

/* Send FIN after what was written. */
AW_CHECK int aw_shutdown(aw_stream *s);

/* Send RST and close: later calls give AW_ECLOSED. */
void aw_abort(aw_stream *s);
