#pragma once

#include <stddef.h>
#include <stdint.h>

#include "download/item.h"
#include "download/outcome.h"

/*
 * schedule: which attempt may start when. Pure: no input, output, thread or
 * clock. Times are microseconds since the start of the run, passed in, and
 * never go back.
 *
 * Memory: it holds the items that run and, beside them, no more than may be
 * started next: it asks for items (NEXT_FEED) when it has room.
 *
 * Ownership: items added are the schedule's until schedule_done() or
 * schedule_withdraw() gives them back.
 */

struct schedule;

/* 0 in a field: no such limit, max_req aside. */
struct schedule_limits {
    unsigned max_req;   /* attempts that run at the same time; at least 1 */
    int64_t timeout_us; /* of an attempt */
};

/* One attempt at an item. */
struct attempt {
    struct item *item;
    unsigned number;    /* from 1 */
    int64_t timeout_us; /* 0: none */
    unsigned worker;    /* from 1; set by the strategy, for the events */
};

/* Why nothing more is started. */
enum stop_reason {
    STOP_NONE,
    STOP_INTERRUPTED,  /* a signal */
    STOP_LOCAL_FAILURE /* the disk is full, no memory: our fault, not theirs */
};

enum next {
    NEXT_START,   /* *start is the attempt to start now */
    NEXT_WAIT,    /* until *wait_until_us, or until an attempt is done */
    NEXT_FEED,    /* there is room: add an item or end, and ask again */
    NEXT_FINISHED /* everything is settled */
};

#define SCHEDULE_FOREVER INT64_MAX /* as a time: when an attempt is done */

/* NULL: no memory. */
struct schedule *schedule_new(const struct schedule_limits *limits);

/* Nothing runs and every item has been given back. NULL is let through. */
void schedule_free(struct schedule *schedule);

/* What to do next. An attempt given out counts as running until
   schedule_done(). */
enum next schedule_next(struct schedule *schedule, int64_t now_us,
                        struct attempt *start, int64_t *wait_until_us);

/* Add an item; say that there are no more. After NEXT_FEED. */
void schedule_add(struct schedule *schedule, struct item *item);
void schedule_end(struct schedule *schedule);

/* What schedule_done() makes of an outcome. */
enum settled {
    SETTLED_FINAL /* the item is given back; the outcome is its last */
};

/* An attempt has ended. Once for each that was given out. */
enum settled schedule_done(struct schedule *schedule, int64_t now_us,
                           const struct attempt *attempt,
                           const struct outcome *outcome);

/* Start nothing any more. The first reason stands. */
void schedule_stop(struct schedule *schedule, int64_t now_us,
                   enum stop_reason why);
enum stop_reason schedule_stopped(const struct schedule *schedule);

/* After a stop: give back an item that was not running; NULL: there is none.
   Until all are withdrawn, the schedule is not finished. */
struct item *schedule_withdraw(struct schedule *schedule);

/* How many attempts run. */
unsigned schedule_running(const struct schedule *schedule);
