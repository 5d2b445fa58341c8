#include "await/io/stream.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "await/io/stream_internal.h"

enum {
    READ_AHEAD_BELOW = 4096, /* with less room, read more than was asked for */
    READS_AT_ONCE = 16,      /* before other tasks have their turn */
};

/*
 * Reading. Where a reader waits libuv only tells that there is something, and
 * the reader reads by itself, to its own memory: nothing is copied, nothing is
 * lost if it is cancelled instead, and what it answers is written while the
 * kernel has the connection in its caches. Where nobody reads libuv reads to
 * the stream's buffer.
 */

static bool reader_waits(const aw_stream *s)
{
    return s->reader && s->reader->state == PARK_PENDING;
}

static void give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    aw_stream *s = handle->data;

    (void)suggested;
    *buf = uv_buf_init(NULL, 0); /* on_read() is told UV_ENOBUFS */
    if (reader_waits(s))
        return;
    if (!s->buffer)
        s->buffer = aw__read_memory_take(&s->loop->read_memory);
    if (s->buffer)
        *buf =
            uv_buf_init(s->buffer + s->end, (unsigned)(READ_BUFFER - s->end));
}

static void stop_reading(aw_stream *s)
{
    s->reading = false;
    (void)uv_read_stop((uv_stream_t *)&s->tcp);
    link_remove(&s->quiet);
    list_append(&s->loop->quiet, &s->quiet);
}

static void free_buffer(aw_stream *s)
{
    aw__read_memory_give(&s->loop->read_memory, s->buffer);
    s->buffer = NULL;
    s->begin = s->end = 0;
}

/* 0: the end; or a code. */
static void end_reading(aw_stream *s, int code)
{
    stop_reading(s);
    if (code == 0)
        s->ended = true;
    else
        s->error = code;
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    aw_stream *s = stream->data;

    (void)buf;
    if (n > 0) {
        s->end += (size_t)n;
        if (s->end == READ_BUFFER)
            stop_reading(s);
    } else if (n == UV_ENOBUFS && reader_waits(s)) {
        s->readable = true;
    } else {
        if (s->begin == s->end)
            free_buffer(s);
        if (n == 0)
            return; /* EAGAIN */
        end_reading(s, n == UV_EOF ? 0 : n == UV_ENOBUFS ? AW_ENOMEM : (int)n);
    }
    aw__stream_wake(s->reader);
}

static int start_reading(aw_stream *s)
{
    int rc = uv_read_start((uv_stream_t *)&s->tcp, give_buffer, on_read);

    s->reading = rc == 0;
    if (s->reading)
        link_remove(&s->quiet);
    return rc;
}

static ssize_t take_bytes(aw_stream *s, void *buf, size_t room)
{
    size_t n = s->end - s->begin;
    bool was_full = !s->reading && s->end == READ_BUFFER;

    if (n > room)
        n = room;
    memcpy(buf, s->buffer + s->begin, n);
    s->begin += n;
    if (s->begin < s->end)
        return (ssize_t)n;
    free_buffer(s);
    if (was_full && !s->ended && s->error == 0) {
        int rc = start_reading(s);

        if (rc < 0)
            s->error = rc;
    }
    return (ssize_t)n;
}

/* As read(2). With little room more is read than was asked for, and kept. */
static ssize_t read_ahead(aw_stream *s, void *buf, size_t room)
{
    char *more = room < READ_AHEAD_BELOW
                     ? aw__read_memory_take(&s->loop->read_memory)
                     : NULL;
    struct iovec parts[] = {{buf, room}, {more, READ_BUFFER}};
    ssize_t n;

    do
        n = more ? readv(s->fd, parts, 2) : read(s->fd, buf, room);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        n = -errno;
    if (n > (ssize_t)room) {
        s->buffer = more;
        s->end = (size_t)n - room;
        if (s->end == READ_BUFFER) /* libuv has nowhere to put what follows */
            stop_reading(s);
        return (ssize_t)room;
    }
    s->readable = n == (ssize_t)room && ++s->at_once < READS_AT_ONCE;
    aw__read_memory_give(&s->loop->read_memory, more);
    return n;
}

/* As aw_read(), but UV_EAGAIN instead of waiting. */
static ssize_t read_now(aw_stream *s, void *buf, size_t room)
{
    ssize_t n;
    int rc;

    if (!s->closed && s->begin < s->end)
        return take_bytes(s, buf, room);
    rc = aw__stream_refusal(s);
    if (rc < 0 || s->ended)
        return rc;
    if (!s->readable)
        return UV_EAGAIN;
    n = read_ahead(s, buf, room);
    if (n <= 0 && n != UV_EAGAIN)
        end_reading(s, (int)n);
    return n;
}

static ssize_t read_some(aw_stream *s, void *buf, size_t room)
{
    struct task *t = aw__task_current();

    for (;;) {
        ssize_t n = read_now(s, buf, room);
        int rc;

        if (n != UV_EAGAIN)
            return n;
        if (!t)
            return AW_ENOTASK;
        s->readable = false;
        s->at_once = 0;
        rc = aw__stream_wait(s, t, &s->reader);
        if (rc < 0)
            return rc;
    }
}

ssize_t aw_read(aw_stream *s, void *buf, size_t room)
{
    ssize_t n;

    if (room == 0)
        return AW_EINVAL;
    if (s->reader)
        return AW_ESTATE;
    aw__stream_enter(s);
    n = read_some(s, buf, room);
    aw__stream_leave(s);
    return n;
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
    aw_stream *stream;
    struct park **place;
};

static void abandon_place(struct wait *wait)
{
    struct park *park = container_of(wait, struct park, wait);
    struct stream_park *sp = container_of(park, struct stream_park, park);

    *sp->place = NULL;
    aw__park_abandon(wait);
    aw__stream_leave(sp->stream);
}

int aw__stream_wait(aw_stream *s, struct task *t, struct park **place)
{
    struct stream_park sp = {.stream = s, .place = place};
    int rc;

    aw__park_init(&sp.park, t);
    sp.park.wait.what = place == &s->reader ? "bytes to read" : "room to write";
    sp.park.wait.abandon = abandon_place;
    *place = &sp.park;
    s->loop->io_awaited++;
    rc = aw__park_wait(&sp.park);
    s->loop->io_awaited--;
    *place = NULL;
    return rc;
}

/* Closing. */

static void free_if_done(aw_stream *s)
{
    if (!s->released || !s->closed_down || s->users > 0)
        return;
    free_buffer(s);
    free(s);
}

void aw__stream_enter(aw_stream *s)
{
    s->users++;
}

void aw__stream_leave(aw_stream *s)
{
    s->users--;
    free_if_done(s);
}

static void on_closed(uv_handle_t *handle)
{
    aw_stream *s = handle->data;

    s->loop->polled--;
    s->closed_down = true;
    free_if_done(s);
}

void aw__stream_end(aw_stream *s, bool reset)
{
    if (s->closed)
        return;
    s->closed = true;
    s->reading = false;
    link_remove(&s->quiet);
    /* libuv refuses a reset after a shutdown. */
    if (!reset || s->is_pipe || uv_tcp_close_reset(&s->tcp, on_closed) < 0)
        uv_close((uv_handle_t *)&s->tcp, on_closed);
}

void aw_abort(aw_stream *s)
{
    aw__stream_end(s, true);
    aw__stream_wake(s->reader);
    aw__stream_wake(s->writer);
}

/* libuv writes without MSG_NOSIGNAL: a peer that has gone would end the
   program. What a program has decided about the signal stays. */
static void ignore_sigpipe(aw_loop *loop)
{
    struct sigaction now;

    if (loop->has_streams)
        return;
    loop->has_streams = true;
    if (sigaction(SIGPIPE, NULL, &now) == 0 && now.sa_handler == SIG_DFL)
        (void)signal(SIGPIPE, SIG_IGN);
}

static aw_stream *new_stream(aw_loop *loop, bool is_pipe)
{
    aw_stream *s = calloc(1, sizeof(*s));
    int rc;

    if (!s)
        return NULL;
    rc = is_pipe ? uv_pipe_init(&loop->uv, &s->pipe, 0)
                 : uv_tcp_init(&loop->uv, &s->tcp);
    if (rc < 0) {
        free(s);
        return NULL;
    }
    s->is_pipe = is_pipe;
    s->tcp.data = s;
    s->loop = loop;
    loop->polled++;
    list_append(&loop->quiet, &s->quiet);
    uv_unref((uv_handle_t *)&s->tcp);
    ignore_sigpipe(loop);
    return s;
}

aw_stream *aw__stream_new(struct aw_listener *l, aw_loop *loop)
{
    aw_stream *s = new_stream(loop, false);

    if (s)
        s->listener = l;
    return s;
}

int aw__stream_pipe(aw_stream **out, aw_loop *loop, int fd, bool reads)
{
    aw_stream *s = new_stream(loop, true);
    int rc = s ? uv_pipe_open(&s->pipe, fd) : AW_ENOMEM;

    if (rc < 0) {
        close(fd);
        if (s)
            aw__stream_close(s);
        return rc;
    }
    s->fd = fd;
    rc = reads ? start_reading(s) : 0;
    if (rc < 0)
        aw__stream_close(s);
    else
        *out = s;
    return rc;
}

int aw__stream_open(aw_stream *s)
{
    /* Answers are written in one piece; waiting to fill a segment would cost
       a client that sends the next request only then 40 ms. Where it cannot be
       set the connection is gone already. */
    (void)uv_tcp_nodelay(&s->tcp, 1);
    s->fd = aw_stream_fd(s);
    return s->fd < 0 ? s->fd : start_reading(s);
}

void aw__stream_close(aw_stream *s)
{
    aw_unref(s->task);
    s->task = NULL;
    s->released = true;
    aw__stream_end(s, false);
    aw__stream_wake(s->reader);
    aw__stream_wake(s->writer);
    free_if_done(s);
}
