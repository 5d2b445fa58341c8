#pragma once

#include "await/future.h"

/*
 * combine: several awaitables as one. Coroutines are wrapped by the loop's
 * task factory, once each.
 */

enum { AW_RETURN_ERRORS = 1 };

/*
 * Decided when all members are, or with the first error (A38); its own value
 * is NULL: read the members. With AW_RETURN_ERRORS the members' errors are
 * left to be read there. Cancelling it cancels the members.
 */
aw_future *aw_gather(const aw_awaitable *xs, size_t n, unsigned flags);

/* The future of the i-th argument, borrowed. NULL: out of range or refused. */
aw_future *aw_gather_member(aw_future *gather, size_t i);

/* Outcomes pass outwards, cancellations do not pass inwards. What is decided
   comes back as it is. */
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
 * stands last). A limit that passes is no error. AW_EEMPTY: n is 0.
 */
AW_CHECK int aw_wait(aw_future **fs, size_t n, double limit, aw_wait_mode mode,
                     size_t *done);

/* Await at most `limit` seconds; then cancel it, wait for its end, and
   AW_ETIMEDOUT, unless it answered with an outcome of its own. */
AW_CHECK int aw_wait_for_any(aw_awaitable a, double limit, aw_value *out);
#define aw_wait_for(x, limit, out) aw_wait_for_any(aw_any(x), (limit), (out))

/*
 * Futures in the order of their completion. aw_next: 0 and *f decided, its
 * outcome not read, alive until aw_completions_free(); after the limit
 * AW_ETIMEDOUT and NULL once for each missing one; AW_ECANCELED: the taker was
 * cancelled; AW_EEND after the last. No memory: aw_as_completed gives NULL,
 * which aw_next answers with AW_ENOMEM.
 */
typedef struct aw_completions aw_completions;
aw_completions *aw_as_completed(const aw_awaitable *xs, size_t n, double limit);
AW_CHECK int aw_next(aw_completions *c, aw_future **f);
void aw_completions_free(aw_completions *c);
