#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "download/item.h"
#include "download/limits.h"
#include "download/outcome.h"

/*
 * schedule: which attempt may start when. Pure: no input, output, thread or
 * clock. Times are microseconds since the start of the run, passed in, and
 * never go back.
 *
 * Of the items that may start, the one that came first in the input is started
 * first, be it its first attempt or a later one. An item may start when it is
 * due (at once; for another attempt after its wait), its origin is not paused
 * and has a place, the rate has a turn, and there is a place in all. An item
 * that waits holds no place.
 *
 * Memory: it holds the items that run or wait, at most schedule_most_held() of
 * them, and asks for more (NEXT_FEED) when it could start one.
 *
 * Ownership: items added are the schedule's until schedule_done() or
 * schedule_withdraw() gives them back.
 */

struct schedule;

/* One attempt at an item. */
struct attempt {
    struct item *item;
    unsigned number;    /* from 1 */
    int64_t timeout_us; /* 0: none */
    bool cut;           /* timeout_us is what is left of the run's time */
    unsigned worker;    /* from 1; set by the strategy, for the events */
};

/* Why nothing more is started. */
enum stop_reason {
    STOP_NONE,
    STOP_INTERRUPTED,   /* a signal */
    STOP_LOCAL_FAILURE, /* the disk is full, no memory: our fault, not theirs */
    STOP_ERRORS,        /* max_errors is reached */
    STOP_DEADLINE       /* max_time_us is over, or nothing more fits into it */
};

/* "none", "interrupted", "local_failure", "errors", "deadline". */
const char *stop_name(enum stop_reason stop);

enum next {
    NEXT_START,   /* *start is the attempt to start now */
    NEXT_WAIT,    /* until *wait_until_us, or until an attempt is done */
    NEXT_FEED,    /* there is room: add an item or end, and ask again; where
                     that takes its time, at *wait_until_us all the same */
    NEXT_FINISHED /* everything is settled */
};

#define SCHEDULE_FOREVER INT64_MAX /* as a time: when an attempt is done */

/* NULL: no memory. */
struct schedule *schedule_new(const struct schedule_limits *limits);

/* Nothing runs and every item has been given back. NULL is let through. */
void schedule_free(struct schedule *schedule);

/* How many items it holds at most: more than may run, so that items that wait
   do not keep others from running. */
size_t schedule_most_held(const struct schedule_limits *limits);

/* What to do next. An attempt given out counts as running until
   schedule_done(). */
enum next schedule_next(struct schedule *schedule, int64_t now_us,
                        struct attempt *start, int64_t *wait_until_us);

/* Add an item; say that there are no more. After NEXT_FEED. -ENOMEM: it was not
   added. */
int schedule_add(struct schedule *schedule, struct item *item);
void schedule_end(struct schedule *schedule);

/* What schedule_done() makes of an outcome. */
enum settled {
    SETTLED_FINAL, /* the item is given back; the outcome is its last */
    SETTLED_RETRY  /* there will be another attempt, at item->due_us at the
                      earliest */
};

/* An attempt has ended. Once for each that was given out. Too many failures
   stop the schedule. */
enum settled schedule_done(struct schedule *schedule, int64_t now_us,
                           const struct attempt *attempt,
                           const struct outcome *outcome);

/* Whether not the item failed, but the run's time is up: it is cancelled. */
bool schedule_cut_short(const struct attempt *attempt,
                        const struct outcome *outcome);

/* An item that was never in the schedule has failed: counts as others do. */
void schedule_failed(struct schedule *schedule);

/* Start nothing any more. The first reason stands; STOP_NONE: it goes on. */
void schedule_stop(struct schedule *schedule, int64_t now_us,
                   enum stop_reason why);
enum stop_reason schedule_stopped(const struct schedule *schedule);

/* After a stop: give back an item that was not running, in the order of the
   input; NULL: there is none. Until all are withdrawn, the schedule is not
   finished. */
struct item *schedule_withdraw(struct schedule *schedule);

/* How many attempts run. */
unsigned schedule_running(const struct schedule *schedule);
