#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "await/io/listener_internal.h"

/*
 * listener: a task for each connection that comes. The listener's memory goes
 * with the loop, so that closing it again is harmless.
 */

void aw__listener_free_if_done(aw_listener *l)
{
    if (l->handles == 0 && l->released && l->connections == 0)
        free(l);
}

void aw__listener_wake_closers(aw_listener *l)
{
    struct link *link;

    while ((link = list_pop(&l->closers)))
        aw__park_decide(container_of(link, struct park, link));
}

/* A connection's task. */

static int serve_connection(void *stream, aw_value *ret)
{
    aw_stream *s = stream;

    (void)ret;
    s->runner = aw__task_current();
    return s->listener->serve(s, s->listener->data);
}

static void accept_one(aw_listener *l);

void aw__listener_accept_held(aw_listener *l)
{
    if (!l->held || uv_is_closing((uv_handle_t *)&l->tcp))
        return;
    l->held = false;
    accept_one(l);
}

/* There may be room again for the one that waits. */
static void use_room(aw_listener *l)
{
    if (!aw_listener_is_full(l))
        aw__listener_accept_held(l);
}

/* The drop of a connection's coroutine: once, whether it ran or not. */
static void end_connection(void *stream)
{
    aw_stream *s = stream;
    aw_listener *l = s->listener;

    link_remove(&s->link);
    l->closing -= s->closing;
    aw__stream_close(s);
    l->connections--;
    aw__listener_wake_closers(l);
    use_room(l);
    aw__listener_free_if_done(l);
}

void aw__listener_start(aw_listener *l, aw_stream *s)
{
    aw_future *task;

    list_append(&l->streams, &s->link);
    l->connections++;
    task = aw_create_task(l->loop,
                          aw_call_own(serve_connection, s, end_connection));
    /* Refused, or begun at once and ended, it has been dropped already. */
    if (aw_future_state(task) == AW_PENDING)
        s->task = task;
    else
        aw_unref(task);
}

/* Accepting. */

static void on_rejected(uv_handle_t *handle)
{
    aw_listener *l = handle->data;

    l->handles--;
    l->rejecting = false;
    aw__listener_free_if_done(l);
}

/* libuv stops listening until what came is accepted: accept it and hang up. */
static void reject(aw_listener *l)
{
    if (l->rejecting || uv_tcp_init(&l->loop->uv, &l->reject) < 0)
        return; /* it waits, like whoever comes after it, for the next one */
    l->reject.data = l;
    l->rejecting = true;
    l->handles++;
    (void)uv_accept((uv_stream_t *)&l->tcp, (uv_stream_t *)&l->reject);
    uv_close((uv_handle_t *)&l->reject, on_rejected);
}

static void accept_one(aw_listener *l)
{
    aw_stream *s = aw__stream_new(l, l->loop);

    if (!s) {
        reject(l);
        return;
    }
    if (uv_accept((uv_stream_t *)&l->tcp, (uv_stream_t *)&s->tcp) < 0 ||
        aw__stream_open(s) < 0) {
        aw__stream_close(s);
        return;
    }
    aw__listener_start(l, s);
}

static void on_connection(uv_stream_t *stream, int status)
{
    aw_listener *l = stream->data;

    if (status < 0)
        return; /* the connection was gone before it was ours */
    if (aw_listener_is_full(l))
        l->held = true; /* libuv stops listening until it is accepted */
    else
        accept_one(l);
}

void aw__listener_on_closed(uv_handle_t *handle)
{
    aw_listener *l = handle->data;

    l->loop->polled--;
    l->handles--;
    aw__listener_free_if_done(l);
}

static int parse_address(const char *host, int port,
                         struct sockaddr_storage *address)
{
    if (port < 0 || port > 65535 || !host)
        return AW_EINVAL;
    if (uv_ip4_addr(host, port, (struct sockaddr_in *)address) == 0)
        return 0;
    return uv_ip6_addr(host, port, (struct sockaddr_in6 *)address);
}

static int bound_port(const uv_tcp_t *tcp)
{
    struct sockaddr_storage address;
    int size = sizeof(address);
    int rc = uv_tcp_getsockname(tcp, (struct sockaddr *)&address, &size);

    if (rc < 0)
        return rc;
    if (address.ss_family == AF_UNIX)
        return 0;
    if (address.ss_family == AF_INET6)
        return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
    return ntohs(((struct sockaddr_in *)&address)->sin_port);
}

static int start_listening(aw_listener *l, const char *host, int port,
                           int backlog)
{
    struct sockaddr_storage address = {0};
    int rc = parse_address(host, port, &address);

    if (rc == 0)
        rc = uv_tcp_bind(&l->tcp, (const struct sockaddr *)&address, 0);
    if (rc == 0)
        rc = uv_listen((uv_stream_t *)&l->tcp, backlog, on_connection);
    if (rc == 0)
        rc = l->port = bound_port(&l->tcp);
    return rc < 0 ? rc : 0;
}

/* A listener on the thread's loop, not yet bound. */
static int new_listener(aw_listener **out, aw_serve_fn serve, void *data)
{
    aw_loop *loop = aw_get_event_loop();
    aw_listener *l;
    int rc;

    if (!loop)
        return aw__no_loop();
    if (loop->closed)
        return AW_ECLOSED;
    l = calloc(1, sizeof(*l));
    if (!l)
        return AW_ENOMEM;
    rc = uv_tcp_init(&loop->uv, &l->tcp);
    if (rc < 0) {
        free(l);
        return rc;
    }
    l->tcp.data = l;
    l->loop = loop;
    l->serve = serve;
    l->data = data;
    l->handles = 1;
    list_init(&l->streams);
    list_init(&l->closers);
    loop->polled++;
    uv_unref((uv_handle_t *)&l->tcp);
    *out = l;
    return 0;
}

static int finish(aw_listener *l, aw_listener **out, int rc)
{
    if (rc < 0) {
        l->released = true;
        uv_close((uv_handle_t *)&l->tcp, aw__listener_on_closed);
        return rc;
    }
    list_append(&l->loop->listeners, &l->link);
    *out = l;
    return 0;
}

int aw_listen(aw_listener **out, const char *host, int port, int backlog,
              aw_serve_fn serve, void *data)
{
    aw_listener *l = NULL;
    int rc = new_listener(&l, serve, data);

    return rc < 0 ? rc
                  : finish(l, out, start_listening(l, host, port, backlog));
}

int aw_listen_fd(aw_listener **out, int fd, int backlog, aw_serve_fn serve,
                 void *data)
{
    aw_listener *l = NULL;
    int rc = new_listener(&l, serve, data);

    if (rc < 0) {
        close(fd);
        return rc;
    }
    rc = uv_tcp_open(&l->tcp, fd);
    if (rc < 0)
        close(fd);
    else
        rc = uv_listen((uv_stream_t *)&l->tcp, backlog, on_connection);
    if (rc == 0)
        rc = l->port = bound_port(&l->tcp);
    return finish(l, out, rc);
}

void aw_listener_bound(aw_listener *l, size_t connections)
{
    l->bound = connections;
    use_room(l);
}

bool aw_listener_is_full(const aw_listener *l)
{
    return l->bound > 0 && l->connections >= l->bound;
}

int aw_listener_port(const aw_listener *l)
{
    return l->port;
}
