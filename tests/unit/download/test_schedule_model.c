#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "download/schedule.h"

/*
 * The schedule against a model that knows no heap, no queue and no next event:
 * it goes through time microsecond by microsecond, and through all items each
 * time. Both write down what starts and ends when, and must write the same.
 */
enum { ITEMS = 16, PLANS = 3000, TRACE = 16384, TICKS = 20000, MANY = 100 };

struct plan {
    uint64_t seed;
    size_t count;
    unsigned origins;
    struct schedule_limits limits;
};

struct trace {
    char text[TRACE];
    size_t length;
};

static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/* A number below `below` that the seed and three others decide. */
static int64_t draw(const struct plan *plan, uint64_t what, uint64_t a,
                    uint64_t b, int64_t below)
{
    return (int64_t)(mix(mix(mix(plan->seed + what * 77) + a) + b) %
                     (uint64_t)below);
}

static int64_t maybe(const struct plan *plan, uint64_t what, int64_t below)
{
    return draw(plan, what, 0, 0, 2) ? draw(plan, what, 1, 0, below) + 1 : 0;
}

static void make_plan(struct plan *plan, uint64_t seed)
{
    int64_t rate;

    *plan = (struct plan){.seed = seed};
    rate = maybe(plan, 5, 4);
    plan->count = (size_t)draw(plan, 1, 0, 0, ITEMS + 1);
    plan->origins = (unsigned)draw(plan, 2, 0, 0, 4) + 1;
    plan->limits = (struct schedule_limits){
        .max_req = (unsigned)draw(plan, 3, 0, 0, 6) + 1,
        .max_host = (unsigned)maybe(plan, 4, 3),
        .rate_count = rate,
        .rate_unit_us = rate * (draw(plan, 6, 0, 0, 30) + 1),
        .timeout_us = maybe(plan, 7, 60),
        .max_time_us =
            draw(plan, 8, 0, 0, 4) ? 0 : draw(plan, 8, 1, 0, 400) + 1,
        .max_errors =
            draw(plan, 9, 0, 0, 4) ? 0 : 1 + (uint64_t)maybe(plan, 9, 5),
        .retry = {.retries = (unsigned)maybe(plan, 10, 4),
                  .delay_us = draw(plan, 11, 0, 0, 40),
                  .max_time_us = maybe(plan, 12, 150),
                  .all_errors = draw(plan, 13, 0, 0, 2)},
    };
}

static void note(struct trace *trace, int64_t at_us, const char *what,
                 uint64_t item, int64_t number)
{
    if (trace->length < TRACE - 64)
        trace->length +=
            (size_t)snprintf(trace->text + trace->length, TRACE - trace->length,
                             "%lld%s%llu/%lld ", (long long)at_us, what,
                             (unsigned long long)item, (long long)number);
}

/* What an attempt meets: how long it lasts, and its end. */
static int64_t meet(const struct plan *plan, uint64_t item, unsigned number,
                    int64_t timeout_us, struct outcome *outcome)
{
    int64_t length_us = draw(plan, 20, item, number, 50);

    *outcome = (struct outcome){.status = STATUS_ERROR};
    outcome->reply.retry_after_us = -1;
    outcome->reply.cause = CAUSE_HTTP;
    switch (draw(plan, 21, item, number, 8)) {
    case 0:
        outcome->status = STATUS_NOT_FOUND;
        outcome->reply.http_status = 404;
        break;
    case 1:
        outcome->reply.http_status = 503;
        if (draw(plan, 22, item, number, 2))
            outcome->reply.retry_after_us = draw(plan, 23, item, number, 90);
        break;
    case 2:
        outcome->reply.http_status = 429;
        outcome->reply.retry_after_us = draw(plan, 23, item, number, 90);
        break;
    case 3:
        outcome->reply.http_status = 500;
        break;
    case 4:
        outcome->reply.http_status = 418;
        break;
    case 5:
        outcome->reply.cause = CAUSE_TRUNCATED;
        break;
    default:
        outcome->status = STATUS_OK;
        outcome->reply.cause = CAUSE_NONE;
        outcome->reply.http_status = 200;
        break;
    }
    if (timeout_us > 0 && length_us > timeout_us) {
        length_us = timeout_us;
        *outcome = (struct outcome){.status = STATUS_ERROR};
        outcome->reply.retry_after_us = -1;
        outcome->reply.cause = CAUSE_TIMEOUT;
    }
    return length_us;
}

/* --- the schedule ------------------------------------------------------- */

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

static void drive(const struct plan *plan, struct trace *trace)
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

/* --- the model ---------------------------------------------------------- */

struct thing {
    enum { WAITS, RUNS, OVER } state;
    int64_t due_us, end_us, first_us;
    uint64_t serial;
    unsigned attempts;
    long origin;
    bool named, cut;
    struct outcome outcome;
};

struct model {
    const struct plan *plan;
    struct thing things[ITEMS];
    int64_t paused_us[8];
    int64_t turn_us;
    uint64_t serial, failures;
    int64_t now_us;
    bool stopped;
    struct trace *trace;
};

static unsigned model_running(const struct model *m, long origin)
{
    unsigned count = 0;

    for (size_t i = 0; i < m->plan->count; i++)
        count += m->things[i].state == RUNS &&
                 (origin < 0 || m->things[i].origin == origin);
    return count;
}

static bool model_may_start(const struct model *m, const struct thing *t)
{
    const struct schedule_limits *l = &m->plan->limits;

    return t->state == WAITS && t->due_us <= m->now_us &&
           m->paused_us[t->origin] <= m->now_us &&
           model_running(m, -1) < l->max_req &&
           (l->max_host == 0 || model_running(m, t->origin) < l->max_host) &&
           m->turn_us <= m->now_us;
}

static void model_start(struct model *m, size_t index)
{
    const struct schedule_limits *l = &m->plan->limits;
    struct thing *t = &m->things[index];
    int64_t timeout_us = l->timeout_us;
    int64_t left_us = l->max_time_us - m->now_us;

    t->cut = l->max_time_us > 0 && (timeout_us == 0 || left_us < timeout_us);
    if (t->cut)
        timeout_us = left_us;
    if (t->attempts++ == 0)
        t->first_us = m->now_us;
    t->state = RUNS;
    t->serial = m->serial++;
    t->end_us =
        m->now_us + meet(m->plan, index, t->attempts, timeout_us, &t->outcome);
    if (l->rate_count > 0)
        m->turn_us = m->now_us + l->rate_unit_us / l->rate_count;
    note(m->trace, m->now_us, "+", index, t->attempts);
}

static bool is_passing(const struct outcome *o, bool all)
{
    long http = o->reply.http_status;

    if (o->status != STATUS_ERROR)
        return false;
    if (o->reply.cause != CAUSE_HTTP)
        return true; /* truncated, timeout: there are no others here */
    return all || http == 503 || http == 429 || http == 500;
}

/* Whether it is to be tried again; due_us says when. */
static bool model_retries(struct model *m, struct thing *t)
{
    const struct retry_options *r = &m->plan->limits.retry;
    const struct outcome *o = &t->outcome;
    int64_t wait_us =
        o->reply.retry_after_us >= 0 ? o->reply.retry_after_us : r->delay_us;
    bool patient = r->max_time_us == 0 || wait_us <= r->max_time_us;

    if (m->stopped || r->retries == 0 || !is_passing(o, r->all_errors))
        return false;
    t->due_us = m->now_us + wait_us;
    if ((o->reply.http_status == 503 || o->reply.http_status == 429) &&
        patient && m->paused_us[t->origin] < t->due_us)
        m->paused_us[t->origin] = t->due_us;
    return t->attempts <= r->retries &&
           (r->max_time_us == 0 || t->due_us - t->first_us <= r->max_time_us);
}

static void model_end(struct model *m, size_t index)
{
    struct thing *t = &m->things[index];
    bool cut = t->cut && t->outcome.reply.cause == CAUSE_TIMEOUT;

    if (!cut && model_retries(m, t)) {
        t->state = WAITS;
        note(m->trace, m->now_us, "~", index, t->due_us);
        return;
    }
    t->state = OVER;
    if (cut) {
        m->stopped = true;
        note(m->trace, m->now_us, "x", index, 0);
        return;
    }
    if (t->outcome.status == STATUS_ERROR ||
        (t->outcome.status == STATUS_NOT_FOUND && t->named))
        m->failures++;
    if (m->plan->limits.max_errors > 0 &&
        m->failures >= m->plan->limits.max_errors)
        m->stopped = true;
    note(m->trace, m->now_us, "-", index, t->outcome.status);
}

/* End what ends now, in the order of the starts. After a stop all else that
   runs is cancelled. */
static void model_ends(struct model *m)
{
    for (;;) {
        size_t next = ITEMS;

        for (size_t i = 0; i < m->plan->count; i++) {
            const struct thing *t = &m->things[i];

            if (t->state == RUNS && t->end_us == m->now_us &&
                (next == ITEMS || t->serial < m->things[next].serial))
                next = i;
        }
        if (next == ITEMS)
            return;
        model_end(m, next);
    }
}

static void model_cancel(struct model *m)
{
    for (uint64_t serial = 0; serial < m->serial; serial++) {
        for (size_t i = 0; i < m->plan->count; i++) {
            if (m->things[i].state != RUNS || m->things[i].serial != serial)
                continue;
            m->things[i].state = OVER;
            note(m->trace, m->now_us, "-", i, STATUS_CANCELLED);
        }
    }
}

static bool model_is_over(const struct model *m)
{
    for (size_t i = 0; i < m->plan->count; i++) {
        if (m->things[i].state != OVER)
            return false;
    }
    return true;
}

static void model(const struct plan *plan, struct trace *trace)
{
    struct model m = {.plan = plan, .trace = trace};

    for (size_t i = 0; i < plan->count; i++) {
        m.things[i].origin = (long)draw(plan, 30, i, 0, plan->origins);
        m.things[i].named = draw(plan, 31, i, 0, 2);
    }
    for (; m.now_us < TICKS && !model_is_over(&m) && !m.stopped; m.now_us++) {
        model_ends(&m);
        m.stopped = m.stopped || (plan->limits.max_time_us > 0 &&
                                  m.now_us >= plan->limits.max_time_us);
        for (size_t i = 0; i < plan->count && !m.stopped; i++) {
            if (!model_may_start(&m, &m.things[i]))
                continue;
            model_start(&m, i);
            model_ends(&m); /* of no length */
            i = (size_t)-1; /* from the first one on */
        }
        if (m.stopped)
            model_cancel(&m);
    }
    cr_assert(lt(i64, m.now_us, TICKS), "the model does not end");
}

Test(schedule_model, agrees_with_the_schedule_in_every_plan, .timeout = 120)
{
    static struct trace ours;
    static struct trace theirs;
    size_t starts = 0;

    for (uint64_t seed = 1; seed <= PLANS; seed++) {
        struct plan plan;

        ours.length = theirs.length = 0;
        ours.text[0] = theirs.text[0] = '\0';
        make_plan(&plan, mix(seed));
        drive(&plan, &ours);
        model(&plan, &theirs);
        starts += ours.length;
        cr_assert(eq(str, ours.text, theirs.text), "plan %llu",
                  (unsigned long long)seed);
    }
    cr_expect(gt(sz, starts, (size_t)PLANS * MANY / 2));
}
