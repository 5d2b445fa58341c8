#include "nesting.h"

#include "../support/kit.h"

/*
 * The model has the requests as a list, each with who made it. What it says:
 *
 * - A request is kept by the outermost shielded scope between its maker (the
 *   program: outside of all) and the present place. What is inside of that
 *   neither hears of it nor counts it.
 * - One that is heard is met by the next await, once. Leaving a shielded scope
 *   meets what that kept; where an error goes first, the next await does.
 * - A timeout's and a group's own request ends with it, met or not.
 * - A timeout turns AW_ECANCELED into AW_ETIMEDOUT if it expired and no more
 *   requests are heard than when it was entered.
 * - A group gives a member's error before the body's, and both before
 *   AW_ECANCELED.
 */

enum { PROGRAM = -1 };

struct request {
    int maker;  /* a level, or PROGRAM */
    int keeper; /* a level that is shielded, or PROGRAM: none, it is heard */
    bool met;
    bool counts;
};

struct model {
    const struct plan *plan;
    struct outcome outcome;
    double now;
    int entered; /* levels */
    bool struck[MOST];
    bool lifted[MOST]; /* the level will not strike any more */
    bool programs_came;
    struct request requests[MOST + 1];
    int n;
};

/* Of those in effect: the levels from `maker` inwards. */
static int keeper_of(const struct model *m, int maker)
{
    for (int i = maker + 1; i < m->entered; i++)
        if (m->plan->kinds[i] == SHIELD)
            return i;
    return PROGRAM;
}

static void make_request(struct model *m, int maker)
{
    m->requests[m->n++] = (struct request){
        .maker = maker, .keeper = keeper_of(m, maker), .counts = true};
}

static unsigned heard_of(const struct model *m)
{
    unsigned n = 0;

    for (int i = 0; i < m->n; i++)
        n += m->requests[i].counts && m->requests[i].keeper == PROGRAM;
    return n;
}

/* Tell of what is heard: true if there was any. */
static bool meet(struct model *m)
{
    bool any = false;

    for (int i = 0; i < m->n; i++) {
        struct request *r = &m->requests[i];

        if (r->met || r->keeper != PROGRAM)
            continue;
        any = r->met = true;
    }
    return any;
}

/* The next to happen until `end`, or PROGRAM - 1. *when: its time. */
static int next_event(const struct model *m, double end, double *when)
{
    int next = PROGRAM - 1;

    *when = end;
    if (!m->programs_came && m->plan->cancelled < *when) {
        next = PROGRAM;
        *when = m->plan->cancelled;
    }
    for (int i = 0; i < m->entered; i++)
        if ((m->plan->kinds[i] == TIMEOUT || m->plan->kinds[i] == GROUP) &&
            !m->struck[i] && !m->lifted[i] && m->plan->strikes[i] < *when) {
            next = i;
            *when = m->plan->strikes[i];
        }
    return next;
}

/* Let time pass. False: until a request was to be told. */
static bool pass(struct model *m, double end)
{
    double when;
    int event;

    while ((event = next_event(m, end, &when)) >= PROGRAM) {
        if (when > m->now)
            m->now = when;
        if (event == PROGRAM)
            m->programs_came = true;
        else
            m->struck[event] = true;
        make_request(m, event);
        if (meet(m))
            return false;
    }
    m->now = end;
    return true;
}

static int await_in_model(struct model *m, double units)
{
    int rc = meet(m) || !pass(m, m->now + units) ? AW_ECANCELED : 0;

    note(&m->outcome, rc);
    return rc;
}

/* One of those that are heard counts no longer, else one that is kept. */
static void take_back(struct model *m, bool kept_too)
{
    for (int i = 0; i < m->n; i++)
        if (m->requests[i].counts && m->requests[i].keeper == PROGRAM) {
            m->requests[i].counts = false;
            return;
        }
    for (int i = m->n - 1; i >= 0 && kept_too; i--)
        if (m->requests[i].counts) {
            m->requests[i].counts = false;
            return;
        }
}

/* The level's own request, if it made one, is no more. */
static void end_request(struct model *m, int level)
{
    m->lifted[level] = true;
    if (!m->struck[level])
        return;
    for (int i = 0; i < m->n; i++)
        m->requests[i].met |= m->requests[i].maker == level;
    take_back(m, false);
}

static int leave_timeout(struct model *m, int level, int rc, unsigned heard)
{
    end_request(m, level);
    return m->struck[level] && rc == AW_ECANCELED && heard_of(m) <= heard
               ? AW_ETIMEDOUT
               : rc;
}

static int leave_shield(struct model *m, int level, int rc)
{
    bool error = rc < 0 && rc != AW_ECANCELED;
    bool kept = false;

    for (int i = 0; i < m->n; i++) {
        struct request *r = &m->requests[i];

        if (r->keeper != level)
            continue;
        r->keeper = PROGRAM;
        kept |= !r->met;
        r->met |= !error;
    }
    return kept && !error ? AW_ECANCELED : rc;
}

/* Its member fails in time; or is cancelled, which ends it, and leaving awaits
   that. */
static int leave_group(struct model *m, int level, int rc)
{
    if (!m->struck[level]) {
        bool met = meet(m);

        if (rc == 0 && (met || !pass(m, 2 * NEVER)) && !m->struck[level])
            rc = AW_ECANCELED;
    }
    end_request(m, level);
    return m->struck[level] ? APP(7) : rc;
}

static int swallow(struct model *m, int rc)
{
    if (rc == AW_ECANCELED && m->plan->uncancels)
        take_back(m, true);
    return 0;
}

static int level_in_model(struct model *m, int level);

static int scope_in_model(struct model *m, int level)
{
    unsigned heard = heard_of(m);
    int rc;

    m->entered = level + 1;
    rc = level_in_model(m, level + 1);
    switch (m->plan->kinds[level]) {
    case TIMEOUT:
        rc = leave_timeout(m, level, rc, heard);
        break;
    case GROUP:
        rc = leave_group(m, level, rc);
        break;
    case SHIELD:
        rc = leave_shield(m, level, rc);
        break;
    default:
        rc = swallow(m, rc);
    }
    m->entered = level;
    return rc;
}

static int level_in_model(struct model *m, int level)
{
    int rc;

    if (level == m->plan->depth) {
        rc = await_in_model(m, 10);
        return rc < 0 ? rc : m->plan->body;
    }
    rc = scope_in_model(m, level);
    note(&m->outcome, rc);
    if (m->plan->awaits) {
        int awaited = await_in_model(m, length_of_await(level));

        rc = rc < 0 ? rc : awaited;
    }
    return rc;
}

void run_model(const struct plan *p, struct outcome *o)
{
    struct model m = {.plan = p};

    (void)level_in_model(&m, 0);
    (void)await_in_model(&m, length_of_await(MOST));
    for (int i = 0; i < m.n; i++)
        m.outcome.requests += m.requests[i].counts;
    *o = m.outcome;
}
