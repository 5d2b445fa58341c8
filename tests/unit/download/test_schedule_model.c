#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdbool.h>
#include <stddef.h>

#include "schedule_drive.h"
#include "schedule_plan.h"

/*
 * The schedule against a model that knows no heap, no queue and no next event:
 * it goes through time microsecond by microsecond, and through all items each
 * time. Both write down what starts and ends when, and must write the same.
 */
enum { PLANS = 3000, TICKS = 20000, MANY = 100 };

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
