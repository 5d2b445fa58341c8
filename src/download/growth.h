#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * growth: how many threads a crew has, by what those there are make of the
 * processors. Pure: times are passed in, in microseconds.
 *
 * A thread costs as much as three files of a quick server (its stack, handles
 * and connection are pages that are touched for the first time), and where the
 * processors are busy one more brings nothing. So a few begin, and others as
 * soon as those wait rather than work: it is the time of processors that tells
 * the one from the other, not how long an answer takes, which a busy machine
 * makes longer, too.
 *
 * One thread.
 */
enum {
    GROWTH_FIRST = 8, /* threads that begin in any case */
    GROWTH_STEP = 4,  /* times as many, where those wait */
    GROWTH_BUSY = 75, /* %: of half of the processors, which are not waiting */
    /* Between two looks: this, or so much of the time since the beginning, at
       most that. */
    GROWTH_LOOK_US = 1000,
    GROWTH_LOOK_SHARE = 4,
    GROWTH_LONGEST_LOOK_US = 50000,
};

struct growth {
    unsigned count;      /* threads there are to be */
    unsigned most;       /* threads that are of use */
    unsigned processors; /* that may be used */
    int64_t begun_us;
    int64_t look_us; /* when to call growth_look(); INT64_MAX: never */
    int64_t last_us; /* what was passed to the last look */
    int64_t last_cpu_us;
};

/* Of at most `most` threads, at `now_us`, when the process has had processors
   for `cpu_us`. */
struct growth growth_begin(unsigned most, unsigned processors, int64_t now_us,
                           int64_t cpu_us);

/* At growth->look_us or later: more threads if those there are were waiting for
   answers; growth->count tells. `wanted`: one more would have something to
   do. */
void growth_look(struct growth *growth, bool wanted, int64_t now_us,
                 int64_t cpu_us);
