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
 * How much has come is the system's to tell, for a system call: of TCP it does
 * (TCP_INFO), and what is read from a UNIX socket it takes off the offset for
 * peeks (SO_PEEK_OFF), which is set as high as can be: so nobody can peek. It
 * is asked when a connection is closed over which an answer was awaited, and
 * after an answer in chunks, whose framing is not handed on. Under some
 * emulators it does not tell: nothing is known then.
 *
 * Over which connection a request goes, libcurl tells by the local port. UNIX
 * sockets have none: what goes over one is adrift until libcurl asks to watch a
 * socket for it, or is done with it; before either, libcurl does nothing else.
 * Where its answer comes meanwhile, as it does from a server that is quick, its
 * connection is the one that has brought more than was handed on.
 *
 * For plain HTTP/1.x, to the server or through a proxy: what else is on a
 * connection, nobody hands on. Threads: one, that of the transfers.
 */

enum { CONNECTIONS_CHAINS = 32 };

/* Embedded by who opens the socket; in the list until connections_remove(). */
struct connection {
    struct connections *all;
    struct connection *next;
    struct connection **at; /* where it is pointed to from */
    int fd;
    int port;                   /* local; 0: not known, or none */
    bool local;                 /* a UNIX socket, of which the system tells */
    int64_t handed_on;          /* bytes */
    bool recount;               /* there were more: chunks had framing */
    struct connection_use *use; /* of whose request it is; NULL: nobody's */
};

/* Zeroed at first. */
struct connections {
    struct connection *fresh; /* their ports were not asked for yet */
    struct connection *by_port[CONNECTIONS_CHAINS];
    size_t local; /* how many are UNIX sockets */
    struct connection_use *adrift;
    struct connection_use *latest; /* adrift, and libcurl is at work on it */
};

/* A request on its connection. Embedded by whoever makes it, zeroed. */
struct connection_use {
    struct connection *connection; /* NULL: gone, or nothing is known of it */
    int64_t rest; /* bytes that it had brought and not handed on, at its end */
    bool framed;  /* by whoever makes it: what came had framing, as chunks */

    const void *owner; /* whom libcurl names when it is about this request */
    struct connections *adrift_in; /* NULL: it is not adrift */
    struct connection_use *next_adrift;
    int64_t adrift_bytes; /* handed on meanwhile, over who knows which one */
};

/* Whether it is a UNIX socket whose reads are counted. NULL: no. */
static inline bool connection_is_local(const struct connection *connection)
{
    return connection && connection->local;
}

/* The local port of a socket; 0: it has none, as a UNIX socket. */
int connection_port(int fd);

/* A socket was opened, of that family of addresses. */
void connections_add(struct connections *all, struct connection *connection,
                     int fd, int family);

/* It is about to be closed: whoever uses it is left the rest. */
void connections_remove(struct connection *connection);

/* A request is about to be sent over the connection with that local port (0 or
   less: it has none), and `use` is the request's until connection_leave(). Its
   `owner` stays what it is. `recount`: more has come over it than was handed
   on, as a SOCKS proxy's consent. Whose request it was before has left it,
   whether it knows or not: libcurl gives a connection on before a task that
   waited for its answer runs. So has `use` the connection that it had, where
   libcurl repeats a request. */
void connections_use(struct connections *all, int port,
                     struct connection_use *use, bool recount);

/* The request of that owner goes over this connection, which libcurl asks to
   watch for that. */
void connections_find(struct connections *all, struct connection *connection,
                      const void *owner);

/* It went over this one, NULL: over one that is gone, and libcurl is done. */
void connections_end(struct connections *all, struct connection *connection,
                     const void *owner);

/* libcurl has returned, so what it closes from now on may be anybody's. */
static inline void connections_settle(struct connections *all)
{
    all->latest = NULL;
}

/* The answer is over: all of it was handed on, but for its framing. The rest
   stays as it is. */
void connection_leave(struct connection_use *use);

/* connection_hand_on(), of a request that is adrift. */
void connections_hand_on_adrift(struct connection_use *use, size_t bytes);

/* So many bytes are handed on. */
static inline void connection_hand_on(struct connection_use *use, size_t bytes)
{
    if (use->connection)
        use->connection->handed_on += (int64_t)bytes;
    else if (use->adrift_in)
        connections_hand_on_adrift(use, bytes);
}
