#include "download/schedule.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

struct schedule {
    struct schedule_limits limits;
    struct item *first; /* items that may start, in the order of the input */
    struct item *last;
    unsigned running;
    bool ended; /* no more items will come */
    enum stop_reason stop;
    int64_t now_us; /* the last time that was passed in */
};

struct schedule *schedule_new(const struct schedule_limits *limits)
{
    struct schedule *schedule = calloc(1, sizeof(*schedule));

    assert(limits->max_req >= 1);
    if (schedule)
        schedule->limits = *limits;
    return schedule;
}

void schedule_free(struct schedule *schedule)
{
    assert(!schedule || (schedule->running == 0 && !schedule->first));
    free(schedule);
}

/* Time never goes back. */
static void advance(struct schedule *schedule, int64_t now_us)
{
    assert(now_us >= schedule->now_us);
    schedule->now_us = now_us;
}

static struct item *take_first(struct schedule *schedule)
{
    struct item *item = schedule->first;

    schedule->first = item->next;
    if (!schedule->first)
        schedule->last = NULL;
    item->next = NULL;
    return item;
}

static void start_first(struct schedule *schedule, struct attempt *start)
{
    struct item *item = take_first(schedule);

    item->running = true;
    item->attempts++;
    schedule->running++;
    *start = (struct attempt){
        .item = item,
        .number = item->attempts,
        .timeout_us = schedule->limits.timeout_us,
    };
}

enum next schedule_next(struct schedule *schedule, int64_t now_us,
                        struct attempt *start, int64_t *wait_until_us)
{
    bool room = schedule->running < schedule->limits.max_req;

    advance(schedule, now_us);
    *wait_until_us = SCHEDULE_FOREVER;
    if (schedule->stop != STOP_NONE)
        return schedule->running > 0 || schedule->first ? NEXT_WAIT
                                                        : NEXT_FINISHED;
    if (room && schedule->first) {
        start_first(schedule, start);
        return NEXT_START;
    }
    if (room && !schedule->ended)
        return NEXT_FEED;
    return schedule->running > 0 ? NEXT_WAIT : NEXT_FINISHED;
}

void schedule_add(struct schedule *schedule, struct item *item)
{
    assert(!schedule->ended);
    item->next = NULL;
    if (schedule->last)
        schedule->last->next = item;
    else
        schedule->first = item;
    schedule->last = item;
}

void schedule_end(struct schedule *schedule)
{
    schedule->ended = true;
}

enum settled schedule_done(struct schedule *schedule, int64_t now_us,
                           const struct attempt *attempt,
                           const struct outcome *outcome)
{
    (void)outcome; /* no attempt is repeated */
    advance(schedule, now_us);
    assert(attempt->item->running);
    assert(attempt->item->attempts == attempt->number);
    attempt->item->running = false;
    schedule->running--;
    return SETTLED_FINAL;
}

void schedule_stop(struct schedule *schedule, int64_t now_us,
                   enum stop_reason why)
{
    advance(schedule, now_us);
    assert(why != STOP_NONE);
    if (schedule->stop == STOP_NONE)
        schedule->stop = why;
}

enum stop_reason schedule_stopped(const struct schedule *schedule)
{
    return schedule->stop;
}

struct item *schedule_withdraw(struct schedule *schedule)
{
    assert(schedule->stop != STOP_NONE);
    return schedule->first ? take_first(schedule) : NULL;
}

unsigned schedule_running(const struct schedule *schedule)
{
    return schedule->running;
}
