#include "../support/kit.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* Scenarios of tasks: their order, ensure_future, factories, names, and what
   starts when. */

TestSuite(trace_task, .timeout = 30);

static int worker(void *name, aw_value *ret)
{
    ev("%s starts", (const char *)name);
    turns(1);
    ev("%s middle", (const char *)name);
    turns(1);
    ev("%s ends", (const char *)name);
    *ret = text_value(name);
    return 0;
}

static int create_task_order(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    aw_future *ts[3];

    for (int i = 0; i < 3; i++) {
        static const char *const names[] = {"a", "b", "c"};
        ts[i] = spawn(aw_call(worker, (void *)names[i]), NULL);
    }
    ev("created [%s %s %s]", state(ts[0]), state(ts[1]), state(ts[2]));
    turns(1);
    ev("turn over [%s %s %s]", state(ts[0]), state(ts[1]), state(ts[2]));
    for (int i = 0; i < 3; i++) {
        aw_value value = {0};
        int rc = aw_await(ts[i], &value);

        if (rc < 0)
            return rc;
        ev("joined %s", text(value));
        aw_unref(ts[i]);
    }
    return 0;
}

/* A19 A25 */
Test(trace_task, starts_later_in_the_order_of_creation_and_takes_turns)
{
    run_main(create_task_order);
    expect_trace("13_create_task_order");
}

static bool ensures_itself(aw_future *f, aw_loop *loop)
{
    aw_future *same = aw_ensure_future(f, loop);
    bool is_same = same == f;

    aw_unref(same);
    return is_same;
}

static int ensure_future(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    aw_loop *loop = aw_get_running_loop();
    aw_future *f = aw_future_new(loop);
    aw_future *t = spawn(give(0, "t", NULL), NULL);

    ev("future as it is %s", yes(ensures_itself(f, NULL)));
    ev("task as it is %s %s", yes(ensures_itself(t, NULL)),
       yes(ensures_itself(t, loop)));
    aw_future *u = aw_ensure_future(give(0, "u", NULL), NULL);
    ev("coroutine %s %s %s", yes(u->ops == &aw_task_ops),
       yes(aw_future_loop(u) == loop), state(u));
    aw_value tv = {0}, uv = {0};
    int rc = aw_await(t, &tv);
    if (rc == 0)
        rc = aw_await(u, &uv);
    ev("%s %s", text(tv), text(uv));
    aw_future *neither = aw_ensure_future(aw_of_future(NULL), NULL);
    ev("neither %s", state(neither));
    aw_future_cancel(f);
    aw_unref(neither), aw_unref(u), aw_unref(t), aw_unref(f);
    return rc;
}

/* A21 */
Test(trace_task, ensure_future_wraps_coroutines_only)
{
    run_main(ensure_future);
    expect_trace("15_ensure_future");
}

/* The helper of Fluent Python this project starts from. */
static const char *run_sync(aw_awaitable a)
{
    aw_value value = {0};
    int rc = aw_run_sync(a, &value);

    return told(rc, value);
}

static void set_b(void *future)
{
    aw_set_value(future, text_value("b"));
}

/* A5 A22 */
Test(trace_task, run_sync_takes_coroutines_futures_and_tasks)
{
    aw_loop *loop = virtual_loop();

    aw_set_event_loop(loop);
    ev("coroutine %s", run_sync(aw_any(give(1, "a", NULL))));
    ev("failing %s", run_sync(aw_any(fail(1, 5, NULL))));
    aw_future *f = aw_future_new(loop);
    aw_call_later(loop, T, set_b, f, NULL);
    ev("future %s", run_sync(aw_any(f)));
    aw_unref(f);
    aw_future *t = aw_ensure_future(give(1, "c", NULL), loop);
    const char *first = run_sync(aw_any(t));
    ev("task %s %s", first, run_sync(aw_any(t)));
    aw_unref(t);
    t = aw_create_task(loop, give(5, "d", "d"));
    cancel_later(1, t);
    ev("cancelled %s", run_sync(aw_any(t)));
    aw_unref(t);
    cr_assert(aw_loop_close(loop) == 0);
    aw_set_event_loop(NULL);
    aw_loop_unref(loop);

    expect_trace("17_run_sync");
}

static aw_future_ops loud_ops;

static aw_future *loud_factory(aw_loop *loop, aw_coro coro, void *data)
{
    (void)data;
    ev("factory %s", coro.name);
    return aw_task_new_as(loop, coro, &loud_ops, 0);
}

static int leaf(void *arg, aw_value *ret)
{
    (void)arg;
    *ret = text_value("leaf");
    return 0;
}

static int factory_main(void *arg, aw_value *ret)
{
    (void)arg;
    aw_loop *loop = aw_get_running_loop();
    aw_value value = {0};

    aw_future *t = spawn(aw_call(leaf, NULL), "n");
    int rc = aw_await(t, &value);
    ev("%s %s %s", t->ops->kind, aw_task_name(t), text(value));
    aw_future *same = aw_ensure_future(t, NULL);
    ev("%s", same->ops->kind);
    aw_unref(same);
    aw_awaitable both[] = {aw_any(aw_call(leaf, NULL)), aw_any(t)};
    aw_future *g = aw_gather(both, 2, 0);
    if (rc == 0)
        rc = aw_await(g, NULL);
    ev("%s", gathered(g, 2));
    aw_unref(g), aw_unref(t);
    aw_set_task_factory(loop, NULL, NULL);
    t = spawn(aw_call(leaf, NULL), NULL);
    if (rc == 0)
        rc = aw_await(t, &value);
    ev("%s %s", yes(t->ops == &aw_task_ops), text(value));
    aw_unref(t);
    *ret = text_value("over");
    return rc;
}

/* A23 */
Test(trace_task, a_factory_makes_every_task)
{
    aw_loop *loop = virtual_loop();
    aw_value value = {0};

    loud_ops = aw_task_ops;
    loud_ops.kind = "LoudTask";
    aw_set_task_factory(loop, loud_factory, NULL);
    ev("installed %s", yes(aw_get_task_factory(loop, NULL) == loud_factory));
    aw_coro entry = {.fn = factory_main, .name = "main"};
    cr_assert(aw_run_until_complete(loop, entry, &value) == 0);
    ev("%s", text(value));
    cr_assert(aw_loop_close(loop) == 0);
    aw_loop_unref(loop);

    expect_trace("18_task_factory");
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The sorted names of the unfinished tasks. */
static const char *names(void)
{
    aw_future *ts[8];
    const char *sorted[8], *s = "[";
    size_t n = aw_all_tasks(NULL, ts, 8);

    cr_assert(n <= 8);
    for (size_t i = 0; i < n; i++)
        sorted[i] = aw_task_name(ts[i]);
    qsort(sorted, n, sizeof(sorted[0]), compare_names);
    for (size_t i = 0; i < n; i++)
        s = kit_print("%s%s%s", s, i ? " " : "", sorted[i]);
    for (size_t i = 0; i < n; i++)
        aw_unref(ts[i]);
    return kit_print("%s]", s);
}

static void in_callback(void *data)
{
    (void)data;
    ev("in callback %s", aw_current_task() ? "a task" : "none");
}

static int child(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    ev("in %s %s", aw_task_name(aw_current_task()), names());
    return 0;
}

static int names_main(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    aw_future *me = aw_current_task();

    aw_task_set_name(me, "main");
    aw_future *a = spawn(aw_call(child, NULL), "a");
    aw_future *b = spawn(aw_call(child, NULL), NULL);
    aw_task_set_name(b, "b");
    ev("in %s %s", aw_task_name(aw_current_task()), names());
    aw_call_soon(aw_get_running_loop(), in_callback, NULL, NULL);
    int rc = aw_await(a, NULL);
    if (rc == 0)
        rc = aw_await(b, NULL);
    aw_unref(a), aw_unref(b);
    ev("%s %s", names(), yes(aw_current_task() == me));
    return rc;
}

/* A24 */
Test(trace_task, has_a_name_and_is_current_while_it_runs)
{
    run_main(names_main);
    expect_trace("21_names_and_current");
}

static int tells(void *name, aw_value *ret)
{
    ev("%s runs", (const char *)name);
    *ret = text_value(name);
    return 0;
}

/* wait_for as a coroutine: nothing happens until it is awaited. */
static int limited(void *coro, aw_value *ret)
{
    return aw_wait_for(*(aw_coro *)coro, T, ret);
}

static bool is_future(aw_awaitable a)
{
    return a.kind != AW_IS_CORO;
}

static int eager_or_lazy(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    aw_coro lazy = aw_call(tells, "lazy");
    aw_coro inside = aw_call(tells, "inside wait_for");
    aw_coro lazy_wait = aw_call(limited, &inside);
    aw_awaitable member = aw_any(aw_call(tells, "in gather"));
    aw_future *g = aw_gather(&member, 1, 0);
    aw_future *s = aw_shield(aw_call(tells, "in shield"));
    aw_future *e = aw_ensure_future(aw_call(tells, "ensured"), NULL);

    ev("futures [%s %s %s %s %s]", yes(is_future(aw_any(lazy))),
       yes(is_future(aw_any(lazy_wait))), yes(is_future(aw_any(g))),
       yes(is_future(aw_any(s))), yes(is_future(aw_any(e))));
    turns(2);
    const char *all = is_done(g) ? gathered(g, 1) : "pending";
    ev("two turns later value %s %s %s", all, state(s), state(e));
    aw_value value = {0};
    int rc = aw_await(lazy, &value);
    ev("%s", text(value));
    if (rc == 0)
        rc = aw_await(lazy_wait, &value);
    ev("%s", text(value));
    aw_unref(g), aw_unref(s), aw_unref(e);
    return rc;
}

/* A20 A27 */
Test(trace_task, futures_start_when_made_and_coroutines_when_awaited)
{
    run_main(eager_or_lazy);
    expect_trace("72_eager_or_lazy");
}
