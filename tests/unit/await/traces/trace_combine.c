#include "../support/kit.h"

#include <criterion/criterion.h>

/* Scenarios of the combinators. */

TestSuite(trace_combine, .timeout = 30);

static int gather(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    aw_awaitable xs[] = {aw_any(give(3, "x", "x")), aw_any(give(1, "y", "y")),
                         aw_any(give(2, "z", "z"))};
    aw_future *g = aw_gather(xs, 3, 0);

    ev("future %s %s", yes(aw_any(g).kind == AW_IS_FUTURE), state(g));
    int rc = aw_sleep(1.5 * T);
    ev("meanwhile");
    for (int i = 0; i < 2 && rc == 0; i++) {
        rc = aw_await(g, NULL);
        ev("%s", gathered(g, 3));
    }
    aw_unref(g);
    return rc;
}

/* A27 A37 */
Test(trace_combine, gather_gives_values_in_the_order_of_its_arguments)
{
    run_main(gather);
    expect_trace("35_gather");
}

static int gather_errors(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    aw_future *t = spawn(give(50, "t", NULL), NULL);

    cancel_later(1, t);
    aw_awaitable xs[] = {aw_any(give(2, "a", NULL)), aw_any(fail(1, 7, NULL)),
                         aw_any(t), aw_any(give(0, "b", NULL))};
    aw_future *g = aw_gather(xs, 4, AW_RETURN_ERRORS);
    int rc = aw_await(g, NULL);
    ev("%s", gathered(g, 4));
    aw_unref(g), aw_unref(t);
    return rc;
}

/* A39 */
Test(trace_combine, gather_may_return_errors_in_their_places)
{
    run_main(gather_errors);
    expect_trace("37_gather_return_exceptions");
}

/* The names of n tasks that were made in alphabetical order. */
static const char *names(aw_future *const *ts, size_t n)
{
    const char *s = "[";

    for (size_t i = 0; i < n; i++)
        s = kit_print("%s%s%s", s, i ? " " : "", aw_task_name(ts[i]));
    return kit_print("%s]", s);
}

static int wait_mode(const char *label, aw_wait_mode mode)
{
    aw_future *tasks[] = {spawn(give(1, "1", NULL), "a"),
                          spawn(fail(2, 2, NULL), "b"),
                          spawn(give(3, "3", NULL), "c")};
    aw_future *fs[] = {tasks[0], tasks[1], tasks[2]};
    size_t done = 0;
    int rc = aw_wait(fs, 3, AW_FOREVER, mode, &done);

    ev("%s done %s pending %s", label, names(fs, done),
       names(fs + done, 3 - done));
    if (rc == 0)
        rc = aw_wait(fs, 3, AW_FOREVER, AW_ALL_COMPLETED, &done);
    ev("[%s %s %s]", state(tasks[0]), state(tasks[1]), state(tasks[2]));
    for (int i = 0; i < 3; i++)
        aw_unref(tasks[i]);
    return rc;
}

static int wait_modes(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    int rc = wait_mode("FIRST_COMPLETED", AW_FIRST_COMPLETED);

    if (rc == 0)
        rc = wait_mode("FIRST_EXCEPTION", AW_FIRST_ERROR);
    return rc < 0 ? rc : wait_mode("ALL_COMPLETED", AW_ALL_COMPLETED);
}

/* A42 */
Test(trace_combine, wait_knows_three_modes)
{
    run_main(wait_modes);
    expect_trace("40_wait_modes");
}

static int slow(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    int rc = aw_sleep(50 * T);
    ev("slow cleans up");
    int cleanup = aw_sleep(T);
    ev("slow leaves");
    return cleanup < 0 ? cleanup : rc;
}

static const char *waited_for(aw_awaitable a, double limit)
{
    aw_value value = {0};
    int rc = aw_wait_for(a, limit, &value);

    return told(rc, value);
}

static int wait_for(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    ev("in time %s", waited_for(aw_any(give(1, "v", NULL)), 3 * T));
    ev("error in time %s", waited_for(aw_any(fail(1, 3, NULL)), 3 * T));
    ev("no limit %s", waited_for(aw_any(give(1, "w", NULL)), AW_FOREVER));
    ev("late %s", waited_for(aw_any(aw_call(slow, NULL)), 2 * T));
    aw_future *f = aw_future_new(aw_get_running_loop());
    const char *end = waited_for(aw_any(f), T);
    ev("future %s %s", end, state(f));
    aw_unref(f);
    return 0;
}

/* A44 */
Test(trace_combine, wait_for_cancels_what_is_late_and_waits_for_its_end)
{
    run_main(wait_for);
    expect_trace("42_wait_for");
}

static int as_completed(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    aw_future *ts[] = {spawn(give(3, "c", NULL), NULL),
                       spawn(fail(2, 2, NULL), NULL),
                       spawn(give(1, "a", NULL), NULL)};
    aw_awaitable xs[] = {aw_any(ts[0]), aw_any(ts[1]), aw_any(ts[2])};
    aw_completions *c = aw_as_completed(xs, 3, AW_FOREVER);
    aw_future *f = NULL;
    int rc;

    while ((rc = aw_next(c, &f)) == 0)
        ev("%s", state(f));
    ev("none left [%s %s %s]", yes(is_done(ts[0])), yes(is_done(ts[1])),
       yes(is_done(ts[2])));
    aw_completions_free(c);
    for (int i = 0; i < 3; i++)
        aw_unref(ts[i]);
    return rc == AW_EEND ? 0 : rc;
}

/* A46 */
Test(trace_combine, as_completed_gives_outcomes_as_they_come)
{
    run_main(as_completed);
    expect_trace("44_as_completed");
}

static int shielding(void *inner, aw_value *ret)
{
    return aw_await(aw_give(aw_shield((aw_future *)inner)), ret);
}

static int shield(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    aw_future *inner = spawn(give(3, "kept", "inner"), NULL);
    aw_future *w = spawn(aw_call(shielding, inner), NULL);

    int rc = aw_sleep(T);
    ev("cancel %s", yes(aw_future_cancel(w)));
    const char *end = outcome(w);
    ev("waiter %s inner %s", end, state(inner));
    aw_value value = {0};
    if (rc == 0)
        rc = aw_await(inner, &value);
    ev("inner %s", text(value));
    aw_unref(w), aw_unref(inner);
    return rc;
}

/* A48 */
Test(trace_combine, shield_keeps_a_task_from_its_waiters_cancellation)
{
    run_main(shield);
    expect_trace("46_shield");
}
