#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEAD_SIZE = 8192 };

struct connection {
    struct connection *next;
    struct server *server;
    pthread_t thread;
    int fd;
    unsigned number;
};

struct server {
    server_handler handler;
    void *arg;
    int listener;
    int stopping; /* an eventfd, readable from server_stop() on */
    int port;
    pthread_t thread;
    struct connection *connections; /* of the accepting thread, then ours */
    atomic_uint request_count;
    atomic_uint connection_count;
    atomic_uint active;
    atomic_uint peak;
};

struct server_request {
    struct connection *connection;
    unsigned number;
    char head[HEAD_SIZE];
    size_t length; /* of what is in `head`, perhaps more than this request's */
    char path[1024];
};

static void die(const char *what)
{
    perror(what);
    abort();
}

/* True: `fd` has an event; false: the time is over or the server stops. */
static bool wait_for(const struct server *server, int fd, short events,
                     int milliseconds)
{
    struct pollfd fds[] = {
        {.fd = server->stopping, .events = POLLIN},
        {.fd = fd, .events = events},
    };
    int rc;

    do {
        rc = poll(fds, 2, milliseconds);
    } while (rc < 0 && errno == EINTR);
    if (rc < 0)
        die("poll");
    return rc > 0 && fds[0].revents == 0;
}

const char *server_path(const struct server_request *request)
{
    return request->path;
}

bool server_head_has(const struct server_request *request, const char *text)
{
    return strstr(request->head, text) != NULL;
}

unsigned server_connection(const struct server_request *request)
{
    return request->connection->number;
}

unsigned server_request_number(const struct server_request *request)
{
    return request->number;
}

void server_send(struct server_request *request, const void *bytes,
                 size_t count)
{
    const struct connection *connection = request->connection;
    const char *at = bytes;

    while (count > 0 &&
           wait_for(connection->server, connection->fd, POLLOUT, -1)) {
        ssize_t sent =
            send(connection->fd, at, count, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (sent < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (sent < 0)
            return; /* the peer has gone, as tests want it to */
        at += sent;
        count -= (size_t)sent;
    }
}

void server_send_text(struct server_request *request, const char *text)
{
    server_send(request, text, strlen(text));
}

/* Only the peer's end is watched for, POLLRDHUP, not POLLIN: another request
   may be waiting. */
void server_wait(struct server_request *request, int milliseconds)
{
    const struct connection *connection = request->connection;

    wait_for(connection->server, connection->fd, POLLRDHUP, milliseconds);
}

void server_answer(struct server_request *request, const char *status,
                   const void *body, size_t bytes)
{
    char answer[16 * 1024];
    int length =
        snprintf(answer, sizeof(answer),
                 "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n", status, bytes);

    /* In one piece, if it fits: a second segment would wait for the first
       one's acknowledgement. */
    if ((size_t)length + bytes > sizeof(answer)) {
        server_send(request, answer, (size_t)length);
        server_send(request, body, bytes);
        return;
    }
    memcpy(answer + length, body, bytes);
    server_send(request, answer, (size_t)length + bytes);
}

size_t server_flag(const char *code, char flag[SERVER_FLAG_SIZE])
{
    size_t bytes = 1000 + (size_t)(code[0] % 32) * 32 + (size_t)code[1] % 32;

    memset(flag, code[0] ^ code[1], bytes);
    memcpy(flag, "GIF89a", 6);
    memcpy(flag + 6, code, 2);
    flag[bytes - 1] = ';'; /* the trailer */
    return bytes;
}

enum server_then server_flags(struct server_request *request, void *arg)
{
    const int *delay_ms = arg;
    const char *path = server_path(request);
    char code[3] = {path[1], path[2], '\0'};
    char body[SERVER_FLAG_SIZE];

    if (delay_ms && *delay_ms > 0)
        server_wait(request, *delay_ms);
    if (strcmp(code, "zz") == 0 || strlen(path) < 5) {
        server_answer(request, "404 Not Found", "no", 2);
    } else if (strstr(path, ".gif")) {
        server_answer(request, "200 OK", body, server_flag(code, body));
    } else {
        int length =
            snprintf(body, sizeof(body), "{\"country\": \"Land of %s\"}", code);

        server_answer(request, "200 OK", body, (size_t)length);
    }
    return SERVER_KEEP;
}

/* Read until the head is complete. False: there is no further request. */
static bool read_head(struct server_request *request)
{
    const struct connection *connection = request->connection;

    request->head[request->length] = '\0';
    while (!strstr(request->head, "\r\n\r\n")) {
        ssize_t got;

        if (request->length == HEAD_SIZE - 1 ||
            !wait_for(connection->server, connection->fd, POLLIN, -1))
            return false;
        got = recv(connection->fd, request->head + request->length,
                   HEAD_SIZE - 1 - request->length, MSG_DONTWAIT);
        if (got < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (got <= 0)
            return false;
        request->length += (size_t)got;
        request->head[request->length] = '\0';
    }
    return sscanf(request->head, "%*s %1023s", request->path) == 1;
}

static enum server_then answer(struct server_request *request)
{
    struct server *server = request->connection->server;
    char *end = strstr(request->head, "\r\n\r\n") + 4;
    size_t rest = request->length - (size_t)(end - request->head);
    unsigned active = atomic_fetch_add(&server->active, 1) + 1;
    unsigned peak = atomic_load(&server->peak);
    enum server_then then;
    char kept[HEAD_SIZE];

    memcpy(kept, end, rest);
    *end = '\0';
    while (active > peak &&
           !atomic_compare_exchange_weak(&server->peak, &peak, active))
        ;
    atomic_fetch_add(&server->request_count, 1);
    request->number++;
    then = server->handler(request, server->arg);
    atomic_fetch_sub(&server->active, 1);
    memcpy(request->head, kept, rest);
    request->length = rest;
    return then;
}

static void *serve(void *arg)
{
    struct connection *connection = arg;
    struct server_request request = {.connection = connection};
    enum server_then then = SERVER_KEEP;

    while (then == SERVER_KEEP && read_head(&request))
        then = answer(&request);
    if (then == SERVER_RESET) {
        struct linger now = {.l_onoff = 1};

        setsockopt(connection->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    }
    close(connection->fd);
    return NULL;
}

static void *accept_all(void *arg)
{
    struct server *server = arg;

    while (wait_for(server, server->listener, POLLIN, -1)) {
        int fd = accept(server->listener, NULL, NULL);
        int on = 1;
        struct connection *connection = calloc(1, sizeof(*connection));

        if (!connection)
            die("calloc");
        if (fd < 0) {
            free(connection);
            continue;
        }
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        connection->server = server;
        connection->fd = fd;
        connection->number = atomic_fetch_add(&server->connection_count, 1) + 1;
        connection->next = server->connections;
        server->connections = connection;
        if (pthread_create(&connection->thread, NULL, serve, connection) != 0)
            die("pthread_create");
    }
    return NULL;
}

struct server *server_start(server_handler handler, void *arg)
{
    struct server *server = calloc(1, sizeof(*server));
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    socklen_t length = sizeof(address);

    if (!server)
        die("calloc");
    server->handler = handler;
    server->arg = arg;
    server->stopping = eventfd(0, EFD_CLOEXEC);
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (server->stopping < 0 || server->listener < 0 ||
        bind(server->listener, (struct sockaddr *)&address, length) < 0 ||
        listen(server->listener, SOMAXCONN) < 0 ||
        getsockname(server->listener, (struct sockaddr *)&address, &length) < 0)
        die("server");
    server->port = ntohs(address.sin_port);
    if (pthread_create(&server->thread, NULL, accept_all, server) != 0)
        die("pthread_create");
    return server;
}

void server_stop(struct server *server)
{
    if (eventfd_write(server->stopping, 1) < 0)
        die("eventfd_write");
    pthread_join(server->thread, NULL);
    while (server->connections) {
        struct connection *connection = server->connections;

        server->connections = connection->next;
        pthread_join(connection->thread, NULL);
        free(connection);
    }
    close(server->listener);
    close(server->stopping);
    free(server);
}

int server_port(const struct server *server)
{
    return server->port;
}

void server_url(const struct server *server, const char *host, const char *path,
                char url[SERVER_URL_SIZE])
{
    snprintf(url, SERVER_URL_SIZE, "http://%s:%d%s", host ? host : "127.0.0.1",
             server->port, path);
}

unsigned server_requests(const struct server *server)
{
    return atomic_load(&server->request_count);
}

unsigned server_connections(const struct server *server)
{
    return atomic_load(&server->connection_count);
}

unsigned server_peak(const struct server *server)
{
    return atomic_load(&server->peak);
}
