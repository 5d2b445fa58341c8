#include "download/simulate.h"

#include <errno.h>
#include <stdlib.h>

#include "download/heap.h"

/* An attempt that runs. */
struct running {
    struct heap_node node;
    int64_t end_us;
    uint64_t serial; /* of its start: attempts that end together are in order */
    bool worked;     /* a processor has been found for it */
    struct attempt attempt;
    struct outcome outcome;
};

struct play {
    const struct simulation *simulation;
    struct schedule *schedule;
    struct heap running; /* the first to end first */
    int64_t *free_at_us; /* of each processor; NULL: nothing needs one */
    bool read;           /* the input is at its end */
    int64_t now_us;
    struct simulated result;
    int error;
};

static struct running *running_at(const struct heap_node *node)
{
    return heap_entry(node, struct running, node);
}

static bool ends_first(const struct heap_node *a, const struct heap_node *b)
{
    const struct running *x = running_at(a);
    const struct running *y = running_at(b);

    return x->end_us != y->end_us ? x->end_us < y->end_us
                                  : x->serial < y->serial;
}

static void finish(struct play *play, struct item *item, enum status status)
{
    play->result.counts.of[status]++;
    play->result.total_us = play->now_us;
    item_free(item);
}

static void settle(struct play *play, const struct attempt *attempt,
                   const struct outcome *outcome)
{
    const struct simulation *simulation = play->simulation;
    enum status status = schedule_cut_short(attempt, outcome) ? STATUS_CANCELLED
                                                              : outcome->status;

    if (simulation->on_end)
        simulation->on_end(simulation->arg, attempt, outcome);
    if (schedule_done(play->schedule, play->now_us, attempt, outcome) ==
        SETTLED_FINAL)
        finish(play, attempt->item, status);
}

/* We cannot go on. */
static void abandon(struct play *play, int error)
{
    play->error = error;
    play->read = true;
    schedule_stop(play->schedule, play->now_us, STOP_LOCAL_FAILURE);
}

static void start(struct play *play, const struct attempt *attempt)
{
    const struct simulation *simulation = play->simulation;
    struct running *running = calloc(1, sizeof(*running));
    const struct outcome cancelled = {.status = STATUS_CANCELLED};
    int64_t length_us;

    if (!running) {
        abandon(play, -ENOMEM);
        settle(play, attempt, &cancelled);
        return;
    }
    running->attempt = *attempt;
    running->serial = play->result.attempts++;
    running->outcome.reply.retry_after_us = -1;
    length_us =
        simulation->length_us(simulation->arg, attempt, &running->outcome);
    if (attempt->timeout_us > 0 && length_us > attempt->timeout_us) {
        length_us = attempt->timeout_us;
        running->outcome.status = STATUS_ERROR;
        running->outcome.reply.cause = CAUSE_TIMEOUT;
    }
    running->end_us = play->now_us + length_us;
    heap_add(&play->running, &running->node);
    if (schedule_running(play->schedule) > play->result.peak)
        play->result.peak = schedule_running(play->schedule);
}

/* The next item; NULL: there are no more. */
static struct item *read_item(struct play *play)
{
    const struct item_source *items = &play->simulation->items;
    struct item *item = NULL;
    int rc = play->read ? 0 : items->next(items->arg, &item);

    if (rc < 0)
        abandon(play, rc);
    play->read = !item;
    return item;
}

static void feed(struct play *play)
{
    struct item *item = read_item(play);

    if (!item) {
        schedule_end(play->schedule);
    } else if (schedule_add(play->schedule, item) < 0) {
        finish(play, item, STATUS_ERROR);
        abandon(play, -ENOMEM);
    }
}

/* It has come to where it needs a processor: it ends when it has had one. */
static void work(struct play *play, struct running *running)
{
    const struct simulation *simulation = play->simulation;
    int64_t *first = play->free_at_us;

    for (unsigned i = 1; i < simulation->processors; i++) {
        if (play->free_at_us[i] < *first)
            first = &play->free_at_us[i];
    }
    if (*first < play->now_us)
        *first = play->now_us;
    *first += simulation->work_us;
    running->worked = true;
    running->end_us = *first;
    heap_add(&play->running, &running->node);
}

/* The first attempt to end does so, with the outcome that it has. */
static void end_first(struct play *play)
{
    struct running *ended = running_at(heap_take(&play->running));

    if (play->free_at_us && !ended->worked &&
        ended->outcome.status == STATUS_OK) {
        work(play, ended);
        return;
    }
    settle(play, &ended->attempt, &ended->outcome);
    free(ended);
}

/* Let time pass: to the next attempt's end, or to what the schedule waits
   for. */
static void pass(struct play *play, int64_t wait_until_us)
{
    struct heap_node *first = play->running.first;

    if (!first || running_at(first)->end_us > wait_until_us) {
        play->now_us = wait_until_us;
        return;
    }
    play->now_us = running_at(first)->end_us;
    end_first(play);
}

/* All that runs, waits or was not even read is cancelled. */
static void cancel_all(struct play *play)
{
    struct item *item;

    while (play->running.first) {
        running_at(play->running.first)->outcome.status = STATUS_CANCELLED;
        end_first(play);
    }
    while ((item = schedule_withdraw(play->schedule)))
        finish(play, item, STATUS_CANCELLED);
    while ((item = read_item(play)))
        finish(play, item, STATUS_CANCELLED);
}

static void run(struct play *play)
{
    for (;;) {
        struct attempt attempt;
        int64_t wait_until_us;
        enum next next = schedule_next(play->schedule, play->now_us, &attempt,
                                       &wait_until_us);

        if (schedule_stopped(play->schedule) != STOP_NONE) {
            cancel_all(play);
            return;
        }
        if (next == NEXT_FINISHED)
            return;
        if (next == NEXT_START)
            start(play, &attempt);
        else if (next == NEXT_FEED)
            feed(play);
        else
            pass(play, wait_until_us);
    }
}

int simulate(const struct simulation *simulation, struct simulated *simulated)
{
    struct play play = {.simulation = simulation,
                        .running = {.before = ends_first}};

    if (simulation->work_us > 0) {
        play.free_at_us =
            calloc(simulation->processors, sizeof(*play.free_at_us));
        if (!play.free_at_us)
            return -ENOMEM;
    }
    play.schedule = schedule_new(&simulation->limits);
    if (!play.schedule) {
        free(play.free_at_us);
        return -ENOMEM;
    }
    run(&play);
    play.result.stop = schedule_stopped(play.schedule);
    schedule_free(play.schedule);
    free(play.free_at_us);
    if (play.error < 0)
        return play.error;
    *simulated = play.result;
    return 0;
}
