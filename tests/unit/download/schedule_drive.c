#include "schedule_drive.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>

struct going {
    bool runs;
    int64_t end_us;
    uint64_t serial;
    struct attempt attempt;
    struct outcome outcome;
};

struct drive {
    const struct plan *plan;
    struct schedule *schedule;
    struct item items[ITEMS];
    struct going going[ITEMS];
    char urls[ITEMS][32];
    size_t fed;
    uint64_t serial;
    int64_t now_us;
    struct trace *trace;
};

static void drive_start(struct drive *d, const struct attempt *attempt)
{
    struct going *going = &d->going[attempt->item->index];

    *going = (struct going){
        .runs = true, .serial = d->serial++, .attempt = *attempt};
    going->end_us =
        d->now_us + meet(d->plan, attempt->item->index, attempt->number,
                         attempt->timeout_us, &going->outcome);
    note(d->trace, d->now_us, "+", attempt->item->index, attempt->number);
}

/* The next to end; NULL: nothing runs. */
static struct going *drive_first(struct drive *d)
{
    struct going *first = NULL;

    for (size_t i = 0; i < ITEMS; i++) {
        struct going *g = &d->going[i];

        if (g->runs &&
            (!first || g->end_us < first->end_us ||
             (g->end_us == first->end_us && g->serial < first->serial)))
            first = g;
    }
    return first;
}

static void drive_end(struct drive *d, struct going *going)
{
    uint64_t index = going->attempt.item->index;
    enum settled settled;

    going->runs = false;
    settled =
        schedule_done(d->schedule, d->now_us, &going->attempt, &going->outcome);
    if (settled == SETTLED_RETRY)
        note(d->trace, d->now_us, "~", index, going->attempt.item->due_us);
    else if (schedule_cut_short(&going->attempt, &going->outcome))
        note(d->trace, d->now_us, "x", index, 0);
    else
        note(d->trace, d->now_us, "-", index, going->outcome.status);
}

static void drive_feed(struct drive *d)
{
    struct item *item = &d->items[d->fed];

    if (d->fed == d->plan->count) {
        schedule_end(d->schedule);
        return;
    }
    snprintf(d->urls[d->fed], sizeof(d->urls[0]), "http://h%lld/",
             (long long)draw(d->plan, 30, d->fed, 0, d->plan->origins));
    *item = (struct item){.index = d->fed,
                          .url = d->urls[d->fed],
                          .named = draw(d->plan, 31, d->fed, 0, 2)};
    d->fed++;
    cr_assert(eq(int, schedule_add(d->schedule, item), 0));
}

/* All that end now do so, before anything else starts. */
static void drive_ends(struct drive *d)
{
    struct going *first;

    while ((first = drive_first(d)) && first->end_us <= d->now_us)
        drive_end(d, first);
}

/* What the stop leaves: those that run are cancelled, and those that wait. */
static void drive_stop(struct drive *d)
{
    for (size_t i = 0; i < ITEMS; i++) {
        d->going[i].end_us = d->now_us;
        d->going[i].outcome = (struct outcome){.status = STATUS_CANCELLED};
    }
    drive_ends(d);
    while (schedule_withdraw(d->schedule))
        continue;
}

void drive(const struct plan *plan, struct trace *trace)
{
    struct drive *d = calloc(1, sizeof(*d));

    cr_assert(ne(ptr, d, NULL));
    *d = (struct drive){.plan = plan, .trace = trace};
    d->schedule = schedule_new(&plan->limits);
    cr_assert(ne(ptr, d->schedule, NULL));
    for (;;) {
        struct attempt start;
        int64_t until_us;
        struct going *first;
        enum next next =
            schedule_next(d->schedule, d->now_us, &start, &until_us);

        if (schedule_stopped(d->schedule) != STOP_NONE) {
            drive_stop(d);
            break;
        }
        if (next == NEXT_FINISHED)
            break;
        if (next == NEXT_START) {
            drive_start(d, &start);
            drive_ends(d);
        } else if (next == NEXT_FEED) {
            drive_feed(d);
        } else if ((first = drive_first(d)) && first->end_us <= until_us) {
            d->now_us = first->end_us;
            drive_ends(d);
        } else {
            cr_assert(lt(i64, until_us, SCHEDULE_FOREVER));
            cr_assert(gt(i64, until_us, d->now_us), "it waits for the past");
            d->now_us = until_us;
        }
    }
    schedule_free(d->schedule);
    free(d);
}
