#include "download/run.h"

#include <assert.h>
#include <stdlib.h>

struct run {
    struct item_source items;
    const struct download_options *options;
    struct events *events;
    struct schedule *schedule;
    struct counts counts;
    int64_t first_us; /* when the first item was scheduled; -1: none was */
    int64_t last_us;  /* when the last item became final */
    bool read;        /* the input is at its end, or broken */
    int error;        /* of the input */
    bool stopped;     /* a stop has been carried out */

    /* What run_stop() touches, perhaps in a signal handler. */
    atomic_int stop_reason;
    atomic_bool stop_flag;
    void (*_Atomic wake)(void *arg);
    void *wake_arg;
};

struct run *run_new(struct item_source items,
                    const struct download_options *options,
                    struct events *events)
{
    const struct schedule_limits limits = {
        .max_req = options->max_req,
        .timeout_us = options->transfer.timeout_us,
    };
    struct run *run = calloc(1, sizeof(*run));

    if (!run)
        return NULL;
    run->items = items;
    run->options = options;
    run->events = events;
    run->first_us = -1;
    atomic_init(&run->stop_reason, STOP_NONE);
    atomic_init(&run->stop_flag, false);
    atomic_init(&run->wake, NULL);
    run->schedule = schedule_new(&limits);
    if (!run->schedule) {
        free(run);
        return NULL;
    }
    return run;
}

void run_free(struct run *run)
{
    if (!run)
        return;
    schedule_free(run->schedule);
    free(run);
}

/* The item's last outcome is known: tell everybody, and let go of it. */
static void finish(struct run *run, const struct attempt *attempt,
                   const struct outcome *outcome)
{
    struct event event = {
        .kind = EVENT_FINAL,
        .item = attempt->item,
        .attempt = attempt->number,
        .worker = attempt->worker,
        .outcome = outcome,
    };

    run->counts.of[outcome->status]++;
    run->last_us = events_now_us(run->events);
    events_emit(run->events, &event);
    item_free(attempt->item);
}

/* An item that was never started. */
static void finish_cancelled(struct run *run, struct item *item)
{
    const struct attempt attempt = {.item = item};
    const struct outcome outcome = outcome_cancelled(item->url);

    finish(run, &attempt, &outcome);
}

/* The next item; NULL at the end of the input and where it breaks, which stops
   the run. */
static struct item *read_item(struct run *run)
{
    struct item *item = NULL;
    int rc = run->read ? 0 : run->items.next(run->items.arg, &item);

    if (rc == 0 && item)
        return item;
    run->read = true;
    if (rc < 0) {
        run->error = rc;
        run_stop(run, STOP_LOCAL_FAILURE);
    }
    return NULL;
}

static void feed(struct run *run)
{
    struct item *item = read_item(run);
    struct event event = {.kind = EVENT_SCHEDULED, .item = item};

    if (!item) {
        schedule_end(run->schedule);
        return;
    }
    if (run->first_us < 0)
        run->first_us = events_now_us(run->events);
    events_emit(run->events, &event);
    schedule_add(run->schedule, item);
}

/* Carry out a stop that was asked for: whatever was not started is cancelled,
   and so is what was not even read, for every item is accounted for. */
static void carry_out_stop(struct run *run)
{
    struct event event = {
        .kind = EVENT_STOPPED,
        .stop = (enum stop_reason)atomic_load(&run->stop_reason),
    };
    struct item *item;

    run->stopped = true;
    schedule_stop(run->schedule, events_now_us(run->events), event.stop);
    events_emit(run->events, &event);
    while ((item = schedule_withdraw(run->schedule)))
        finish_cancelled(run, item);
    while ((item = read_item(run)))
        finish_cancelled(run, item);
}

enum next run_next(struct run *run, struct attempt *start,
                   int64_t *wait_until_us)
{
    for (;;) {
        enum next next;

        if (!run->stopped && atomic_load(&run->stop_flag))
            carry_out_stop(run);
        next = schedule_next(run->schedule, events_now_us(run->events), start,
                             wait_until_us);
        if (next != NEXT_FEED)
            return next;
        feed(run);
    }
}

void run_done(struct run *run, const struct attempt *attempt,
              const struct outcome *outcome)
{
    schedule_done(run->schedule, events_now_us(run->events), attempt, outcome);
    finish(run, attempt, outcome);
    if (outcome->reply.cause == CAUSE_DISK_FULL)
        run_stop(run, STOP_LOCAL_FAILURE);
}

/* Async-signal-safe: atomics without a lock, and the strategy's wake. */
void run_stop(struct run *run, enum stop_reason why)
{
    int none = STOP_NONE;
    void (*wake)(void *arg);

    assert(why != STOP_NONE);
    atomic_compare_exchange_strong(&run->stop_reason, &none, (int)why);
    atomic_store(&run->stop_flag, true);
    wake = atomic_load(&run->wake);
    if (wake)
        wake(run->wake_arg);
}

struct events *run_events(const struct run *run)
{
    return run->events;
}

const atomic_bool *run_stop_flag(const struct run *run)
{
    return &run->stop_flag;
}

void run_on_stop(struct run *run, void (*wake)(void *arg), void *arg)
{
    /* A handler that runs between the two finds no wake, or both. */
    atomic_store(&run->wake, NULL);
    run->wake_arg = arg;
    atomic_store(&run->wake, wake);
}

struct run_result run_result(const struct run *run)
{
    struct run_result result = {
        .counts = run->counts,
        .stop = schedule_stopped(run->schedule),
        .error = run->error,
    };

    if (run->first_us >= 0)
        result.observed_us = run->last_us - run->first_us;
    return result;
}
