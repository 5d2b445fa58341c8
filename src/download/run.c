#include "download/run.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "download/again.h"
#include "download/wait.h"

enum { SKIPPED_AT_ONCE = 64 };

struct run {
    struct item_source items;
    const struct download_options *options;
    struct events *events;
    struct schedule *schedule;
    struct counts counts;
    int64_t first_us; /* when the first item was scheduled; -1: none was */
    int64_t last_us;  /* when the last item became final */
    bool filling;     /* somebody waits for the input, which is his */
    unsigned skipped; /* since the last pause */
    bool read;        /* the input is at its end, or broken */
    bool unread;      /* a stop came before its end was known */
    int error;        /* of the input */
    bool stopped;     /* a stop has been carried out */
    unsigned workers; /* run_manned() */

    /* What run_stop() touches, perhaps in a signal handler. */
    atomic_int stop_reason;
    atomic_bool stop_flag;
    int stop_fd; /* of eventfd(2) */
};

static struct schedule_limits limits_of(const struct download_options *options)
{
    struct schedule_limits limits = options->limits;

    limits.max_req = options->max_req;
    limits.timeout_us = options->transfer.timeout_us;
    return limits;
}

int run_new(struct run **out, struct item_source items,
            const struct download_options *options, struct events *events)
{
    const struct schedule_limits limits = limits_of(options);
    struct run *run = calloc(1, sizeof(*run));
    int rc;

    if (!run)
        return -ENOMEM;
    run->items = items;
    run->options = options;
    run->events = events;
    run->first_us = -1;
    atomic_init(&run->stop_reason, STOP_NONE);
    atomic_init(&run->stop_flag, false);
    run->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    rc = run->stop_fd < 0 ? -errno : 0;
    if (rc == 0) {
        run->schedule = schedule_new(&limits);
        rc = run->schedule ? 0 : -ENOMEM;
    }
    if (rc < 0)
        run_free(run);
    else
        *out = run;
    return rc;
}

void run_free(struct run *run)
{
    if (!run)
        return;
    if (run->stop_fd >= 0)
        close(run->stop_fd);
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

/* An item of which nothing runs, nor will. */
static void finish_cancelled(struct run *run, struct item *item)
{
    const struct attempt attempt = {.item = item, .number = item->attempts};
    const struct outcome outcome = outcome_cancelled(item->url);

    finish(run, &attempt, &outcome);
}

/* An item that fails before its first attempt. */
static void finish_failed(struct run *run, struct item *item, enum cause cause,
                          const char *why)
{
    const struct attempt attempt = {.item = item};
    struct outcome outcome = {.status = STATUS_ERROR,
                              .reply = {.url = item->url}};

    reply_fail(&outcome.reply, cause, "%s", why);
    finish(run, &attempt, &outcome);
    schedule_failed(run->schedule);
}

static void end_input(struct run *run, int rc)
{
    run->read = true;
    schedule_end(run->schedule);
    if (rc < 0) {
        run->error = rc;
        run_stop(run, STOP_LOCAL_FAILURE);
    }
}

/* The next item. -EAGAIN: the input has to be waited for; NULL: its end, or
   that it broke, which stops the run. What is there is read at once: a thread
   for that would cost more than the read. */
static int read_item(struct run *run, struct item **item)
{
    int rc = 0;

    while (!run->read && rc == 0) {
        rc = run->items.next(run->items.arg, item);
        if (rc != -EAGAIN || !run->items.is_ready(run->items.arg))
            break;
        rc = run->items.fill(run->items.arg);
    }
    if (rc == -EAGAIN || (rc == 0 && *item))
        return rc;
    *item = NULL;
    if (rc == -ENOMEM && !run->stopped) {
        /* The stop lets go of others: then there may be enough for this one
           and the rest, to be cancelled. */
        run->error = rc;
        run_stop(run, STOP_LOCAL_FAILURE);
    } else if (!run->read) {
        end_input(run, rc);
    }
    return 0;
}

/* An item whose file is there and is not to be asked for. False: it is none. */
static bool skip_item(struct run *run, struct item *item)
{
    const struct again *again = run->options->again;
    const struct attempt attempt = {.item = item};
    struct outcome outcome = {.status = STATUS_SKIPPED,
                              .reply = {.url = item->url}};
    struct known known;

    if (!again || !again->skips || !again_find(again, item, &known))
        return false;
    if (again_claim(again, item, &known) < 0) {
        finish_failed(run, item, CAUSE_SAVE, "another item has its name");
        return true;
    }
    memcpy(outcome.name, known.name, sizeof(outcome.name));
    outcome.bytes = known.bytes;
    outcome.digest = known.digest;
    finish(run, &attempt, &outcome);
    return true;
}

static void schedule_item(struct run *run, struct item *item)
{
    struct event event = {.kind = EVENT_SCHEDULED, .item = item};

    if (run->first_us < 0)
        run->first_us = events_now_us(run->events);
    events_emit(run->events, &event);
    if (item->refused)
        finish_failed(run, item, CAUSE_INPUT, item->refused);
    else if (skip_item(run, item))
        run->skipped++;
    else if (schedule_add(run->schedule, item) < 0)
        finish_failed(run, item, CAUSE_LOCAL, "out of memory");
}

/* -EAGAIN: the input has to be waited for. */
static int feed(struct run *run)
{
    struct item *item = NULL;
    int rc = read_item(run, &item);

    if (item)
        schedule_item(run, item);
    run->filling = rc == -EAGAIN;
    return rc;
}

/* What was not even read is cancelled, too, for every item is accounted for;
   but nobody waits for more. */
static void drain_input(struct run *run)
{
    struct item *item = NULL;

    while (!run->read) {
        int rc = read_item(run, &item);

        run->unread = rc == -EAGAIN;
        if (rc < 0)
            end_input(run, rc == -EAGAIN ? 0 : rc);
        else if (item)
            finish_cancelled(run, item);
        item = NULL;
    }
}

/* Carry out a stop: whatever was not started is cancelled. */
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
}

/* The schedule stops by itself after errors and at its deadline. */
static void obey_stop(struct run *run)
{
    enum stop_reason why = schedule_stopped(run->schedule);

    if (why != STOP_NONE && !atomic_load(&run->stop_flag))
        run_stop(run, why);
    if (!run->stopped && atomic_load(&run->stop_flag))
        carry_out_stop(run);
    if (run->stopped && !run->filling)
        drain_input(run);
}

enum next run_next(struct run *run, struct attempt *start,
                   int64_t *wait_until_us)
{
    for (;;) {
        enum next next;

        obey_stop(run);
        next = schedule_next(run->schedule, events_now_us(run->events), start,
                             wait_until_us);
        if (!run->stopped && schedule_stopped(run->schedule) != STOP_NONE)
            continue;
        /* Whoever waits for the input looks again after it. */
        if (run->filling && next != NEXT_START)
            return NEXT_WAIT;
        if (next != NEXT_FEED || feed(run) == -EAGAIN)
            return next;
        /* Whoever runs meanwhile has a turn, too. */
        if (run->skipped >= SKIPPED_AT_ONCE) {
            run->skipped = 0;
            *wait_until_us = events_now_us(run->events);
            return NEXT_WAIT;
        }
    }
}

static int64_t time_left(const struct run *run, int64_t until_us)
{
    return until_us == SCHEDULE_FOREVER ? WAIT_FOREVER
                                        : until_us - events_now_us(run->events);
}

int run_fill(struct run *run, int64_t until_us)
{
    const struct item_source *items = &run->items;
    int fd = items->fd(items->arg);
    int rc =
        fd < 0 ? 1 : wait_readable(fd, run->stop_fd, time_left(run, until_us));

    return rc == 1 ? items->fill(items->arg) : rc;
}

void run_filled(struct run *run, int rc)
{
    run->filling = false;
    if (rc < 0 && !run->read)
        end_input(run, rc);
}

void run_done(struct run *run, const struct attempt *attempt,
              const struct outcome *outcome)
{
    struct event retry = {.kind = EVENT_RETRY,
                          .item = attempt->item,
                          .attempt = attempt->number,
                          .worker = attempt->worker,
                          .outcome = outcome};
    struct outcome cancelled;

    if (schedule_done(run->schedule, events_now_us(run->events), attempt,
                      outcome) == SETTLED_RETRY) {
        retry.due_us = attempt->item->due_us;
        events_emit(run->events, &retry);
        return;
    }
    if (schedule_cut_short(attempt, outcome)) {
        cancelled = outcome_cancelled(attempt->item->url);
        outcome = &cancelled;
    }
    finish(run, attempt, outcome);
    if (outcome->reply.cause == CAUSE_DISK_FULL)
        run_stop(run, STOP_LOCAL_FAILURE);
}

/* Async-signal-safe: atomics without a lock, and write(2). */
void run_stop(struct run *run, enum stop_reason why)
{
    int none = STOP_NONE;

    assert(why != STOP_NONE);
    atomic_compare_exchange_strong(&run->stop_reason, &none, (int)why);
    atomic_store(&run->stop_flag, true);
    run_wake(run);
}

void run_wake(struct run *run)
{
    const uint64_t one = 1;
    int saved = errno;

    /* It fails where the count is at its end, which is not 0 either. */
    (void)!write(run->stop_fd, &one, sizeof(one));
    errno = saved;
}

void run_wait(struct run *run, int64_t until_us)
{
    /* Signals that stop nothing end a wait, too. */
    for (int rc = 0; rc == 0 && time_left(run, until_us) > 0;)
        rc = wait_readable(run->stop_fd, -1, time_left(run, until_us));
}

struct events *run_events(const struct run *run)
{
    return run->events;
}

const struct download_options *run_options(const struct run *run)
{
    return run->options;
}

void run_manned(struct run *run, unsigned workers)
{
    run->workers = workers;
}

unsigned run_workers(const struct run *run)
{
    return run->workers;
}

const atomic_bool *run_stop_flag(const struct run *run)
{
    return &run->stop_flag;
}

int run_stop_fd(const struct run *run)
{
    return run->stop_fd;
}

struct run_result run_result(const struct run *run)
{
    struct run_result result = {
        .counts = run->counts,
        .stop = schedule_stopped(run->schedule),
        .error = run->error,
        .unread = run->unread,
    };

    if (run->first_us >= 0)
        result.observed_us = run->last_us - run->first_us;
    return result;
}
