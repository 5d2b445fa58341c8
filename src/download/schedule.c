#include "download/schedule.h"

#include <assert.h>
#include <stdlib.h>

#include "download/queue.h"
#include "download/rate.h"
#include "download/retry.h"

enum { HELD_LEAST = 1000, HELD_A_PLACE = 10 }; /* schedule_most_held() */

struct schedule {
    struct schedule_limits limits;
    struct queue queue;
    struct rate rate;
    unsigned running;
    uint64_t failures;
    bool ended; /* no more items will come */
    enum stop_reason stop;
    int64_t now_us; /* the last time that was passed in */
};

struct schedule *schedule_new(const struct schedule_limits *limits)
{
    struct schedule *schedule = calloc(1, sizeof(*schedule));

    assert(limits->max_req >= 1);
    if (!schedule)
        return NULL;
    schedule->limits = *limits;
    schedule->rate.count = limits->rate_count;
    schedule->rate.unit_us = limits->rate_unit_us;
    queue_init(&schedule->queue, limits->max_host);
    return schedule;
}

void schedule_free(struct schedule *schedule)
{
    if (!schedule)
        return;
    queue_close(&schedule->queue);
    free(schedule);
}

size_t schedule_most_held(const struct schedule_limits *limits)
{
    size_t held = (size_t)limits->max_req * HELD_A_PLACE;

    return held > HELD_LEAST ? held : HELD_LEAST;
}

static int64_t earlier(int64_t a_us, int64_t b_us)
{
    return a_us < b_us ? a_us : b_us;
}

static int64_t later(int64_t a_us, int64_t b_us)
{
    return a_us > b_us ? a_us : b_us;
}

/* Time never goes back. */
static void advance(struct schedule *schedule, int64_t now_us)
{
    assert(now_us >= schedule->now_us);
    schedule->now_us = now_us;
    queue_wake(&schedule->queue, now_us);
}

/* The attempt's time: its own, or what is left of the run's. */
static void set_timeout(const struct schedule *schedule,
                        struct attempt *attempt)
{
    int64_t left_us = schedule->limits.max_time_us - schedule->now_us;

    attempt->timeout_us = schedule->limits.timeout_us;
    if (schedule->limits.max_time_us == 0)
        return;
    attempt->cut = attempt->timeout_us == 0 || left_us < attempt->timeout_us;
    if (attempt->cut)
        attempt->timeout_us = left_us;
}

static void start_first(struct schedule *schedule, struct attempt *start)
{
    struct item *item = queue_take(&schedule->queue);

    item->attempts++;
    if (item->attempts == 1)
        item->first_us = schedule->now_us;
    item->running = true;
    schedule->running++;
    rate_take(&schedule->rate, schedule->now_us);
    *start = (struct attempt){.item = item, .number = item->attempts};
    set_timeout(schedule, start);
}

/* With a place free: start or be fed in turn, else wait until when? */
static enum next use_place(struct schedule *schedule, struct attempt *start,
                           int64_t *wait_until_us)
{
    bool can_start = queue_is_ready(&schedule->queue);
    bool can_feed =
        !schedule->ended &&
        schedule->queue.held < schedule_most_held(&schedule->limits);
    int64_t turn_us = rate_turn_us(&schedule->rate);

    if (!can_start && !can_feed) {
        rate_await(&schedule->rate, false);
        *wait_until_us = later(queue_next_us(&schedule->queue), turn_us);
        return NEXT_WAIT;
    }
    if (turn_us > schedule->now_us) {
        *wait_until_us = turn_us;
        rate_await(&schedule->rate, true);
        return NEXT_WAIT;
    }
    if (!can_start) {
        *wait_until_us = queue_next_us(&schedule->queue);
        return NEXT_FEED;
    }
    start_first(schedule, start);
    return NEXT_START;
}

/* Whether the run's time is over, or nothing more fits into it. */
static bool is_late(const struct schedule *schedule, int64_t wait_until_us)
{
    int64_t end_us = schedule->limits.max_time_us;

    return end_us > 0 && (schedule->now_us >= end_us ||
                          (schedule->running == 0 && wait_until_us >= end_us));
}

static enum next next_when_stopped(const struct schedule *schedule)
{
    return schedule->queue.held > 0 ? NEXT_WAIT : NEXT_FINISHED;
}

enum next schedule_next(struct schedule *schedule, int64_t now_us,
                        struct attempt *start, int64_t *wait_until_us)
{
    int64_t until_us = SCHEDULE_FOREVER;
    enum next next = NEXT_WAIT;

    advance(schedule, now_us);
    *wait_until_us = SCHEDULE_FOREVER;
    if (schedule->stop != STOP_NONE)
        return next_when_stopped(schedule);
    if (schedule->ended && schedule->queue.held == 0)
        return NEXT_FINISHED;
    if (!is_late(schedule, now_us) &&
        schedule->running < schedule->limits.max_req)
        next = use_place(schedule, start, &until_us);
    if (next == NEXT_WAIT && is_late(schedule, until_us)) {
        schedule_stop(schedule, now_us, STOP_DEADLINE);
        return next_when_stopped(schedule);
    }
    *wait_until_us = until_us;
    if (schedule->limits.max_time_us > 0)
        *wait_until_us = earlier(until_us, schedule->limits.max_time_us);
    return next;
}

int schedule_add(struct schedule *schedule, struct item *item)
{
    assert(!schedule->ended);
    return queue_add(&schedule->queue, item);
}

void schedule_end(struct schedule *schedule)
{
    schedule->ended = true;
}

/* How long the server has asked to be left alone, else the item's own wait. */
static int64_t wait_after(const struct schedule *schedule,
                          const struct attempt *attempt,
                          const struct outcome *outcome)
{
    if (outcome->reply.retry_after_us >= 0)
        return outcome->reply.retry_after_us;
    return retry_wait_us(&schedule->limits.retry, attempt->item->index,
                         attempt->number);
}

static bool asks_for_a_pause(const struct outcome *outcome)
{
    return outcome->reply.cause == CAUSE_HTTP &&
           (outcome->reply.http_status == 429 ||
            outcome->reply.http_status == 503);
}

/* Whether the item, whose attempt has ended, is to have another; its origin may
   be paused besides, but not for longer than an item would wait. */
static bool plan_retry(struct schedule *schedule, const struct attempt *attempt,
                       const struct outcome *outcome)
{
    const struct retry_options *retry = &schedule->limits.retry;
    int64_t most_us =
        retry->max_time_us > 0 ? retry->max_time_us : SCHEDULE_FOREVER;
    struct item *item = attempt->item;
    int64_t wait_us;

    if (schedule->stop != STOP_NONE || retry->retries == 0 ||
        !retry_is_worth(outcome, retry->all_errors))
        return false;
    wait_us = wait_after(schedule, attempt, outcome);
    item->due_us = wait_us < SCHEDULE_FOREVER - schedule->now_us
                       ? schedule->now_us + wait_us
                       : SCHEDULE_FOREVER;
    if (asks_for_a_pause(outcome) && wait_us <= most_us)
        queue_pause(&schedule->queue, item, item->due_us);
    return attempt->number <= retry->retries &&
           item->due_us - item->first_us <= most_us;
}

bool schedule_cut_short(const struct attempt *attempt,
                        const struct outcome *outcome)
{
    return attempt->cut && outcome->reply.cause == CAUSE_TIMEOUT;
}

void schedule_failed(struct schedule *schedule)
{
    schedule->failures++;
    if (schedule->limits.max_errors > 0 &&
        schedule->failures >= schedule->limits.max_errors)
        schedule_stop(schedule, schedule->now_us, STOP_ERRORS);
}

enum settled schedule_done(struct schedule *schedule, int64_t now_us,
                           const struct attempt *attempt,
                           const struct outcome *outcome)
{
    struct item *item = attempt->item;

    advance(schedule, now_us);
    assert(item->running);
    assert(item->attempts == attempt->number);
    item->running = false;
    schedule->running--;
    if (plan_retry(schedule, attempt, outcome) &&
        !schedule_cut_short(attempt, outcome)) {
        queue_again(&schedule->queue, item);
        return SETTLED_RETRY;
    }
    queue_release(&schedule->queue, item);
    if (schedule_cut_short(attempt, outcome))
        schedule_stop(schedule, now_us, STOP_DEADLINE);
    else if (outcome->status == STATUS_ERROR ||
             (outcome->status == STATUS_NOT_FOUND && item->named))
        schedule_failed(schedule);
    return SETTLED_FINAL;
}

void schedule_stop(struct schedule *schedule, int64_t now_us,
                   enum stop_reason why)
{
    assert(why != STOP_NONE);
    advance(schedule, now_us);
    if (schedule->stop != STOP_NONE)
        return;
    schedule->stop = why;
    queue_drain(&schedule->queue);
}

enum stop_reason schedule_stopped(const struct schedule *schedule)
{
    return schedule->stop;
}

struct item *schedule_withdraw(struct schedule *schedule)
{
    struct item *item;

    assert(schedule->stop != STOP_NONE);
    item = queue_take(&schedule->queue);
    if (item)
        queue_release(&schedule->queue, item);
    return item;
}

unsigned schedule_running(const struct schedule *schedule)
{
    return schedule->running;
}

const char *stop_name(enum stop_reason stop)
{
    static const char *const names[] = {
        [STOP_NONE] = "none",
        [STOP_INTERRUPTED] = "interrupted",
        [STOP_LOCAL_FAILURE] = "local_failure",
        [STOP_ERRORS] = "errors",
        [STOP_DEADLINE] = "deadline",
    };

    return names[stop];
}
