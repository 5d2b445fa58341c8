#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "await/io/stream_internal.h"

/*
 * stream_write: the sending half of a stream. Nearly everything goes by one
 * direct write; the rest of this file is for when the kernel's buffer is full.
 */

enum {
    CHUNK = 64 * 1024, /* bytes copied for libuv at a time */
    PARTS = 16,        /* of one direct write */
};

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
    aw__stream_wake(s->writer);
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
    s->taken += n;
    return 0;
}

uint64_t aw_stream_sent(const aw_stream *s)
{
    return s->taken -
           uv_stream_get_write_queue_size((const uv_stream_t *)&s->tcp);
}

/* The kernel's buffer is full: by chunks, each when the one before is sent. */
static int write_slowly(aw_stream *s, const char *bytes, size_t n)
{
    struct task *t = aw__task_current();

    if (!t)
        return AW_ENOTASK;
    while (n > 0 || s->writes > 0) {
        int rc = aw__stream_refusal(s);

        if (rc == 0 && s->writes == 0) {
            size_t chunk = n < CHUNK ? n : CHUNK;

            rc = queue_write(s, bytes, chunk);
            bytes += chunk;
            n -= chunk;
        }
        if (rc == 0)
            rc = aw__stream_wait(s, t, &s->writer);
        if (rc < 0)
            return rc;
    }
    return aw__stream_refusal(s);
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
    if (rc > 0)
        s->taken += (uint64_t)rc;
    return rc;
}

static int write_all(aw_stream *s, const struct iovec *parts, int n)
{
    ssize_t sent = write_now(s, parts, n);
    int rc;

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

int aw_writev(aw_stream *s, const struct iovec *parts, int n)
{
    int rc = aw__stream_refusal(s);

    if (rc < 0)
        return rc;
    if (s->shut)
        return UV_EPIPE; /* no error of the connection: reading goes on */
    if (s->writer)
        return AW_ESTATE;
    while (n > 0 && parts->iov_len == 0) {
        parts++;
        n--;
    }
    if (n <= 0)
        return 0;
    aw__stream_enter(s);
    rc = write_all(s, parts, n);
    aw__stream_leave(s);
    return rc;
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
    aw__stream_wake(s->writer);
}

/* Until libuv has nothing more of ours. */
static int wait_for_writes(aw_stream *s, struct task *t)
{
    while (s->writes > 0) {
        int rc = aw__stream_wait(s, t, &s->writer);

        if (rc < 0)
            return rc;
    }
    return aw__stream_refusal(s);
}

/* A pipe has nothing but its end. */
static int end_pipe(aw_stream *s, struct task *t)
{
    int rc = wait_for_writes(s, t);

    if (rc == 0)
        aw__stream_end(s, false);
    return rc;
}

static int end_connection(aw_stream *s, struct task *t)
{
    struct shutdown *sd = malloc(sizeof(*sd));
    int rc;

    if (!sd)
        return AW_ENOMEM;
    sd->stream = s;
    rc = uv_shutdown(&sd->req, (uv_stream_t *)&s->tcp, on_shutdown);
    if (rc < 0) {
        free(sd);
        return rc;
    }
    s->shut = true;
    s->writes++;
    return wait_for_writes(s, t);
}

int aw_shutdown(aw_stream *s)
{
    struct task *t = aw__task_current();
    int rc = aw__stream_refusal(s);

    if (rc < 0)
        return rc;
    if (!t)
        return AW_ENOTASK;
    if (s->writer)
        return AW_ESTATE;
    aw__stream_enter(s);
    rc = s->is_pipe ? end_pipe(s, t) : end_connection(s, t);
    aw__stream_leave(s);
    return rc;
}
