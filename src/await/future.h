#pragma once

#include "await/base.h"

/*
 * future: a slot for an outcome that arrives later, and the protocol that
 * everything awaitable keeps to.
 *
 * A future starts pending and is decided exactly once, by a value, an error or
 * a cancellation. Deciding never runs user code: callbacks are queued on the
 * loop, in the order of their registration.
 *
 * Ownership: reference counted, one thread. The future owns its value; a
 * reader borrows it until the last reference goes, or takes it. An error that
 * nobody read is reported when the last reference goes.
 */

typedef enum { AW_PENDING, AW_VALUE, AW_ERROR, AW_CANCELLED } aw_state;
typedef void (*aw_done_fn)(aw_future *f, void *data);

/*
 * The protocol: whoever begins with this is a future. A class of your own
 * fills in every operation but the last three. Its remove_done really removes,
 * also what is queued already (the library registers data on stacks); each
 * registration is a queue entry of its own; the object lives until it ran.
 */
typedef struct aw_future_ops {
    const char *kind;
    void (*ref)(aw_future *f);
    void (*unref)(aw_future *f);
    aw_loop *(*loop)(const aw_future *f);
    aw_state (*state)(const aw_future *f);
    int (*result)(aw_future *f, aw_value *borrowed);
    int (*take)(aw_future *f, aw_value *owned);
    bool (*cancel)(aw_future *f);
    int (*add_done)(aw_future *f, aw_done_fn fn, void *data);
    size_t (*remove_done)(aw_future *f, aw_done_fn fn, void *data);
    const char *(*name)(const aw_future *f);         /* may be NULL */
    int (*set_name)(aw_future *f, const char *name); /* may be NULL */
    const void *base; /* the library's: a copy of its table keeps it, a table of
                         your own leaves it NULL */
} aw_future_ops;

struct aw_future {
    const aw_future_ops *ops;
};

/* A pending future. NULL: no memory, or the loop is closed. */
aw_future *aw_future_new(aw_loop *loop);

/* Take and give back a reference. NULL is let through. */
aw_future *aw_ref(aw_future *f);
void aw_unref(aw_future *f);

aw_state aw_future_state(const aw_future *f);
aw_loop *aw_future_loop(const aw_future *f);

/*
 * Read the outcome: 0 and the value, or the code. AW_ESTATE while pending.
 * Reading an error marks it as read. `borrowed` lives as long as the future;
 * after `take` the value is the caller's and later readers find NULL. The
 * out-pointers may be NULL and are written only on 0.
 */
int aw_future_result(aw_future *f, aw_value *borrowed);
int aw_future_take(aw_future *f, aw_value *owned);

/*
 * Decide. AW_ESTATE: it was decided before, or is a task; then v is dropped.
 * aw_set_error: AW_EINVAL unless code < 0.
 */
int aw_set_value(aw_future *f, aw_value v);
int aw_set_error(aw_future *f, int code);

/*
 * True if it took effect: a bare future is cancelled now; a task is asked to
 * (A28), as often as wanted, until it is done.
 */
bool aw_future_cancel(aw_future *f);

/*
 * Call fn(f, data) by a queue entry of its own once f is decided, at the next
 * turn if it is already. AW_ENOMEM: not added. Removal takes all pending
 * registrations of the same fn and data and tells how many; one already queued
 * runs.
 */
int aw_add_done(aw_future *f, aw_done_fn fn, void *data);
size_t aw_remove_done(aw_future *f, aw_done_fn fn, void *data);
