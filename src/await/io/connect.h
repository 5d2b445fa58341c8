#pragma once

#include "await/io/stream.h"

AW_BEGIN_DECLS

struct sockaddr_storage;

/*
 * Connect to a port of a host: a name, or a numeric address of IPv4 or IPv6.
 * Names are looked up by getaddrinfo(), on a thread of libuv's pool. Of several
 * addresses the families alternate, in the order that getaddrinfo() gives; the
 * next is tried when the one before has failed, or has not answered within 250
 * ms, and the first connection that stands is taken (RFC 8305, "happy
 * eyeballs"). The others are let go.
 *
 * aw_connect_to: the same with addresses that are known, in this order.
 *
 * Owner: *out is the caller's, for aw_stream_close(), and goes with the loop;
 * host and addresses are borrowed. Thread: a task's. Codes: AW_ECANCELED;
 * AW_EINVAL: no port, no host or no address; AW_ENOTASK; the resolver's
 * (UV_EAI_NONAME); otherwise that of the attempt that failed last
 * (-ECONNREFUSED). Cancellation: ends all attempts; nothing of them is left.
 */
AW_CHECK int aw_connect(aw_stream **out, const char *host, int port);
AW_CHECK int aw_connect_to(aw_stream **out,
                           const struct sockaddr_storage *addresses, size_t n);

/*
 * Close a connection of aw_connect(). What was written is sent all the same,
 * as far as the peer takes it. NULL is let through.
 *
 * Owner: takes the stream; who waits there is told AW_ECLOSED. That of a
 * listener is its serve function's, and a process's its own: they are left
 * alone. Thread: the loop's. Codes: none. Cancellation: none.
 */
void aw_stream_close(aw_stream *s);

AW_END_DECLS
