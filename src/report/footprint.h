#pragma once

#include <stdint.h>

#include "download/events.h"

/*
 * footprint: what a run took of the machine while it ran, as its own process
 * sees it: memory, threads, descriptors.
 *
 * Threads and descriptors are counted when an answer begins and more attempts
 * run than at any count before: so at most once for each place, and not at all
 * once the peak is reached. What is opened while no more attempts run is not in
 * it, as the images that wait for their metadata. Linux, by /proc.
 *
 * Ownership: embedded by the caller. Threads: as a sink's.
 */
struct footprint {
    struct event_sink sink;
    unsigned in_flight; /* attempts */
    unsigned counted;   /* of them at the last count */
    int64_t threads;    /* the greatest number; -1: unknown */
    int64_t descriptors;
    int64_t peak_rss; /* bytes, the greatest resident set of the process; set
                         by footprint_end() */
};

/* Add the sink to the stream. */
void footprint_init(struct footprint *footprint, struct events *events);

/* After the run: count a last time, and read the peak of memory. */
void footprint_end(struct footprint *footprint);
