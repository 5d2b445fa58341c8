#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "await/io/stream_internal.h"

/*
 * listener: a task for each connection that comes. The listener's memory goes
 * with the loop, so that closing it again is harmless.
 */

struct aw_listener {
    struct link link; /* the loop's */
    uv_tcp_t tcp;
    uv_tcp_t reject; /* for a connection that there is no memory for */
    aw_loop *loop;
    aw_serve_fn serve;
    void *data;
    int port;
    struct link streams;
    size_t connections; /* tasks that have not ended */
    size_t closing;     /* of those, that wait for the listener's close */
    struct link closers;
    unsigned handles; /* that libuv has */
    bool rejecting;
    bool held;     /* libuv has a connection that is not accepted yet */
    size_t bound;  /* of connections; 0: none */
    bool cut_off;  /* the connections have been cancelled */
    bool released; /* the loop closes */
};

static void on_connection(uv_stream_t *stream, int status);

static void free_if_done(aw_listener *l)
{
    if (l->handles == 0 && l->released && l->connections == 0)
        free(l);
}

static void wake_closers(aw_listener *l)
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

/* There may be room again for the one that waits. */
static void accept_held(aw_listener *l)
{
    if (!l->held || aw_listener_is_full(l) ||
        uv_is_closing((uv_handle_t *)&l->tcp))
        return;
    l->held = false;
    on_connection((uv_stream_t *)&l->tcp, 0);
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
    wake_closers(l);
    accept_held(l);
    free_if_done(l);
}

static void start_connection(aw_listener *l, aw_stream *s)
{
    aw_future *task;

    list_append(&l->streams, &s->link);
    l->connections++;
    task = aw_create_task(l->loop,
                          aw_call_own(serve_connection, s, end_connection));
    /* Refused, it has been dropped already. A task's first step is not now. */
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
    free_if_done(l);
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

static void on_connection(uv_stream_t *stream, int status)
{
    aw_listener *l = stream->data;
    aw_stream *s;

    if (status < 0)
        return; /* the connection was gone before it was ours */
    if (aw_listener_is_full(l)) {
        l->held = true; /* libuv stops listening until it is accepted */
        return;
    }
    s = aw__stream_new(l, l->loop);
    if (!s) {
        reject(l);
        return;
    }
    if (uv_accept(stream, (uv_stream_t *)&s->tcp) < 0 ||
        aw__stream_open(s) < 0) {
        aw__stream_close(s);
        return;
    }
    start_connection(l, s);
}

static void on_closed(uv_handle_t *handle)
{
    aw_listener *l = handle->data;

    l->loop->polled--;
    l->handles--;
    free_if_done(l);
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
        uv_close((uv_handle_t *)&l->tcp, on_closed);
        return rc;
    }
    list_append(&l->loop->listeners, &l->link);
    *out = l;
    return 0;
}

int aw_listen(aw_listener **out, const char *host, int port, int backlog,
              aw_serve_fn serve, void *data)
{
    aw_listener *l;
    int rc = new_listener(&l, serve, data);

    return rc < 0 ? rc
                  : finish(l, out, start_listening(l, host, port, backlog));
}

int aw_listen_fd(aw_listener **out, int fd, int backlog, aw_serve_fn serve,
                 void *data)
{
    aw_listener *l;
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
    accept_held(l);
}

bool aw_listener_is_full(const aw_listener *l)
{
    return l->bound > 0 && l->connections >= l->bound;
}

int aw_listener_port(const aw_listener *l)
{
    return l->port;
}

/* Closing. */

/* Whoever the kernel has connected with us since the last turn would get a
   reset, having perhaps sent a request already. Without memory it does. */
static void accept_rest(aw_listener *l)
{
    uv_os_fd_t fd;
    int connection;

    if (uv_fileno((uv_handle_t *)&l->tcp, &fd) < 0)
        return;
    while ((connection =
                accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        aw_stream *s = aw__stream_new(l, l->loop);

        if (!s || uv_tcp_open(&s->tcp, connection) < 0) {
            close(connection);
            if (s)
                aw__stream_close(s);
        } else if (aw__stream_open(s) < 0) {
            aw__stream_close(s);
        } else {
            start_connection(l, s);
        }
    }
}

static bool is_closed(const aw_listener *l)
{
    return uv_is_closing((const uv_handle_t *)&l->tcp);
}

static void stop_accepting(aw_listener *l)
{
    if (!is_closed(l))
        uv_close((uv_handle_t *)&l->tcp, on_closed);
}

/*
 * One who closes. A connection's own task cannot be waited for by itself, nor
 * by another connection that closes, too; nor can one that waits for the task
 * that closes. Those are `closing`.
 */
struct closer {
    struct park park;
    aw_listener *listener;
    bool is_connection;
};

static bool is_done(const struct closer *c)
{
    const aw_listener *l = c->listener;

    return l->connections == (c->is_connection ? l->closing : 0);
}

/* 0: all whom it waits for have ended. */
static int wait_until(struct closer *c, struct task *t, int64_t deadline_ns)
{
    int rc = 0;

    while (rc == 0 && !is_done(c)) {
        aw__park_init(&c->park, t);
        c->park.wait.what = "a listener's connections";
        list_append(&c->listener->closers, &c->park.link);
        rc = aw__park_wait_until(&c->park, deadline_ns);
    }
    return rc;
}

static void except(struct closer *c, aw_stream *s)
{
    c->is_connection = true;
    if (s->closing)
        return;
    s->closing = true;
    c->listener->closing++;
    wake_closers(c->listener); /* those may be done by this */
}

/* Each once. Who thereby cancels the one that closes was waiting for it. */
static void cancel_connections(struct closer *c, struct task *t)
{
    aw_listener *l = c->listener;

    if (l->cut_off)
        return;
    l->cut_off = true;
    for (struct link *k = l->streams.next; k != &l->streams; k = k->next) {
        aw_stream *s = container_of(k, struct aw_stream, link);
        unsigned requests = t->requests;

        if (!s->task || s->closing)
            continue;
        (void)aw_future_cancel(s->task);
        if (t->requests != requests)
            except(c, s);
    }
}

static void except_own(struct closer *c, const struct task *t)
{
    aw_listener *l = c->listener;

    for (struct link *k = l->streams.next; k != &l->streams; k = k->next) {
        aw_stream *s = container_of(k, struct aw_stream, link);

        if (s->runner == t)
            except(c, s);
    }
}

int aw_listener_close(aw_listener *l, double grace)
{
    struct task *t = aw__task_current();
    struct closer c = {.listener = l};
    bool cancelled;
    int64_t ns;
    int rc;

    if (!t)
        return AW_ENOTASK;
    if (t->future.loop != l->loop)
        return AW_EOTHERLOOP;
    if (!aw__ns_from_seconds(grace, &ns))
        return AW_EINVAL;
    if (!is_closed(l))
        accept_rest(l);
    stop_accepting(l);
    except_own(&c, t);
    rc = wait_until(&c, t, aw__deadline_after(l->loop, ns < 0 ? 0 : ns));
    cancelled = rc == AW_ECANCELED;
    if (!is_done(&c))
        cancel_connections(&c, t);
    while (!is_done(&c))
        if (wait_until(&c, t, TIMERS_NEVER) < 0)
            cancelled = true;
    return cancelled ? AW_ECANCELED : 0;
}

/* With the loop; the tasks, and with them the streams, are gone. */
void aw__listeners_close(aw_loop *loop)
{
    struct link *link;

    while ((link = list_pop(&loop->listeners))) {
        aw_listener *l = container_of(link, aw_listener, link);

        l->released = true;
        stop_accepting(l);
        free_if_done(l);
    }
}
