#include "turns.h"

#include <criterion/criterion.h>

/* Turns of gather, wait, as_completed and shield. */

TestSuite(turns_combine, .timeout = 30);

static int gather_values(void *arg, aw_value *ret)
{
    aw_awaitable xs[] = {aw_any(steps("a", 3, 0)), aw_any(steps("b", 1, 0)),
                         aw_any(steps("c", 2, 0))};
    aw_future *g = aw_gather(xs, 3, 0);

    (void)arg, (void)ret;
    start();
    aw_add_done(g, tell_done, "gather done");
    int rc = aw_await(g, NULL);
    const char *values = gathered(g, 3);
    ev_turn("%s", values);
    aw_awaitable twice[] = {aw_any(g), aw_any(g)};
    aw_future *gg = aw_gather(twice, 2, 0);
    if (rc == 0)
        rc = aw_await(gg, NULL);
    const char *a = gathered(aw_gather_member(gg, 0), 3);
    ev_turn("[%s %s]", a, gathered(aw_gather_member(gg, 1), 3));
    stop();
    aw_unref(g), aw_unref(gg);
    return rc;
}

static int gather_error(void *arg, aw_value *ret)
{
    aw_awaitable xs[] = {aw_any(steps("a", 3, 0)), aw_any(steps("b", 1, 7)),
                         aw_any(steps("c", 2, 8))};
    aw_future *g = aw_gather(xs, 3, 0);

    (void)arg, (void)ret;
    start();
    const char *end = outcome(g);
    ev_turn("%s", end);
    turns(4);
    stop();
    aw_unref(g);
    return 0;
}

static int cancel_gather(unsigned flags)
{
    aw_future *ms[] = {spawn(cleaning("a", 3), NULL),
                       spawn(cleaning("b", 1), NULL)};
    aw_awaitable xs[] = {aw_any(ms[0]), aw_any(ms[1])};
    aw_future *g = aw_gather(xs, 2, flags);
    aw_future *w = spawn(awaiting("waiter", aw_any(g)), NULL);

    turns(2);
    start();
    ev_turn("cancel %s", yes(aw_future_cancel(w)));
    int rc = aw_await(w, NULL);
    ev_turn("main [%s %s]", yes(is_done(ms[0])), yes(is_done(ms[1])));
    if (rc == 0)
        rc = aw_wait(ms, 2, AW_FOREVER, AW_ALL_COMPLETED, NULL);
    stop();
    aw_unref(w), aw_unref(g), aw_unref(ms[0]), aw_unref(ms[1]);
    return rc;
}

static int gather_cancel(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    return cancel_gather(0);
}

static int gather_cancel_errors(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    return cancel_gather(AW_RETURN_ERRORS);
}

static int gather_too_late(void *arg, aw_value *ret)
{
    aw_future *f = aw_future_new(NULL);
    aw_awaitable x = aw_any(f);
    aw_future *g = aw_gather(&x, 1, 0);
    aw_future *w = spawn(awaiting("waiter", aw_any(g)), NULL);

    (void)arg, (void)ret;
    turns(2);
    start();
    aw_set_value(f, text_value("v"));
    ev_turn("cancel gather %s", yes(aw_future_cancel(g)));
    ev_turn("cancel waiter %s", yes(aw_future_cancel(w)));
    int rc = aw_await(w, NULL);
    const char *values = aw_await(g, NULL) == 0 ? gathered(g, 1) : "?";
    ev_turn("gather value %s", values);
    stop();
    aw_unref(w), aw_unref(g), aw_unref(f);
    return rc;
}

static int wait_turns(aw_wait_mode mode)
{
    aw_future *ts[] = {spawn(steps("a", 1, 0), NULL),
                       spawn(steps("b", 2, 5), NULL),
                       spawn(steps("c", 4, 0), NULL)};
    size_t done = 0;

    start();
    int rc = aw_wait(ts, 3, AW_FOREVER, mode, &done);
    ev_turn("%zu %zu", done, 3 - done);
    if (rc == 0)
        rc = aw_wait(ts, 3, AW_FOREVER, AW_ALL_COMPLETED, &done);
    ev_turn("%zu %zu", done, 3 - done);
    if (rc == 0)
        rc = aw_wait(ts, 3, AW_FOREVER, AW_ALL_COMPLETED, &done);
    ev_turn("main");
    stop();
    for (int i = 0; i < 3; i++) {
        (void)state(ts[i]); /* read */
        aw_unref(ts[i]);
    }
    return rc;
}

static int wait_first(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    return wait_turns(AW_FIRST_COMPLETED);
}

static int wait_error(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    return wait_turns(AW_FIRST_ERROR);
}

static int wait_all(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    return wait_turns(AW_ALL_COMPLETED);
}

static int wait_cancel(void *arg, aw_value *ret)
{
    aw_future *t = spawn(steps("a", 9, 0), NULL);
    aw_future *w = spawn(waiting("waiter", t, AW_FOREVER), NULL);

    (void)arg, (void)ret;
    turns(2);
    start();
    aw_future_cancel(w);
    (void)outcome(w);
    ev_turn("main %s", yes(is_done(t)));
    stop();
    int rc = aw_await(t, NULL);
    aw_unref(t), aw_unref(w);
    return rc;
}

static int completed_turns(void *arg, aw_value *ret)
{
    aw_awaitable ts[] = {aw_give(spawn(steps("a", 3, 0), NULL)),
                         aw_give(spawn(steps("b", 1, 5), NULL)),
                         aw_give(spawn(steps("c", 1, 0), NULL))};
    aw_future *f = NULL;
    int rc;

    (void)arg, (void)ret;
    start();
    aw_completions *c = aw_as_completed(ts, 3, AW_FOREVER);
    while ((rc = aw_next(c, &f)) == 0) {
        const char *end = state(f);

        ev_turn("got %s", end);
    }
    stop();
    aw_completions_free(c);
    return rc == AW_EEND ? 0 : rc;
}

static int shield_turn(const char *decide, int how)
{
    aw_future *f = aw_future_new(NULL);
    aw_future *w = spawn(awaiting("waiter", aw_give(aw_shield(f))), NULL);

    turns(2);
    start();
    if (how == 0)
        aw_set_value(f, text_value("v"));
    else
        aw_future_cancel(how == 1 ? f : w);
    int rc = aw_await(w, NULL);
    ev_turn("main %s %s", decide, yes(is_done(f)));
    stop();
    turns(2);
    aw_unref(w), aw_unref(f);
    return rc;
}

static int shield_turns(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    int rc = shield_turn("value", 0);

    if (rc == 0)
        rc = shield_turn("cancel inner", 1);
    return rc == 0 ? shield_turn("cancel outer", 2) : rc;
}

/* A37-A43 A46 A48 */
Test(turns_combine, everything_happens_in_the_turn_it_does_in_cpython)
{
    scenario("gather_values", gather_values);
    scenario("gather_error", gather_error);
    scenario("gather_cancel", gather_cancel);
    scenario("gather_cancel_errors", gather_cancel_errors);
    scenario("gather_too_late", gather_too_late);
    scenario("wait_first", wait_first);
    scenario("wait_error", wait_error);
    scenario("wait_all", wait_all);
    scenario("wait_cancel", wait_cancel);
    scenario("completed_turns", completed_turns);
    scenario("shield_turns", shield_turns);
    expect_trace("turns_combine");
}
