#include "await/stream.h"

#include <stdlib.h>
#include <string.h>

#include "await/stream_internal.h"

enum {
    BUFFER = 16 * 1024, /* bytes read ahead of the reader */
    CHUNK = 64 * 1024,  /* bytes copied for libuv when the kernel is full */
    PARTS = 16,         /* of one direct write */
};

/* Waiting. */

/* Why nothing more comes, or can be sent: 0 if it may. */
static int refusal(const aw_stream *s)
{
    if (s->closed)
        return AW_ECLOSED;
    return s->error;
}

static void wake(struct park *park)
{
    if (park)
        park_decide(park);
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
    park_abandon(wait);
}

static int wait_at(aw_stream *s, struct task *t, struct park **place)
{
    struct stream_park sp = {.place = place};
    int rc;

    park_init(&sp.park, t);
    sp.park.wait.abandon = abandon_place;
    *place = &sp.park;
    s->loop->io_awaited++;
    rc = park_wait(&sp.park);
    s->loop->io_awaited--;
    *place = NULL;
    return rc;
}

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
    wake(s->reader);
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
    if (was_full && !s->buffer && !s->ended && refusal(s) == 0) {
        int rc = start_reading(s);

        if (rc < 0)
            s->error = rc;
    }
    return n;
}

ssize_t aw_read(aw_stream *s, void *buf, size_t room)
{
    struct task *t = task_current();

    if (room == 0)
        return AW_EINVAL;
    if (s->reader)
        return AW_ESTATE;
    while (s->begin == s->end) {
        int rc = refusal(s);

        if (rc < 0)
            return rc;
        if (s->ended)
            return 0;
        if (!t)
            return AW_ENOTASK;
        rc = wait_at(s, t, &s->reader);
        if (rc < 0)
            return rc;
    }
    if (s->closed)
        return AW_ECLOSED;
    return (ssize_t)take_bytes(s, buf, room);
}

bool aw_stream_eof(const aw_stream *s)
{
    return s->begin == s->end && (s->ended || refusal(s) < 0);
}

int aw_stream_fd(const aw_stream *s)
{
    uv_os_fd_t fd;
    int rc = uv_fileno((const uv_handle_t *)&s->tcp, &fd);

    return rc < 0 ? rc : fd;
}

/* Writing. */

/* Bytes that the kernel had no room for. libuv cannot take a write back, so
   what it has is a copy: a writer that is cancelled may go. */
struct write {
    uv_write_t req;
    aw_stream *stream; /* outlives it: closing ends all writes first */
    char bytes[];
};

static int mapped(int status)
{
    return status == UV_ECANCELED ? AW_ECLOSED : status;
}

static void on_written(uv_write_t *req, int status)
{
    struct write *w = container_of(req, struct write, req);
    aw_stream *s = w->stream;

    if (status < 0 && s->error == 0)
        s->error = mapped(status);
    s->writes--;
    free(w);
    wake(s->writer);
}

static int queue_write(aw_stream *s, const char *bytes, size_t n)
{
    struct write *w = malloc(sizeof(*w) + n);
    uv_buf_t buf;
    int rc;

    if (!w)
        return AW_ENOMEM;
    w->stream = s;
    memcpy(w->bytes, bytes, n);
    buf = uv_buf_init(w->bytes, (unsigned)n);
    rc = uv_write(&w->req, (uv_stream_t *)&s->tcp, &buf, 1, on_written);
    if (rc < 0) {
        free(w);
        return rc;
    }
    s->writes++;
    return 0;
}

/* The kernel's buffer is full: by chunks, each when the one before is sent. */
static int write_slowly(aw_stream *s, const char *bytes, size_t n)
{
    struct task *t = task_current();

    if (!t)
        return AW_ENOTASK;
    while (n > 0 || s->writes > 0) {
        int rc = refusal(s);

        if (rc == 0 && s->writes == 0) {
            size_t chunk = n < CHUNK ? n : CHUNK;

            rc = queue_write(s, bytes, chunk);
            bytes += chunk;
            n -= chunk;
        }
        if (rc == 0)
            rc = wait_at(s, t, &s->writer);
        if (rc < 0)
            return rc;
    }
    return refusal(s);
}

/* As much as goes without waiting; how much that was, or a code. */
static ssize_t write_now(aw_stream *s, const struct iovec *parts, int n)
{
    uv_buf_t bufs[PARTS];
    int rc;

    if (s->writes > 0)
        return 0; /* after those */
    if (n > PARTS)
        n = PARTS;
    for (int i = 0; i < n; i++) {
        size_t len = parts[i].iov_len;

        bufs[i] = uv_buf_init(parts[i].iov_base,
                              (unsigned)(len < INT_MAX ? len : INT_MAX));
        if (len >= INT_MAX)
            n = i + 1;
    }
    rc = uv_try_write((uv_stream_t *)&s->tcp, bufs, (unsigned)n);
    if (rc == UV_EAGAIN)
        return 0;
    if (rc < 0 && s->error == 0)
        s->error = mapped(rc);
    return rc;
}

int aw_writev(aw_stream *s, const struct iovec *parts, int n)
{
    int rc = refusal(s);
    ssize_t sent;

    if (rc < 0)
        return rc;
    if (s->writer)
        return AW_ESTATE;
    while (n > 0 && parts->iov_len == 0) {
        parts++;
        n--;
    }
    if (n <= 0)
        return 0;
    sent = write_now(s, parts, n);
    if (sent < 0)
        return (int)sent;
    for (; n > 0; parts++, n--) {
        size_t skip =
            (size_t)sent < parts->iov_len ? (size_t)sent : parts->iov_len;

        sent -= (ssize_t)skip;
        if (skip == parts->iov_len)
            continue;
        rc = write_slowly(s, (const char *)parts->iov_base + skip,
                          parts->iov_len - skip);
        if (rc < 0)
            return rc;
    }
    return 0;
}

int aw_write(aw_stream *s, const void *buf, size_t n)
{
    struct iovec part = {.iov_base = (void *)buf, .iov_len = n};

    return aw_writev(s, &part, 1);
}

/* Ending. */

struct shutdown {
    uv_shutdown_t req;
    aw_stream *stream;
};

static void on_shutdown(uv_shutdown_t *req, int status)
{
    struct shutdown *sd = container_of(req, struct shutdown, req);
    aw_stream *s = sd->stream;

    if (status < 0 && s->error == 0)
        s->error = mapped(status);
    s->writes--;
    free(sd);
    wake(s->writer);
}

int aw_shutdown(aw_stream *s)
{
    struct task *t = task_current();
    struct shutdown *sd;
    int rc = refusal(s);

    if (rc < 0)
        return rc;
    if (!t)
        return AW_ENOTASK;
    if (s->writer)
        return AW_ESTATE;
    sd = malloc(sizeof(*sd));
    if (!sd)
        return AW_ENOMEM;
    sd->stream = s;
    rc = uv_shutdown(&sd->req, (uv_stream_t *)&s->tcp, on_shutdown);
    if (rc < 0) {
        free(sd);
        return rc;
    }
    s->writes++;
    while (s->writes > 0) {
        rc = wait_at(s, t, &s->writer);
        if (rc < 0)
            return rc;
    }
    return refusal(s);
}

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
    wake(s->reader);
    wake(s->writer);
}

aw_stream *stream_new(struct aw_listener *l, aw_loop *loop)
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

int stream_open(aw_stream *s)
{
    /* Answers are written in one piece; waiting to fill a segment would cost
       a client that sends the next request only then 40 ms. Where it cannot be
       set the connection is gone already. */
    (void)uv_tcp_nodelay(&s->tcp, 1);
    return start_reading(s);
}

void stream_close(aw_stream *s)
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
