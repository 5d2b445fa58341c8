#pragma once

#include <pthread.h>

/*
 * crew: threads that do the same work.
 *
 * All signals are blocked in them: those of the program go to its main thread,
 * and no transfer is cut short by one.
 *
 * Ownership: crew_start() fills a struct of the caller's, who calls
 * crew_join(). One thread, which is none of the crew's.
 */
struct crew {
    struct hand *hands;
    unsigned count; /* threads that were started */
    unsigned most;
    void (*work)(void *arg, unsigned number);
    void *arg;
};

/*
 * Start up to `count` threads (at least 1), each of which calls work(arg, its
 * number from 1), with room for `most` (at least `count`). Where the system
 * gives no more of them, those there are do: crew->count tells. A negative
 * errno code: there is none, and nothing to join.
 */
int crew_start(struct crew *crew, unsigned count, unsigned most,
               void (*work)(void *arg, unsigned number), void *arg);

/* Start further threads until there are `count`, or the most. 0, or the
   negative errno code of the one that the system did not give. */
int crew_grow(struct crew *crew, unsigned count);

/* Wait for their ends. */
void crew_join(struct crew *crew);
