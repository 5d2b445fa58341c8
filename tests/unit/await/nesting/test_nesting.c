#include "nesting.h"

#include "../support/kit.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

/*
 * Scopes within scopes: every nesting of four kinds, with requests to cancel
 * from all sides, is run and compared with the model.
 */

TestSuite(nesting, .timeout = 120);

/* The thing itself. */

struct run {
    const struct plan *plan;
    struct outcome outcome;
    double began;
};

static int fail_at(void *when, aw_value *ret)
{
    int rc = aw_sleep(*(double *)when - aw_time(NULL));

    (void)ret;
    return rc < 0 ? rc : APP(7);
}

static int run_level(struct run *r, int level);

static int run_timeout(struct run *r, int level)
{
    double when = r->began + T * r->plan->strikes[level];
    aw_timeout t;
    int rc = level % 2 == 0 ? aw_timeout_at(&t, when)
                            : aw_timeout_enter(&t, when - aw_time(NULL));

    cr_assert(eq(int, rc, 0));
    return aw_timeout_leave(&t, run_level(r, level + 1));
}

static int run_group(struct run *r, int level)
{
    double when = r->began + T * r->plan->strikes[level];
    aw_group g;

    expect_rc(aw_group_enter(&g), 0);
    (void)aw_group_create_task(&g, aw_call(fail_at, &when));
    return aw_group_leave(&g, run_level(r, level + 1), NULL, NULL);
}

static int run_shielded(struct run *r, int level)
{
    aw_shielded s;

    expect_rc(aw_shielded_enter(&s), 0);
    return aw_shielded_leave(&s, run_level(r, level + 1));
}

static int run_swallowing(struct run *r, int level)
{
    int rc = run_level(r, level + 1);

    if (rc == AW_ECANCELED && r->plan->uncancels)
        (void)aw_task_uncancel(aw_current_task());
    return 0;
}

static int run_await(struct run *r, double units)
{
    int rc = aw_sleep(units * T);

    note(&r->outcome, rc);
    return rc;
}

static int run_level(struct run *r, int level)
{
    static int (*const kinds[])(struct run * r, int level) = {
        [TIMEOUT] = run_timeout,
        [GROUP] = run_group,
        [SHIELD] = run_shielded,
        [SWALLOW] = run_swallowing,
    };
    int rc;

    if (level == r->plan->depth) {
        rc = run_await(r, 10);
        return rc < 0 ? rc : r->plan->body;
    }
    rc = kinds[r->plan->kinds[level]](r, level);
    note(&r->outcome, rc);
    if (r->plan->awaits) {
        int awaited = run_await(r, length_of_await(level));

        rc = rc < 0 ? rc : awaited;
    }
    return rc;
}

static int run_plan(void *arg, aw_value *ret)
{
    struct run *r = arg;

    (void)ret;
    (void)run_level(r, 0);
    (void)run_await(r, length_of_await(MOST)); /* what is left over shows */
    r->outcome.requests = aw_task_cancelling(aw_current_task());
    return 0;
}

static void cancel_now(void *task)
{
    (void)aw_future_cancel(task);
}

static void run_it(const struct plan *p, struct outcome *o)
{
    struct run r = {.plan = p};
    aw_handle *handle;
    aw_future *task;

    r.began = aw_time(NULL);
    task = aw_create_task(NULL, aw_call(run_plan, &r));
    expect_rc(
        aw_call_at(NULL, r.began + T * p->cancelled, cancel_now, task, &handle),
        0);
    expect_rc(aw_wait(&task, 1, AW_FOREVER, AW_ALL_COMPLETED, NULL), 0);
    aw_handle_cancel(handle);
    aw_handle_unref(handle);
    aw_unref(task);
    *o = r.outcome;
}

/* Comparing the two. */

static const char *describe(const struct plan *p)
{
    static const char *const kinds[] = {"timeout", "group", "shield",
                                        "swallow"};
    static char text[400];
    size_t n = 0;

    text[0] = '\0';
    for (int i = 0; i < p->depth; i++)
        n += (size_t)snprintf(text + n, sizeof(text) - n, "%s(%g) ",
                              kinds[p->kinds[i]], p->strikes[i]);
    snprintf(text + n, sizeof(text) - n,
             "body %d, cancelled at %g, awaits %d, uncancels %d", p->body,
             p->cancelled, p->awaits, p->uncancels);
    return text;
}

static const char *show(const struct outcome *o)
{
    static char texts[2][400];
    static int next;
    char *text = texts[next++ % 2];
    size_t n = 0;

    for (int i = 0; i < o->n; i++)
        n += (size_t)snprintf(text + n, sizeof(texts[0]) - n, "%s, ",
                              o->codes[i] < 0 ? token(o->codes[i]) : "0");
    snprintf(text + n, sizeof(texts[0]) - n, "requests %u", o->requests);
    return text;
}

static void compare(const struct plan *p)
{
    struct outcome got, wanted;

    run_it(p, &got);
    run_model(p, &wanted);
    if (got.n == wanted.n && got.requests == wanted.requests &&
        memcmp(got.codes, wanted.codes, sizeof(got.codes[0]) * (size_t)got.n) ==
            0)
        return;
    cr_fail("%s:\n%s; the model: %s", describe(p), show(&got), show(&wanted));
}

/* The n-th of `of` values, and n without it: n is taken as a number whose
   digits are the choices. */
static unsigned choose(unsigned *n, unsigned of)
{
    unsigned chosen = *n % of;

    *n /= of;
    return chosen;
}

/* No two of these are at the same time, nor are an await's end and one. */
static void plan_of(struct plan *p, int depth, unsigned choices)
{
    static const double cancelled[] = {NEVER, 1, 5.75, 12};

    *p = (struct plan){.depth = depth};
    p->cancelled = cancelled[choose(&choices, 4)];
    p->body = choose(&choices, 2) ? APP(3) : 0;
    p->awaits = choose(&choices, 2);
    p->uncancels = choose(&choices, 2);
    for (int i = 0; i < depth; i++) {
        double strikes[] = {2 + i, 8.5 - i, 100 + i};

        p->kinds[i] = (enum kind)choose(&choices, KINDS);
        p->strikes[i] = strikes[choose(&choices, 3)];
    }
}

/* Those that differ in what no one looks at are left out. */
static bool is_new(const struct plan *p)
{
    bool swallows = false;

    for (int i = 0; i < p->depth; i++) {
        bool strikes = p->kinds[i] == TIMEOUT || p->kinds[i] == GROUP;

        if (!strikes && p->strikes[i] != 2 + i)
            return false;
        swallows |= p->kinds[i] == SWALLOW;
    }
    return swallows || !p->uncancels;
}

TaskTest(nesting, all_to_a_depth_of_three_are_as_the_model_says)
{
    for (int depth = 0; depth <= 3; depth++) {
        unsigned n = 32;

        for (int i = 0; i < depth; i++)
            n *= KINDS * 3;
        for (unsigned choices = 0; choices < n; choices++) {
            struct plan p;

            plan_of(&p, depth, choices);
            if (is_new(&p))
                compare(&p);
        }
    }
}

TaskTest(nesting, deeper_ones_are_as_the_model_says)
{
    unsigned choices = 1;

    for (int i = 0; i < 6000; i++) {
        struct plan p;

        choices = choices * 1664525 + 1013904223; /* Numerical Recipes' */
        plan_of(&p, 4 + i % 2, choices >> 1);
        compare(&p);
    }
}
