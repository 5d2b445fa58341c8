#pragma once

#include <pthread.h>

/*
 * crew: threads that do the same work.
 *
 * All signals are blocked in them: those of the program go to its main thread,
 * and no transfer is cut short by one.
 *
 * Ownership: crew_start() fills a struct of the caller's, who calls
 * crew_join().
 */
struct crew {
    struct hand *hands;
    unsigned count;
    void (*work)(void *arg, unsigned number);
    void *arg;
};

/*
 * Start up to `count` threads (at least 1), each of which calls work(arg, its
 * number from 1). Where the system gives no more of them, those there are do:
 * crew->count tells. A negative errno code: there is none, and nothing to join.
 */
int crew_start(struct crew *crew, unsigned count,
               void (*work)(void *arg, unsigned number), void *arg);

/* Wait for their ends. */
void crew_join(struct crew *crew);
