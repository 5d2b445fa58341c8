#include "await/io/stream.h"

#include <stdlib.h>
#include <string.h>

#include "await/io/stream_internal.h"

enum { BUFFER = 16 * 1024 }; /* bytes read ahead of the reader */

/* Reading. */

static void give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    aw_stream *s = handle->data;

    (void)suggested;
    if (!s->buffer)
        s->buffer = malloc(BUFFER);
    if (!s->buffer) {
        *buf = uv_buf_init(NULL, 0); /* on_read() is told UV_ENOBUFS */
        return;
    }
    *buf = uv_buf_init(s->buffer + s->end, (unsigned)(BUFFER - s->end));
}

static void stop_reading(aw_stream *s)
{
    s->reading = false;
    (void)uv_read_stop((uv_stream_t *)&s->tcp);
}

static void release_buffer(aw_stream *s)
{
    if (s->begin < s->end)
        return;
    free(s->buffer);
    s->buffer = NULL;
    s->begin = s->end = 0;
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    aw_stream *s = stream->data;

    (void)buf;
    if (n > 0) {
        s->end += (size_t)n;
        if (s->end == BUFFER)
            stop_reading(s);
    } else {
        release_buffer(s);
        if (n == 0)
            return; /* EAGAIN */
        stop_reading(s);
        if (n == UV_EOF)
            s->ended = true;
        else
            s->error = n == UV_ENOBUFS ? AW_ENOMEM : (int)n;
    }
    aw__stream_wake(s->reader);
}

static int start_reading(aw_stream *s)
{
    int rc = uv_read_start((uv_stream_t *)&s->tcp, give_buffer, on_read);

    s->reading = rc == 0;
    return rc;
}

static size_t take_bytes(aw_stream *s, void *buf, size_t room)
{
    size_t n = s->end - s->begin;
    bool was_full = !s->reading && s->end == BUFFER;

    if (n > room)
        n = room;
    memcpy(buf, s->buffer + s->begin, n);
    s->begin += n;
    release_buffer(s);
    if (was_full && !s->buffer && !s->ended && aw__stream_refusal(s) == 0) {
        int rc = start_reading(s);

        if (rc < 0)
            s->error = rc;
    }
    return n;
}

ssize_t aw_read(aw_stream *s, void *buf, size_t room)
{
    struct task *t = aw__task_current();

    if (room == 0)
        return AW_EINVAL;
    if (s->reader)
        return AW_ESTATE;
    while (s->begin == s->end) {
        int rc = aw__stream_refusal(s);

        if (rc < 0)
            return rc;
        if (s->ended)
            return 0;
        if (!t)
            return AW_ENOTASK;
        rc = aw__stream_wait(s, t, &s->reader);
        if (rc < 0)
            return rc;
    }
    if (s->closed)
        return AW_ECLOSED;
    return (ssize_t)take_bytes(s, buf, room);
}

bool aw_stream_eof(const aw_stream *s)
{
    return s->closed || (s->begin == s->end && (s->ended || s->error < 0));
}

int aw_stream_fd(const aw_stream *s)
{
    uv_os_fd_t fd;
    int rc = uv_fileno((const uv_handle_t *)&s->tcp, &fd);

    return rc < 0 ? rc : fd;
}

/* Waiting. */

/* Why nothing more comes, or can be sent: 0 if it may. */
int aw__stream_refusal(const aw_stream *s)
{
    if (s->closed)
        return AW_ECLOSED;
    return s->error;
}

void aw__stream_wake(struct park *park)
{
    if (park)
        aw__park_decide(park);
}

struct stream_park {
    struct park park;
    struct park **place;
};

static void abandon_place(struct wait *wait)
{
    struct park *park = container_of(wait, struct park, wait);
    struct stream_park *sp = container_of(park, struct stream_park, park);

    *sp->place = NULL;
    aw__park_abandon(wait);
}

int aw__stream_wait(aw_stream *s, struct task *t, struct park **place)
{
    struct stream_park sp = {.place = place};
    int rc;

    aw__park_init(&sp.park, t);
    sp.park.wait.abandon = abandon_place;
    *place = &sp.park;
    s->loop->io_awaited++;
    rc = aw__park_wait(&sp.park);
    s->loop->io_awaited--;
    *place = NULL;
    return rc;
}

/* Closing. */

static void on_closed(uv_handle_t *handle)
{
    aw_stream *s = handle->data;

    s->loop->polled--;
    s->closed_down = true;
    if (s->released) {
        free(s->buffer);
        free(s);
    }
}

static void close_handle(aw_stream *s, bool reset)
{
    if (s->closed)
        return;
    s->closed = true;
    s->reading = false;
    /* libuv refuses a reset after a shutdown. */
    if (!reset || uv_tcp_close_reset(&s->tcp, on_closed) < 0)
        uv_close((uv_handle_t *)&s->tcp, on_closed);
}

void aw_abort(aw_stream *s)
{
    close_handle(s, true);
    aw__stream_wake(s->reader);
    aw__stream_wake(s->writer);
}

aw_stream *aw__stream_new(struct aw_listener *l, aw_loop *loop)
{
    aw_stream *s = calloc(1, sizeof(*s));

    if (!s)
        return NULL;
    if (uv_tcp_init(&loop->uv, &s->tcp) < 0) {
        free(s);
        return NULL;
    }
    s->tcp.data = s;
    s->loop = loop;
    s->listener = l;
    loop->polled++;
    uv_unref((uv_handle_t *)&s->tcp);
    return s;
}

int aw__stream_open(aw_stream *s)
{
    /* Answers are written in one piece; waiting to fill a segment would cost
       a client that sends the next request only then 40 ms. Where it cannot be
       set the connection is gone already. */
    (void)uv_tcp_nodelay(&s->tcp, 1);
    return start_reading(s);
}

void aw__stream_close(aw_stream *s)
{
    aw_unref(s->task);
    s->task = NULL;
    s->released = true;
    if (s->closed_down) {
        free(s->buffer);
        free(s);
        return;
    }
    close_handle(s, false);
}
