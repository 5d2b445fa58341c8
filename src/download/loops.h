#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <uv.h>

#include "await/await.h"
#include "download/crew.h"
#include "download/run.h"

/*
 * loops: what the event loops of one run share, each of them in a thread of its
 * own: the run, for there is one schedule, and the numbers of the attempts in
 * flight.
 *
 * A loop may have its share of max_req in flight, and the shares add up to it:
 * so no loop waits for another's end, and none opens connections for all. One
 * that finds nothing to start below its share is told when that may have
 * changed.
 *
 * Ownership: loops_open() and loops_close() by the thread of the first loop,
 * before and after it; a part by its loop's.
 */

enum { LOOPS_MOST = 64, LOOPS_AUTO = 0 };

struct loops;

/* One loop of them. */
struct loop_part {
    struct loops *loops;
    aw_event *changed;   /* of the loop's own: look again */
    uv_async_t alarm;    /* another loop says so */
    unsigned busy;       /* attempts in flight here, */
    unsigned share;      /* and at most; for its own thread, as are */
    unsigned shares;     /* the loops of the run: of the last loops_next() */
    bool waiting;        /* below its share, with nothing to start */
    int64_t seen_us;     /* when it was last asked how busy it is, */
    int64_t seen_cpu_us; /* and the processor time then */
};

struct loops {
    pthread_mutex_t lock; /* of the run and of all that follows */
    struct run *run;
    void (*run_loop)(
        struct loops *loops); /* runs a loop, in a further thread */
    bool grows;               /* further ones once they help */
    unsigned started;         /* attempts, while it grows */
    struct crew crew;         /* those threads; none: 0 */
    struct loop_part *parts[LOOPS_MOST];
    unsigned count;    /* parts */
    unsigned shares;   /* loops that take part or will */
    unsigned *numbers; /* of attempts, from 1, that are free: a stack */
    unsigned free;
    bool worked; /* a loop has joined */
    int lack;    /* why the last that has not, could not */
    int rc;      /* why the first that failed did */
};

/* How many of `wanted` loops there may be with so many requests in flight, one
   at least: a loop has something to do, and descriptors. LOOPS_AUTO stays. */
unsigned loops_fit(unsigned max_req, unsigned wanted);

/*
 * For a run by `count` loops (as loops_fit() has them): run_loop() is called by
 * each thread but the caller's. Fewer work where no more threads can be had.
 * LOOPS_AUTO: by one, until it has a processor to itself, there are others, and
 * no thread of the machine waits for one: more then. -ENOMEM.
 */
int loops_open(struct loops *loops, struct run *run, unsigned count,
               void (*run_loop)(struct loops *loops));

/* Wait for the other threads. 0; or the code of the first loop that failed, or
   of one that could not be had, if none could. */
int loops_close(struct loops *loops);

/* The running loop takes part, and leaves. Libuv's code: it does not. */
int loops_join(struct loops *loops, struct loop_part *part, aw_event *changed);
void loops_leave(struct loop_part *part);

/* One loop could not be had: the others go on. One has failed: the run
   stops. */
void loops_lack(struct loops *loops, int rc);
void loops_fail(struct loops *loops, int rc);

/* As run_next(), run_done() and run_filled(), for this loop. Where it has its
   share, it is to wait. */
enum next loops_next(struct loop_part *part, struct attempt *start,
                     int64_t *wait_until_us);
void loops_done(struct loop_part *part, const struct attempt *attempt,
                const struct outcome *outcome);
void loops_filled(struct loop_part *part, int rc);
