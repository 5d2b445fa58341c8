#pragma once

#include "await/base.h"

AW_BEGIN_DECLS

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

/*
 * A pending future; loop NULL: the current one (A8).
 *
 * Owner: the caller has one reference. Thread: the loop's. Codes: none; NULL:
 * no memory, no loop, or it is closed. Cancellation: none.
 */
aw_future *aw_future_new(aw_loop *loop);

/*
 * Take and give back a reference. NULL is let through.
 *
 * Owner: aw_ref() gives the caller one more and returns f; aw_unref() takes
 * one: with the last the future goes, its value is dropped, and an error that
 * nobody read is reported. Thread: the loop's. Codes: none. Cancellation: none;
 * letting go of a pending task does not cancel it.
 */
aw_future *aw_ref(aw_future *f);
void aw_unref(aw_future *f);

/*
 * What is known without reading the outcome: an error does not count as read.
 *
 * Owner: the loop is borrowed, as long as f lives. Thread: the loop's.
 * Codes: none. aw_future_loop() is NULL for a refusal where there was no memory
 * for a loop, or none in a job. Cancellation: none.
 */
aw_state aw_future_state(const aw_future *f);
aw_loop *aw_future_loop(const aw_future *f);

/*
 * Read the outcome: 0 and the value, or the code. Reading an error marks it as
 * read. The out-pointers may be NULL and are written only on 0.
 *
 * Owner: `borrowed` lives as long as the future; `owned` is the caller's, and
 * later readers find NULL. Thread: the loop's. Codes: the future's;
 * AW_ECANCELED: it was cancelled; AW_ESTATE: it is pending. Cancellation: none.
 */
int aw_future_result(aw_future *f, aw_value *borrowed);
int aw_future_take(aw_future *f, aw_value *owned);

/*
 * Decide a future of aw_future_new(). Callbacks are queued; none runs now.
 *
 * Owner: v is the future's; refused, it is dropped. Thread: the loop's.
 * Codes: AW_ESTATE: it was decided before, or decides itself (a task, a gather,
 * a class of your own); aw_set_error: AW_EINVAL unless code < 0.
 * Cancellation: none.
 */
int aw_set_value(aw_future *f, aw_value v);
int aw_set_error(aw_future *f, int code);

/*
 * True if it took effect: a bare future is cancelled now; a task is asked to
 * (A28), as often as wanted, until it is done; a gather passes it on.
 *
 * Owner: nothing changes hands; what it passes through is kept alive meanwhile.
 * Thread: the loop's. Codes: none. Cancellation: none; a task that cancels
 * itself meets the request at its next await that suspends (A33).
 */
bool aw_future_cancel(aw_future *f);

/*
 * Call fn(f, data) by a queue entry of its own once f is decided, at the next
 * turn if it is already. Removal takes all pending registrations of the same fn
 * and data and tells how many; one already queued runs.
 *
 * Owner: `data` stays the caller's; f is kept alive until fn ran, and not
 * before it is decided. If the loop closes first, fn never runs. Thread: the
 * loop's; fn runs there, outside every task. Codes: AW_ENOMEM: not added.
 * Cancellation: none; a cancelled future is decided.
 */
int aw_add_done(aw_future *f, aw_done_fn fn, void *data);
size_t aw_remove_done(aw_future *f, aw_done_fn fn, void *data);

AW_END_DECLS
