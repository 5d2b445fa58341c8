#pragma once

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
 * makes longer, too. But where even the first of them has no answer yet when
 * the last one has asked, they wait: a quick server has answered by then.
 *
 * One thread.
 */
enum {
    GROWTH_FIRST = 8, /* threads that begin in any case */
    GROWTH_STEP = 4,  /* times as many, where those wait */
    GROWTH_BUSY = 75, /* %: of half of the processors, which are not waiting */
    GROWTH_WINDOW_US = 1000, /* that this is judged over, at least */
    /* Between two looks: this, or so much of the time since the beginning, at
       most that. */
    GROWTH_LOOK_US = 250,
    GROWTH_LOOK_SHARE = 4,
    GROWTH_LONGEST_LOOK_US = 50000,
};

/* What the threads are seen to do. */
enum growth_seen {
    GROWTH_SEES_IDLE,    /* one of them has nothing to do */
    GROWTH_SEES_WORK,    /* all have */
    GROWTH_SEES_SILENCE, /* all have asked, and nobody was ever answered */
};

struct growth {
    unsigned count;      /* threads there are to be */
    unsigned most;       /* threads that are of use */
    unsigned processors; /* that may be used */
    int64_t begun_us;
    int64_t look_us;   /* when to call growth_look(); INT64_MAX: never */
    int64_t window_us; /* since when the time of processors is counted */
    int64_t window_cpu_us;
};

/* Of at most `most` threads, at `now_us`, when the process has had processors
   for `cpu_us`. */
struct growth growth_begin(unsigned most, unsigned processors, int64_t now_us,
                           int64_t cpu_us);

/* At growth->look_us or later: more threads if those there are wait for
   answers; growth->count tells. */
void growth_look(struct growth *growth, enum growth_seen seen, int64_t now_us,
                 int64_t cpu_us);
