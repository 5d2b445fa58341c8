#include "download/simulate.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

/* An attempt that runs. */
struct running {
    int64_t end_us;
    uint64_t serial; /* of its start: attempts that end together are in order */
    struct attempt attempt;
    struct outcome outcome;
};

struct play {
    const struct simulation *simulation;
    struct schedule *schedule;
    struct running *heap; /* the first to end first */
    size_t count;
    size_t room;
    uint64_t started;
    int64_t now_us;
    struct simulated result;
    int error;
};

static bool ends_before(const struct running *a, const struct running *b)
{
    return a->end_us != b->end_us ? a->end_us < b->end_us
                                  : a->serial < b->serial;
}

static void swap(struct running *a, struct running *b)
{
    struct running kept = *a;

    *a = *b;
    *b = kept;
}

static void push(struct play *play, const struct running *running)
{
    size_t at = play->count++;

    play->heap[at] = *running;
    while (at > 0) {
        size_t parent = (at - 1) / 2;

        if (!ends_before(&play->heap[at], &play->heap[parent]))
            break;
        swap(&play->heap[at], &play->heap[parent]);
        at = parent;
    }
}

static struct running pop(struct play *play)
{
    struct running first = play->heap[0];
    size_t at = 0;

    play->heap[0] = play->heap[--play->count];
    for (;;) {
        size_t least = at;

        for (size_t child = 2 * at + 1; child <= 2 * at + 2; child++) {
            if (child < play->count &&
                ends_before(&play->heap[child], &play->heap[least]))
                least = child;
        }
        if (least == at)
            return first;
        swap(&play->heap[at], &play->heap[least]);
        at = least;
    }
}

/* Room for one more. The limit may be far above what ever runs. */
static int make_room(struct play *play)
{
    size_t room = play->room ? 2 * play->room : 16;
    struct running *grown;

    if (play->count < play->room)
        return 0;
    grown = reallocarray(play->heap, room, sizeof(*grown));
    if (!grown)
        return -ENOMEM;
    play->heap = grown;
    play->room = room;
    return 0;
}

/* Nothing more is started; what runs goes to its end, for the schedule gives
   items back only so. */
static void abandon(struct play *play, int error)
{
    struct item *item;

    play->error = error;
    schedule_stop(play->schedule, play->now_us, STOP_LOCAL_FAILURE);
    while ((item = schedule_withdraw(play->schedule)))
        item_free(item);
}

static void settle(struct play *play, const struct attempt *attempt,
                   const struct outcome *outcome)
{
    struct item *item = attempt->item;

    schedule_done(play->schedule, play->now_us, attempt, outcome);
    play->result.counts.of[outcome->status]++;
    play->result.total_us = play->now_us;
    item_free(item);
}

static void start(struct play *play, const struct attempt *attempt)
{
    const struct simulation *simulation = play->simulation;
    struct running running = {.attempt = *attempt,
                              .serial = play->started++,
                              .outcome = {.status = STATUS_OK}};
    int64_t length_us;

    if (make_room(play) < 0) {
        running.outcome.status = STATUS_CANCELLED;
        settle(play, attempt, &running.outcome);
        abandon(play, -ENOMEM);
        return;
    }
    length_us =
        simulation->length_us(simulation->arg, attempt, &running.outcome);
    if (attempt->timeout_us > 0 && length_us > attempt->timeout_us) {
        length_us = attempt->timeout_us;
        running.outcome.status = STATUS_ERROR;
        running.outcome.reply.cause = CAUSE_TIMEOUT;
    }
    running.end_us = play->now_us + length_us;
    push(play, &running);
    if (play->count > play->result.peak)
        play->result.peak = (unsigned)play->count;
}

static void feed(struct play *play)
{
    struct item *item = NULL;
    int rc = play->simulation->items.next(play->simulation->items.arg, &item);

    if (rc < 0)
        abandon(play, rc);
    else if (item)
        schedule_add(play->schedule, item);
    else
        schedule_end(play->schedule);
}

/* Let time pass: to the next attempt's end, or to what the schedule waits
   for. */
static void pass(struct play *play, int64_t wait_until_us)
{
    struct running ended;

    if (play->count == 0 || play->heap[0].end_us > wait_until_us) {
        play->now_us = wait_until_us;
        return;
    }
    ended = pop(play);
    play->now_us = ended.end_us;
    settle(play, &ended.attempt, &ended.outcome);
}

static void run(struct play *play)
{
    for (;;) {
        struct attempt attempt;
        int64_t wait_until_us;

        switch (schedule_next(play->schedule, play->now_us, &attempt,
                              &wait_until_us)) {
        case NEXT_START:
            start(play, &attempt);
            break;
        case NEXT_FEED:
            feed(play);
            break;
        case NEXT_WAIT:
            pass(play, wait_until_us);
            break;
        case NEXT_FINISHED:
            return;
        }
    }
}

int simulate(const struct simulation *simulation, struct simulated *simulated)
{
    struct play play = {.simulation = simulation};

    play.schedule = schedule_new(&simulation->limits);
    if (!play.schedule)
        return -ENOMEM;
    run(&play);
    schedule_free(play.schedule);
    free(play.heap);
    if (play.error < 0)
        return play.error;
    *simulated = play.result;
    return 0;
}
