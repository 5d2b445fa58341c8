#pragma once

#include "await/future.h"

AW_BEGIN_DECLS

/*
 * combine: several awaitables as one. Coroutines are wrapped by the loop's
 * task factory, once each.
 */

enum { AW_RETURN_ERRORS = 1 };

/*
 * Decided when all members are, or with the first error (A38); its own value
 * is NULL: read the members. With AW_RETURN_ERRORS the members' errors are
 * left to be read there. Cancelling it cancels the members.
 *
 * Owner: takes what the awaitables own, refused or not; holds its members; the
 * caller has one reference. xs may go at once. Thread: the loop's.
 * Codes: AW_EOTHERLOOP: members of different loops; AW_EINVAL: a future that is
 * NULL. Cancellation: none here; whoever awaits it passes a request on to it.
 */
aw_future *aw_gather(const aw_awaitable *xs, size_t n, unsigned flags);

/*
 * The future of the i-th argument.
 *
 * Owner: the gather's; valid as long as it. Thread: the loop's. Codes: none;
 * NULL: out of range, or no gather, which a refused one is not.
 * Cancellation: none.
 */
aw_future *aw_gather_member(aw_future *gather, size_t i);

/*
 * Outcomes pass outwards, cancellations do not pass inwards. What is decided
 * comes back as it is.
 *
 * Owner: takes what the awaitable owns; holds the inner future; the caller has
 * one reference. Thread: the loop's. Codes: as aw_ensure_future().
 * Cancellation: of the outer future decides it at once, and nothing else.
 */
aw_future *aw_shield_any(aw_awaitable a);
#define aw_shield(x) aw_shield_any(aw_any(x))

typedef enum {
    AW_ALL_COMPLETED,
    AW_FIRST_COMPLETED,
    AW_FIRST_ERROR
} aw_wait_mode;

/*
 * Wait for futures without reading or cancelling them. On 0 the first *done of
 * fs are decided (both parts keep their order; a duplicate counts once, and
 * stands last). A limit that passes is no error.
 *
 * Owner: the futures stay the caller's, who keeps them alive and fs in place.
 * Thread: a task's. Codes: AW_ECANCELED, AW_EEMPTY: n is 0; AW_EINVAL: a NULL,
 * or a limit that is no number; AW_EOTHERLOOP; AW_ENOTASK. Cancellation: ends
 * the wait and leaves the futures alone; fs is as it was.
 */
AW_CHECK int aw_wait(aw_future **fs, size_t n, double limit, aw_wait_mode mode,
                     size_t *done);

/*
 * Await at most `limit` seconds; then cancel it, wait for its end, and
 * AW_ETIMEDOUT, unless it answered with an outcome of its own.
 *
 * Owner: as aw_await(). Thread: a task's. Codes: as aw_await(); AW_ETIMEDOUT;
 * AW_EINVAL: the limit is no number. Cancellation: is passed on to what is
 * awaited, whose end is waited for.
 */
AW_CHECK int aw_wait_for_any(aw_awaitable a, double limit, aw_value *out);
#define aw_wait_for(x, limit, out) aw_wait_for_any(aw_any(x), (limit), (out))

/*
 * Futures in the order of their completion. aw_next: 0 and *f decided, its
 * outcome not read; after the limit AW_ETIMEDOUT and NULL once for each missing
 * one. One taker at a time.
 *
 * Owner: takes what the awaitables own; the object is the caller's, who frees
 * it (NULL is let through); the futures are its own until then. Thread: the
 * loop's; aw_next(): a task's. Codes: aw_as_completed: none; NULL without
 * memory, which aw_next() answers with AW_ENOMEM. aw_next: AW_EEND after the
 * last; AW_ETIMEDOUT; AW_ESTATE: another waits in it; AW_ENOTASK,
 * AW_EOTHERLOOP; first of all what aw_as_completed() was refused with.
 * Cancellation: AW_ECANCELED; the futures run on, and the next aw_next() goes
 * on where this one was.
 */
typedef struct aw_completions aw_completions;
aw_completions *aw_as_completed(const aw_awaitable *xs, size_t n, double limit);
AW_CHECK int aw_next(aw_completions *c, aw_future **f);
void aw_completions_free(aw_completions *c);

AW_END_DECLS
