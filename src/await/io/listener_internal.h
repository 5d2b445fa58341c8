#pragma once

#include "await/io/stream_internal.h"

/* What listener.c and listener_close.c share. */

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

/* A connection that is accepted and open: its task, which may begin at once,
   and close the listener. */
void aw__listener_start(aw_listener *l, aw_stream *s);
/* The one that libuv holds, if any, whatever the bound. */
void aw__listener_accept_held(aw_listener *l);
/* Whoever closes looks again. */
void aw__listener_wake_closers(aw_listener *l);
/* libuv has let go of the listening handle. */
void aw__listener_on_closed(uv_handle_t *handle);
/* Nobody can use it any more, and libuv does not. */
void aw__listener_free_if_done(aw_listener *l);
