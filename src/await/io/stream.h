#pragma once

#include "await/base.h"

AW_BEGIN_DECLS

/*
 * stream: TCP connections for straight-line code, one task a connection, or one
 * of aw_connect(), and the pipes of processes; at most one reader and one
 * writer at a time (a second is AW_ESTATE).
 *
 * A waiting reader reads to its own memory. While nobody reads, what comes goes
 * to a bounded buffer, so that the end of the peer is seen all the same. An
 * error of the connection is what the calls after it
 * return. A listener's stream is closed when its serve function returns.
 *
 * A loop's first stream has the process ignore SIGPIPE, unless it is handled or
 * ignored already: a write to a peer that has gone fails with -EPIPE.
 */

typedef struct aw_listener aw_listener;
typedef struct aw_stream aw_stream;
typedef int (*aw_serve_fn)(aw_stream *s, void *data);

/*
 * Listen on a numeric address, IPv4 or IPv6; port 0: any free. Each connection
 * gets a task of the loop's factory that runs serve(s, data), and is closed
 * when that returns. On the thread's loop (A8).
 *
 * Owner: *out is the loop's, valid until that closes; the stream is lent to the
 * serve function; `data` stays the caller's. Thread: the loop's. Codes:
 * AW_EINVAL: no numeric address or port; AW_ECLOSED; the system's
 * (-EADDRINUSE). What the serve function returns is its task's outcome: an
 * error goes to the report handler. A connection that there is no descriptor or
 * memory for is hung up on. Cancellation: none; a connection's task is
 * cancelled like any.
 *
 * aw_listener_port: the port that it listens on, in every case.
 */
int aw_listen(aw_listener **out, const char *host, int port, int backlog,
              aw_serve_fn serve, void *data);
int aw_listener_port(const aw_listener *l);

/*
 * The same on a socket that is bound already, of TCP or a UNIX path; the port
 * of the latter is 0.
 *
 * Owner: fd is the listener's from now on; after a failure it is closed. Else
 * as aw_listen(). Thread: the loop's. Codes: AW_ECLOSED; the system's.
 * Cancellation: none.
 */
int aw_listen_fd(aw_listener **out, int fd, int backlog, aw_serve_fn serve,
                 void *data);

/*
 * Accept no more while there are so many connections: who comes then waits in
 * the kernel's queue. 0, as at first: any number. Whether there are.
 *
 * Owner: nothing changes hands. Thread: the loop's. Codes: none.
 * Cancellation: none.
 */
void aw_listener_bound(aw_listener *l, size_t connections);
bool aw_listener_is_full(const aw_listener *l);

/*
 * Stop accepting, wait up to `grace` seconds for the connections' tasks, then
 * cancel the rest and wait for their end. Cancelled meanwhile, the caller is
 * told so (AW_ECANCELED) after the rest was cancelled and ended. Whom the
 * kernel has connected by then gets a task yet, also beyond the bound.
 *
 * A connection's own task waits for the others, but those that are closing it,
 * too. Nor is a connection waited for that itself waits for the task that
 * closes: where the rest is cancelled, so is that task, by way of it, and meets
 * the request at its next await.
 *
 * Owner: the listener stays the loop's, and closing it again is harmless: that,
 * too, returns when the connections have ended. Closing the loop closes it.
 * Thread: a task's of the listener's loop. Codes: AW_ECANCELED; AW_EINVAL: the
 * grace is no number; AW_ENOTASK; AW_EOTHERLOOP. Cancellation: ends the grace;
 * it is told after the rest was cancelled and has ended.
 */
AW_CHECK int aw_listener_close(aw_listener *l, double grace);

/*
 * The bytes read, at least 1; 0: end of stream; or a code.
 *
 * Owner: the buffer is the caller's, and stays in place meanwhile.
 * Thread: the connection's task, or another of its loop. Codes: AW_ECANCELED;
 * AW_EINVAL: `room` is 0; AW_ESTATE: another reads; AW_ECLOSED: aw_abort();
 * AW_ENOTASK; the connection's (-ECONNRESET). Cancellation: ends the wait; no
 * byte is lost, the next read has them.
 */
AW_CHECK ssize_t aw_read(aw_stream *s, void *buf, size_t room);

/*
 * Return when the kernel has it all; a direct write is tried first.
 *
 * Owner: the bytes are the caller's; after a return, whatever the code, they
 * may go. Thread: the connection's task, or another of its loop; outside a task
 * as long as the kernel has room (else AW_ENOTASK). Codes: AW_ECANCELED;
 * AW_ESTATE: another writes; AW_ECLOSED: aw_abort(); -EPIPE: after
 * aw_shutdown(), or as the connection's. Cancellation: ends the wait; what the
 * kernel and libuv have taken by then is sent all the same, how much is not
 * told: write no more.
 */
AW_CHECK int aw_write(aw_stream *s, const void *buf, size_t n);
AW_CHECK int aw_writev(aw_stream *s, const struct iovec *parts, int n);

/*
 * aw_stream_eof: the peer has ended or the connection broke, and nothing is
 * left to read. aw_stream_fd: the descriptor.
 *
 * Owner: the descriptor is the stream's: to look at, not to read, write or
 * close. Thread: the loop's. Codes: fd: AW_ECLOSED or -EBADF once it is closed.
 * Cancellation: none.
 */
bool aw_stream_eof(const aw_stream *s);
int aw_stream_fd(const aw_stream *s);

/*
 * How many bytes of what was written the kernel has taken so far, of a write
 * that still waits too.
 *
 * Owner: nothing changes hands. Thread: the loop's. Codes: none.
 * Cancellation: none.
 */
uint64_t aw_stream_sent(const aw_stream *s);

/*
 * Send FIN after what was written. The input of a process, which is a pipe, is
 * closed: every later call is AW_ECLOSED.
 *
 * Owner: nothing changes hands; reading may go on. Thread: as aw_write().
 * Codes: as aw_write(); -ENOTCONN: it was called before. Cancellation: ends the
 * wait; the FIN is sent all the same, but a pipe is not closed.
 */
AW_CHECK int aw_shutdown(aw_stream *s);

/*
 * Send RST and close: who waits in a call is told AW_ECLOSED, and so is every
 * later call.
 *
 * Owner: the stream stays valid until its serve function returns, or until
 * aw_stream_close(). Thread: the loop's. Codes: none; harmless when repeated.
 * Cancellation: none.
 */
void aw_abort(aw_stream *s);

AW_END_DECLS
