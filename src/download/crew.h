#pragma once

#include <pthread.h>

/*
 * crew: threads that do the same work.
 *
 * All signals are blocked in them: those of the program go to its main thread,
 * and no transfer is cut short by one.
 *
 * Ownership: crew_open() fills a struct of the caller's, who calls
 * crew_join(). One thread, which is none of the crew's.
 */
struct crew {
    struct hand *hands;
    unsigned count; /* threads that were started */
    void (*work)(void *arg, unsigned number);
    void *arg;
};

/* A crew of nobody, with room for `most` (at least 1), who will call work(arg,
   their number from 1). -ENOMEM: it is zeroed. */
int crew_open(struct crew *crew, unsigned most,
              void (*work)(void *arg, unsigned number), void *arg);

/* Start threads until there are `count` (at most those there is room for). 0,
   or the negative errno code of the one that the system did not give: those
   there are do, and crew->count tells how many. */
int crew_grow(struct crew *crew, unsigned count);

/* Wait for their ends, and free the crew; a zeroed one has nobody. */
void crew_join(struct crew *crew);
