#pragma once

#include <stdint.h>

#include "await/await.h"
#include "await_stress.h"

/*
 * await_io: what one loop plays with. The seed decides what is done; when the
 * kernel answers is not ours.
 */
struct world {
    uint64_t random;
    aw_listener *listener; /* an echo, with moods */
    int port;
    int refused; /* a port that is bound, and nobody listens on */
    int processes_left;
};

/* Below n. */
unsigned chance(struct world *w, unsigned n);

/* Go on at once, some turns or a fraction of a millisecond later. */
AW_CHECK int pause_a_bit(struct world *w);

/* A limit around what is tried, often too short; or none. The code is 0,
   AW_ECANCELED, AW_ETIMEDOUT or what `fn` returns. */
AW_CHECK int try_within_limit(struct world *w, aw_fn fn, void *arg);

/*
 * One of each kind, in the current task, which may be cancelled at any place;
 * what it opened is closed whatever happens. 0 or AW_ECANCELED: another outcome
 * that is not allowed ends the program.
 */
AW_CHECK int play_pipe(struct world *w);
AW_CHECK int play_connection(struct world *w);
AW_CHECK int play_process(struct world *w);

/* The other side of play_connection(); an aw_serve_fn. */
int serve_moodily(aw_stream *s, void *world);
