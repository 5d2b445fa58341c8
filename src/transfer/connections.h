#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * connections: what each connection has brought, and what of it was handed on.
 *
 * libcurl hands on whole lines of a head and counts no others: where a
 * connection ends within the first line of an answer, it says what it says of
 * one that ends without an answer, and on a kept connection it sends the
 * request once more by itself. What has come and was not handed on tells the
 * one from the other.
 *
 * How much has come is the system's to tell (TCP_INFO), for a system call. So
 * it is asked when a connection is closed over which an answer was awaited,
 * and after an answer in chunks, whose framing is not handed on. Of a UNIX
 * socket, and under some emulators, it does not tell: nothing is known then.
 *
 * For plain HTTP/1.x, to the server or through a proxy: what else is on a
 * connection, nobody hands on. Threads: one, that of the transfers.
 */

enum { CONNECTIONS_CHAINS = 32 };

/* Embedded by who opens the socket; in the list until connections_remove(). */
struct connection {
    struct connection *next;
    struct connection **at; /* where it is pointed to from */
    int fd;
    int port;                   /* local; 0: not known, or none */
    int64_t handed_on;          /* bytes */
    bool recount;               /* there were more: chunks had framing */
    struct connection_use *use; /* of whose request it is; NULL: nobody's */
};

/* Zeroed at first. */
struct connections {
    struct connection *fresh; /* their ports were not asked for yet */
    struct connection *by_port[CONNECTIONS_CHAINS];
};

/* A request on its connection. Embedded by whoever makes it, zeroed. */
struct connection_use {
    struct connection *connection; /* NULL: gone, or nothing is known of it */
    int64_t rest; /* bytes that it had brought and not handed on, at its end */
    bool framed;  /* by whoever makes it: what came had framing, as chunks */
};

/* The local port of a socket; 0: it has none, as a UNIX socket. */
int connection_port(int fd);

/* A socket was opened. */
void connections_add(struct connections *all, struct connection *connection,
                     int fd);

/* It is about to be closed: whoever uses it is left the rest. */
void connections_remove(struct connection *connection);

/* A request is about to be sent over the connection with that local port, and
   `use` is the request's until connection_leave(). `recount`: more has come
   over it than was handed on, as a SOCKS proxy's consent. Whose request it was
   before has left it, whether it knows or not: libcurl gives a connection on
   before a task that waited for its answer runs. So has `use` the connection
   that it had, where libcurl repeats a request. */
void connections_use(struct connections *all, int port,
                     struct connection_use *use, bool recount);

/* The answer is over: all of it was handed on, but for its framing. The rest
   stays as it is. */
void connection_leave(struct connection_use *use);

/* So many bytes are handed on. */
static inline void connection_hand_on(struct connection_use *use, size_t bytes)
{
    if (use->connection)
        use->connection->handed_on += (int64_t)bytes;
}
