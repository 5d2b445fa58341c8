#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "download/events.h"

/*
 * footprint: what a run took of the machine while it ran, as its own process
 * sees it: memory, threads, descriptors, CPU time, and how long it had to wait
 * for a processor.
 *
 * CPU time, switches and waiting are those from the first item scheduled to the
 * last one final, so that the start of the process is not in them. The kernel
 * counts the waiting of each thread that is there (the second number of its
 * schedstat), and forgets it with the thread; so each thread's is read as an
 * item of it is final: three system calls an item.
 *
 * Threads and descriptors are counted when an answer begins and more attempts
 * run than at any count before: so at most once for each place, and not at all
 * once the peak is reached. What is opened while no more attempts run is not in
 * it, as the images that wait for their metadata. Linux, by /proc.
 *
 * Ownership: embedded by the caller. Threads: as a sink's.
 */
struct footprint_cpu {
    bool known;
    int64_t user_us, system_us, voluntary, involuntary; /* so far */
};

/* For how long a thread has waited for a processor. */
struct footprint_thread {
    pid_t id;
    int64_t before_us, after_us;
};

struct footprint {
    struct event_sink sink;
    unsigned in_flight; /* attempts */
    unsigned counted;   /* of them at the last count */
    int64_t threads;    /* the greatest number; -1: unknown */
    int64_t descriptors;
    int64_t peak_rss; /* bytes, the greatest resident set of the process; set
                         by footprint_end() */
    struct footprint_cpu before, after; /* the first item was scheduled; the
                                           last one was final */
    struct footprint_thread *waits;
    size_t wait_count;
    bool waits_unknown; /* of some thread */
};

/* Add the sink to the stream. */
void footprint_init(struct footprint *footprint, struct events *events);

/* After the run: count a last time, and read the peak of memory. */
void footprint_end(struct footprint *footprint);

/* How long the thread that waited longest for a processor did so: by no more
   than that was the run's end put off. -1: unknown. */
int64_t footprint_wait_us(const struct footprint *footprint);

void footprint_close(struct footprint *footprint);
