#include "transfer/connections.h"

#include <arpa/inet.h>
#include <limits.h>
#include <linux/tcp.h> /* libc's own has no bytes */
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

int connection_port(int fd)
{
    struct sockaddr_storage address;
    socklen_t size = sizeof(address);

    if (getsockname(fd, (struct sockaddr *)&address, &size) < 0)
        return 0;
    if (address.ss_family == AF_INET)
        return ntohs(((struct sockaddr_in *)&address)->sin_port);
    if (address.ss_family == AF_INET6)
        return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
    return 0;
}

/* The end of what the peer sends (FIN) counts as a byte. Whether it came before
   a reset, nobody tells: it has, as on a connection that idled too long. */
static int64_t end_counts(int state)
{
    enum { ESTABLISHED = 1 }; /* as in libc's <netinet/tcp.h> */

    return state == ESTABLISHED ? 0 : 1;
}

/* Let the system count what is read from a UNIX socket. False: it does not. */
static bool count_local(int fd)
{
    const int most = INT_MAX;

    return setsockopt(fd, SOL_SOCKET, SO_PEEK_OFF, &most, sizeof(most)) == 0;
}

static int64_t received_local(int fd)
{
    int left = 0; /* and at 2 GiB it is no more */
    socklen_t size = sizeof(left);

    if (getsockopt(fd, SOL_SOCKET, SO_PEEK_OFF, &left, &size) < 0 || left <= 0)
        return -1;
    return INT_MAX - (int64_t)left;
}

static int64_t received_tcp(int fd)
{
    struct tcp_info info;
    socklen_t size = sizeof(info);
    int unread = 0;

    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) < 0 ||
        size < offsetof(struct tcp_info, tcpi_bytes_received) +
                   sizeof(info.tcpi_bytes_received) ||
        ioctl(fd, FIONREAD, &unread) < 0)
        return -1;
    return (int64_t)info.tcpi_bytes_received - unread -
           end_counts(info.tcpi_state);
}

/* Bytes that have come and were read; -1: the system does not tell. What is
   there and was not read is nothing that libcurl has seen. */
static int64_t received(const struct connection *connection)
{
    return connection->local ? received_local(connection->fd)
                             : received_tcp(connection->fd);
}

static void insert(struct connection **at, struct connection *connection)
{
    connection->at = at;
    connection->next = *at;
    if (connection->next)
        connection->next->at = &connection->next;
    *at = connection;
}

static void unlink_connection(struct connection *connection)
{
    *connection->at = connection->next;
    if (connection->next)
        connection->next->at = connection->at;
}

void connections_add(struct connections *all, struct connection *connection,
                     int fd, int family)
{
    *connection = (struct connection){
        .all = all, .fd = fd, .local = family == AF_UNIX && count_local(fd)};
    insert(connection->local ? &all->by_port[0] : &all->fresh, connection);
    all->local += connection->local;
}

static void set_adrift(struct connections *all, struct connection_use *use)
{
    use->adrift_in = all;
    use->next_adrift = all->adrift;
    all->adrift = use;
    all->latest = use;
}

static void end_adrift(struct connection_use *use)
{
    struct connections *all = use->adrift_in;
    struct connection_use **at;

    if (!all)
        return;
    at = &all->adrift;
    while (*at != use)
        at = &(*at)->next_adrift;
    *at = use->next_adrift;
    use->adrift_in = NULL;
    if (all->latest == use)
        all->latest = NULL;
}

/* Whose answer may have come over a connection that is closed now. */
static struct connection_use *user_of(struct connection *connection)
{
    struct connection_use *latest = connection->all->latest;

    if (!connection->local || !latest)
        return connection->use;
    if (latest->adrift_bytes == 0)
        connection->all->latest = NULL; /* this was its connection */
    return latest;
}

/* Whether all that was handed on of what came over it was counted: chunks that
   came before whoever is adrift were. */
static bool is_counted(const struct connection *connection)
{
    if (!connection->local)
        return true;
    for (const struct connection_use *at = connection->all->adrift; at;
         at = at->next_adrift) {
        if (at->adrift_bytes > 0)
            return false;
    }
    return !connection->recount;
}

void connections_remove(struct connection *connection)
{
    struct connection_use *use = user_of(connection);
    int64_t bytes = use && is_counted(connection) ? received(connection) : -1;

    if (bytes > connection->handed_on)
        use->rest = bytes - connection->handed_on;
    if (connection->use)
        connection->use->connection = NULL;
    connection->all->local -= connection->local;
    unlink_connection(connection);
}

/* Each socket is asked once for its port: whoever sends a request has one. */
static void sort_fresh(struct connections *all)
{
    while (all->fresh) {
        struct connection *connection = all->fresh;

        unlink_connection(connection);
        connection->port = connection_port(connection->fd);
        insert(&all->by_port[connection->port % CONNECTIONS_CHAINS],
               connection);
    }
}

/* NULL as well if there are two, to different servers. */
static struct connection *find(const struct connections *all, int port)
{
    struct connection *found = NULL;

    for (struct connection *at = all->by_port[port % CONNECTIONS_CHAINS]; at;
         at = at->next) {
        if (at->port != port)
            continue;
        if (found)
            return NULL;
        found = at;
    }
    return found;
}

static void count_anew(struct connection *connection)
{
    connection->handed_on = received(connection);
    connection->recount = connection->handed_on < 0;
}

/* A request will go over one of them. It is none over which chunks still come;
   and where they have, their framing is none of its bytes. */
static void count_framed(struct connections *all)
{
    for (struct connection *at = all->by_port[0]; at; at = at->next) {
        if (at->local && at->use && at->use->framed)
            count_anew(at);
    }
}

void connections_use(struct connections *all, int port,
                     struct connection_use *use, bool recount)
{
    struct connection *connection;

    connection_leave(use);
    *use = (struct connection_use){.owner = use->owner};
    if (port <= 0) {
        if (all->local > 0) {
            count_framed(all);
            set_adrift(all, use);
        }
        return;
    }
    sort_fresh(all);
    connection = find(all, port);
    if (!connection)
        return;
    if (connection->use)
        connection_leave(connection->use);
    if (connection->recount || recount)
        count_anew(connection);
    if (connection->recount)
        return;
    connection->use = use;
    use->connection = connection;
}

/* NULL: the request of that owner is not adrift. */
static struct connection_use *find_adrift(const struct connections *all,
                                          const void *owner)
{
    struct connection_use *use = all->adrift;

    while (use && use->owner != owner)
        use = use->next_adrift;
    return use;
}

/* It has its connection. Whoever had that is done; count_framed() saw to what
   it left behind. */
static void moor(struct connection *connection, struct connection_use *use)
{
    end_adrift(use);
    if (connection->use)
        connection->use->connection = NULL;
    connection->handed_on += use->adrift_bytes;
    connection->use = use;
    use->connection = connection;
}

void connections_find(struct connections *all, struct connection *connection,
                      const void *owner)
{
    struct connection_use *use = find_adrift(all, owner);

    if (use && connection->local)
        moor(connection, use);
}

/* Over which connection something has just come to whoever is adrift; NULL:
   that is not sure. Whoever else it may be of is done with it, or has half a
   line of a head, too. */
static struct connection *find_bringer(const struct connections *all)
{
    struct connection *found[2] = {NULL, NULL}; /* nobody's, and others */
    bool several[2] = {false, false};

    for (struct connection *at = all->by_port[0]; at; at = at->next) {
        int used = at->use != NULL;

        if (!at->local || at->recount ||
            (all->local > 1 && received(at) <= at->handed_on))
            continue;
        several[used] = found[used] != NULL;
        found[used] = at;
        if (several[0])
            return NULL;
    }
    return found[0] ? found[0] : several[1] ? NULL : found[1];
}

void connections_hand_on_adrift(struct connection_use *use, size_t bytes)
{
    struct connection *connection =
        use->adrift_bytes == 0 ? find_bringer(use->adrift_in) : NULL;

    use->adrift_bytes += (int64_t)bytes;
    if (connection)
        moor(connection, use);
}

void connection_leave(struct connection_use *use)
{
    struct connection *connection = use->connection;

    end_adrift(use);
    if (!connection)
        return;
    connection->recount = connection->recount || use->framed;
    /* It has no port by which the next one would find it, and do this. */
    if (connection->local && connection->recount)
        count_anew(connection);
    connection->use = NULL;
    use->connection = NULL;
}

void connections_end(struct connections *all, struct connection *connection,
                     const void *owner)
{
    struct connection_use *use = find_adrift(all, owner);

    if (!connection || !connection->local)
        return;
    if (!use || !connection->use)
        connections_find(all, connection, owner);
    if (connection->use && connection->use->owner == owner) {
        connection_leave(connection->use);
    } else if (use && connection->use) {
        /* It came and went at once, and the next one is there already. */
        end_adrift(use);
        connection->handed_on += use->adrift_bytes;
        connection->recount = connection->recount || use->framed;
    }
}
