#include "../support/kit.h"

#include <criterion/criterion.h>

/* Scenarios of semaphores, groups and timeouts. */

TestSuite(trace_scope, .timeout = 30);

struct room {
    aw_semaphore *places;
    int inside;
};

struct visitor {
    struct room *room;
    const char *name;
};

static int visitor(void *arg, aw_value *ret)
{
    struct visitor *v = arg;
    (void)ret;
    int rc = aw_semaphore_acquire(v->room->places);

    if (rc < 0)
        return rc;
    v->room->inside++;
    ev("%s in %d", v->name, v->room->inside);
    rc = aw_sleep(T);
    v->room->inside--;
    aw_semaphore_release(v->room->places);
    return rc;
}

static const char *release(aw_semaphore *s)
{
    return told(aw_semaphore_release(s), (aw_value){0});
}

static int semaphore(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    aw_semaphore s;
    struct room room = {&s, 0};
    struct visitor visitors[] = {
        {&room, "a"}, {&room, "b"}, {&room, "c"}, {&room, "d"}, {&room, "e"}};
    aw_awaitable xs[5];

    int rc = aw_semaphore_init(&s, 2, 2);
    ev("locked %s", yes(s.value == 0));
    for (int i = 0; i < 5; i++)
        xs[i] = aw_any(aw_call(visitor, &visitors[i]));
    if (rc == 0)
        rc = aw_await(aw_give(aw_gather(xs, 5, 0)), NULL);
    bool locked = s.value == 0;
    ev("locked %s one too many %s", yes(locked), release(&s));
    aw_semaphore plain;
    aw_semaphore_init(&plain, 0, 0);
    locked = plain.value == 0;
    const char *released = release(&plain);
    ev("locked %s %s %s", yes(locked), released, yes(plain.value == 0));
    ev("negative %s", token(aw_semaphore_init(&plain, -1, 0)));
    return rc;
}

/* A51 A52 */
Test(trace_scope, a_semaphore_admits_n_in_the_order_of_their_coming)
{
    run_main(semaphore);
    expect_trace("50_semaphore");
}

static int failing_group(void *arg, aw_value *ret)
{
    (void)ret;
    const char **group_token = arg;
    aw_group g;
    int errors[4];
    size_t n = 4;

    int rc = aw_group_enter(&g);
    if (rc < 0)
        return rc;
    aw_group_create_task(&g, give(50, "0", "sibling"));
    aw_group_create_task(&g, fail(1, 5, NULL));
    ev("body %s", outcome(give(50, NULL, NULL)));
    ev("body goes on, requests %u", aw_task_cancelling(aw_current_task()));
    rc = aw_group_leave(&g, 0, errors, &n);
    const char *s = "group(";
    for (size_t i = 0; i < n; i++)
        s = kit_print("%s%s%s", s, i ? ", " : "", token(errors[i]));
    *group_token = kit_print("%s)", s);
    return rc;
}

static int task_group(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    aw_group g;
    int rc = aw_group_enter(&g);

    if (rc < 0)
        return rc;
    aw_future *a = aw_ref(aw_group_create_task(&g, give(2, "a", "a")));
    aw_future *b = aw_ref(aw_group_create_task(&g, give(1, "b", "b")));
    ev("body ends");
    rc = aw_group_leave(&g, 0, NULL, NULL);
    ev("all done %s %s", state(a), state(b));
    aw_unref(a), aw_unref(b);
    if (rc < 0)
        return rc;

    const char *group_token = "none";
    rc = aw_await(aw_call(failing_group, &group_token), NULL);
    ev("%s", group_token);
    ev("requests left %u", aw_task_cancelling(aw_current_task()));
    return rc == APP(5) ? 0 : AW_EINVAL;
}

/* A59 A60 */
Test(trace_scope, a_group_waits_for_all_and_aborts_at_the_first_error)
{
    run_main(task_group);
    expect_trace("57_taskgroup");
}

struct limits {
    double limit, work;
};

static int limited(void *arg, aw_value *ret)
{
    (void)ret;
    struct limits *l = arg;
    aw_timeout t;
    int rc = aw_timeout_enter(&t, l->limit);

    if (rc < 0)
        return rc;
    bool expired = aw_timeout_expired(&t);
    const char *end = outcome(give(l->work, "slept", NULL));
    ev("in %s %s", yes(expired), end);
    ev("last line of the body");
    rc = aw_timeout_leave(&t, 0);
    ev("out %s", yes(aw_timeout_expired(&t)));
    return rc;
}

static int raising(void *arg, aw_value *ret)
{
    (void)ret;
    aw_timeout t;
    int rc = aw_timeout_enter(&t, *(double *)arg);

    if (rc < 0)
        return rc;
    rc = aw_sleep(50 * T);
    ev("cleanup, requests %u", aw_task_cancelling(aw_current_task()));
    return aw_timeout_leave(&t, rc);
}

static int timeouts(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    struct limits in_time = {3 * T, 1}, late = {T, 50}, none = {AW_FOREVER, 1};
    double unit = T;

    ev("%s", outcome(aw_call(limited, &in_time)));
    ev("%s", outcome(aw_call(raising, &unit)));
    ev("requests %u", aw_task_cancelling(aw_current_task()));
    ev("swallowed: %s", outcome(aw_call(limited, &late)));
    ev("no limit %s", outcome(aw_call(limited, &none)));
    return 0;
}

/* A64 */
Test(trace_scope, a_timeout_turns_its_cancellation_into_timeout_at_its_edge)
{
    run_main(timeouts);
    expect_trace("60_timeout");
}
