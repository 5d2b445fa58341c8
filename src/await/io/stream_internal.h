#pragma once

#include "await/internal.h"

/* What stream.c and listener.c share. */

struct aw_stream {
    union {
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    };
    bool is_pipe; /* of a process, which has lent the stream; one-way */
    aw_loop *loop;
    struct aw_listener *listener;
    struct link link;          /* the listener's */
    struct link quiet;         /* the loop's, while libuv does not read */
    aw_future *task;           /* a reference; NULL before it is made */
    const struct task *runner; /* that runs the serve function; to compare */
    bool closing;              /* it waits for the listener's close */
    int fd;
    char *buffer; /* what came while nobody read; NULL: nothing */
    size_t begin;
    size_t end;
    bool reading;
    bool readable;    /* perhaps; a waiting reader was told */
    unsigned at_once; /* reads since the reader last waited */
    bool ended;       /* the peer's FIN came */
    bool shut;        /* our FIN is on its way */
    bool closed;      /* by us: the handle is closing */
    bool closed_down; /* libuv has let go of the handle */
    bool released;    /* the owner has let go of the stream */
    unsigned users;   /* calls that have not returned */
    int error;        /* what broke the connection; or 0 */
    struct park *reader;
    struct park *writer;
    unsigned writes; /* requests that libuv has */
    uint64_t taken;  /* bytes that the kernel or libuv has */
};

/* Not yet accepted. NULL: no memory. */
struct aw_stream *aw__stream_new(struct aw_listener *l, aw_loop *loop);
/* After accepting. On failure it is closed. */
int aw__stream_open(struct aw_stream *s);
/* Our end of a process's pipe, which is closed on failure. 0, or a code. */
int aw__stream_pipe(struct aw_stream **out, aw_loop *loop, int fd, bool reads);
/* Around what may wait: the memory stays meanwhile. */
void aw__stream_enter(struct aw_stream *s);
void aw__stream_leave(struct aw_stream *s);
/* Close the handle: no more calls, but the stream stays. */
void aw__stream_end(struct aw_stream *s, bool reset);
/* The owner lets go: who waits is told AW_ECLOSED, and it is freed when those
   and libuv have let go, too. */
void aw__stream_close(struct aw_stream *s);

/* Why nothing more comes, or can be sent; 0 if it may. */
int aw__stream_refusal(const struct aw_stream *s);
/* Suspend the task until somebody wakes the one at `place`. */
int aw__stream_wait(struct aw_stream *s, struct task *t, struct park **place);
void aw__stream_wake(struct park *park); /* NULL is let through */
