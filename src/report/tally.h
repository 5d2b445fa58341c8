#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "download/events.h"

/*
 * tally: what became of the items, counted from the events. Every item counts
 * once, under its last outcome, so that the counts add up by themselves.
 */
struct tally {
    struct event_sink sink;
    struct counts counts;
    uint64_t codes;     /* items that are flags of countries */
    uint64_t retries;   /* attempts that were followed by another */
    uint64_t named;     /* items asked for by their own names */
    uint64_t missing;   /* those of them that were not found */
    uint64_t tolerated; /* not found, from a wildcard */
    int64_t first_us;   /* of the first SCHEDULED; -1: none yet */
    int64_t last_us;    /* of the last FINAL */
    enum stop_reason stop;
};

/* Zero the counts and add the sink to the stream, which borrows it. */
void tally_init(struct tally *tally, struct events *events);

/* Count `items` as cancelled, `named` of them by their own names, by a stop
   before there was anything of them in a run. */
void tally_never_started(struct tally *tally, uint64_t items, uint64_t named,
                         enum stop_reason why);

/* From the first item scheduled to the last one final; 0 before that. */
int64_t tally_observed_us(const struct tally *tally);
