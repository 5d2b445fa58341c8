#include "transfer/connections.h"

#include <arpa/inet.h>
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

/* Bytes that have come and were read; -1: the system does not tell. What is
   there and was not read is nothing that libcurl has seen. */
static int64_t received(int fd)
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
                     int fd)
{
    *connection = (struct connection){.fd = fd};
    insert(&all->fresh, connection);
}

void connections_remove(struct connection *connection)
{
    int64_t bytes = connection->use ? received(connection->fd) : -1;

    if (bytes > connection->handed_on)
        connection->use->rest = bytes - connection->handed_on;
    if (connection->use)
        connection->use->connection = NULL;
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

void connections_use(struct connections *all, int port,
                     struct connection_use *use, bool recount)
{
    struct connection *connection;

    connection_leave(use);
    *use = (struct connection_use){.rest = 0};
    if (port <= 0)
        return;
    sort_fresh(all);
    connection = find(all, port);
    if (!connection)
        return;
    if (connection->use)
        connection_leave(connection->use);
    if (connection->recount || recount) {
        connection->handed_on = received(connection->fd);
        connection->recount = connection->handed_on < 0;
    }
    if (connection->recount)
        return;
    connection->use = use;
    use->connection = connection;
}

void connection_leave(struct connection_use *use)
{
    if (!use->connection)
        return;
    use->connection->recount = use->framed;
    use->connection->use = NULL;
    use->connection = NULL;
}
