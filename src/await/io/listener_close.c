#include <sys/socket.h>
#include <unistd.h>

#include "await/io/listener_internal.h"

/*
 * listener_close: no more connections; and the end of those that there are.
 */

/* Negative: there is none, or the one before has closed the listener, whose
   descriptor may be another's since. */
static int accept_another(const aw_listener *l)
{
    uv_os_fd_t fd;

    if (uv_fileno((const uv_handle_t *)&l->tcp, &fd) < 0)
        return -1;
    return accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

/* Whoever the kernel has connected with us since the last turn would get a
   reset, having perhaps sent a request already. Without memory it does. */
static void accept_rest(aw_listener *l)
{
    int connection;

    aw__listener_accept_held(l);
    while ((connection = accept_another(l)) >= 0) {
        aw_stream *s = aw__stream_new(l, l->loop);

        if (!s || uv_tcp_open(&s->tcp, connection) < 0) {
            close(connection);
            if (s)
                aw__stream_close(s);
        } else if (aw__stream_open(s) < 0) {
            aw__stream_close(s);
        } else {
            aw__listener_start(l, s);
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
        uv_close((uv_handle_t *)&l->tcp, aw__listener_on_closed);
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
    aw__listener_wake_closers(c->listener); /* those may be done by this */
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
        aw__listener_free_if_done(l);
    }
}
