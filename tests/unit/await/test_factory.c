#include "support/foreign.h"
#include "support/kit.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

/* The task factory (A22, A23) and its products: tasks of a derived class,
   objects of a foreign one, and one that wraps a task of ours. */

TestSuite(factory, .timeout = 30);

static int leaf(void *arg, aw_value *ret)
{
    (void)arg;
    *ret = text_value("leaf");
    return 0;
}

struct counted {
    int made;
};

static aw_future *counting_factory(aw_loop *loop, aw_coro coro, void *data)
{
    ((struct counted *)data)->made++;
    return aw_task_new(loop, coro);
}

static int make_by_every_way(void *data, aw_value *ret)
{
    struct counted *c = data;
    aw_group group;
    aw_future *f;

    (void)ret;
    cr_assert(eq(int, c->made, 1), "run_until_complete");
    aw_unref(spawn(aw_call(leaf, NULL), NULL));
    cr_assert(eq(int, c->made, 2), "create_task");
    aw_unref(aw_ensure_future(aw_call(leaf, NULL), NULL));
    cr_assert(eq(int, c->made, 3), "ensure_future");
    aw_awaitable xs[] = {aw_any(aw_call(leaf, NULL)),
                         aw_any(aw_call(leaf, NULL))};
    expect_rc(aw_await(aw_give(aw_gather(xs, 2, 0)), NULL), 0);
    cr_assert(eq(int, c->made, 5), "gather");
    expect_rc(aw_await(aw_give(aw_shield(aw_call(leaf, NULL))), NULL), 0);
    cr_assert(eq(int, c->made, 6), "shield");
    aw_completions *completions = aw_as_completed(xs, 2, AW_FOREVER);
    expect_rc(aw_next(completions, &f), 0);
    aw_completions_free(completions);
    cr_assert(eq(int, c->made, 8), "as_completed");
    expect_rc(aw_group_enter(&group), 0);
    aw_group_create_task(&group, aw_call(leaf, NULL));
    expect_rc(aw_group_leave(&group, 0, NULL, NULL), 0);
    cr_assert(eq(int, c->made, 9), "a group's create_task");
    expect_rc(aw_await(aw_call(leaf, NULL), NULL), 0);
    cr_assert(eq(int, c->made, 9), "an awaited coroutine makes no task");
    return 0;
}

/* A22 */
Test(factory, is_asked_once_for_each_coroutine_that_is_wrapped)
{
    aw_loop *loop = virtual_loop();
    struct counted c = {0};
    void *data = NULL;

    aw_set_task_factory(loop, counting_factory, &c);
    cr_assert(aw_get_task_factory(loop, &data) == counting_factory);
    cr_assert(eq(ptr, data, &c));
    expect_rc(aw_run_until_complete(loop, aw_call(make_by_every_way, &c), NULL),
              0);
    cr_assert(eq(int, c.made, 9));
    aw_set_task_factory(loop, NULL, NULL);
    expect_rc(aw_run_until_complete(loop, aw_call(leaf, NULL), NULL), 0);
    cr_assert(eq(int, c.made, 9));
    aw_loop_close(loop);
    aw_loop_unref(loop);
}

/* A derived class: what it adds, and an operation it replaces. */
struct loud {
    unsigned cancels;
    char zeroed[64];
};

static aw_future_ops loud_ops;

static bool loud_cancel(aw_future *f)
{
    ((struct loud *)aw_task_extra(f))->cancels++;
    return aw_task_ops.cancel(f);
}

static aw_future *loud_factory(aw_loop *loop, aw_coro coro, void *data)
{
    (void)data;
    return aw_task_new_as(loop, coro, &loud_ops, sizeof(struct loud));
}

static void use_loud(aw_loop *loop)
{
    loud_ops = aw_task_ops;
    loud_ops.kind = "LoudTask";
    loud_ops.cancel = loud_cancel;
    aw_set_task_factory(loop, loud_factory, NULL);
}

/* A23 */
TaskTest(factory, a_derived_class_has_bytes_of_its_own_and_its_operations)
{
    static const char zeros[64];

    use_loud(loop);
    aw_future *t = spawn(give(50, "v", "t"), "named");
    struct loud *extra = aw_task_extra(t);
    cr_assert(ne(ptr, extra, NULL));
    cr_assert(eq(int, memcmp(extra->zeroed, zeros, sizeof(zeros)), 0));
    cr_assert(eq(str, (char *)t->ops->kind, "LoudTask"));
    cr_assert(eq(str, (char *)aw_task_name(t), "named"));
    turns(1);
    cr_assert(aw_future_cancel(t));
    cr_assert(eq(u32, extra->cancels, 1));
    cr_assert(eq(u32, aw_task_cancelling(t), 1), "it is a task of ours");
    ev("%s", outcome(t));
    aw_unref(t);
    expect_lines("t cancelled\ncancelled\n");
}

static int await_it(void *future, aw_value *ret)
{
    return aw_await((aw_future *)future, ret);
}

/* A23 A30: cancelling passes through the replaced operation. */
TaskTest(factory, the_library_cancels_by_the_replaced_operation)
{
    use_loud(loop);
    aw_future *inner = spawn(give(50, "v", NULL), NULL);
    aw_future *outer = spawn(aw_call(await_it, inner), NULL);
    struct loud *extra = aw_task_extra(inner);

    turns(2);
    aw_future_cancel(outer);
    ev("%s", outcome(outer));
    cr_assert(eq(u32, extra->cancels, 1));
    expect_rc(aw_wait_for(inner, -1, NULL), AW_ECANCELED);
    aw_unref(outer), aw_unref(inner);
    expect_lines("cancelled\n");
}

/* A23: everything that takes a future takes a foreign one. */
static void use_as_future(aw_loop *loop, aw_future *(*make)(aw_loop *, aw_coro))
{
    aw_value value = {0};
    aw_future *f = make(loop, give(1, "a", NULL));

    expect_rc(aw_await(f, &value), 0);
    cr_assert(eq(str, (char *)text(value), "a"));
    expect_rc(aw_await(aw_give(f), &value), 0);
    cr_assert(eq(str, (char *)text(value), "a"));
    expect_rc(aw_await(aw_give(make(loop, fail(1, 3, NULL))), NULL), APP(3));
    aw_awaitable xs[] = {aw_give(make(loop, give(2, "b", NULL))),
                         aw_give(make(loop, give(1, "c", NULL)))};
    aw_future *g = aw_gather(xs, 2, 0);
    expect_rc(aw_await(g, NULL), 0);
    cr_assert(eq(str, (char *)gathered(g, 2), "[b c]"));
    aw_unref(g);
    aw_future *fs[] = {make(loop, give(2, "d", NULL)),
                       make(loop, give(1, "e", NULL))};
    size_t done = 0;
    expect_rc(aw_wait(fs, 2, AW_FOREVER, AW_FIRST_COMPLETED, &done), 0);
    cr_assert(eq(sz, done, 1));
    cr_assert(eq(str, (char *)state(fs[0]), "value e"));
    aw_unref(fs[0]);
    expect_rc(aw_wait_for(aw_give(fs[1]), 9 * T, &value), 0);
    cr_assert(eq(str, (char *)text(value), "d"));
    f = make(loop, give(50, NULL, NULL));
    expect_rc(aw_wait_for(f, T, NULL), AW_ETIMEDOUT);
    cr_assert(eq(int, aw_future_state(f), AW_CANCELLED));
    aw_unref(f);
    f = aw_shield(aw_give(make(loop, give(1, "f", NULL))));
    expect_rc(aw_await(aw_give(f), &value), 0);
    cr_assert(eq(str, (char *)text(value), "f"));
}

static void use_completed(aw_loop *loop, aw_future *(*make)(aw_loop *, aw_coro))
{
    aw_awaitable xs[] = {aw_give(make(loop, give(2, "g", NULL))),
                         aw_give(make(loop, give(1, "h", NULL)))};
    aw_completions *c = aw_as_completed(xs, 2, AW_FOREVER);
    aw_future *f = NULL;

    expect_rc(aw_next(c, &f), 0);
    cr_assert(eq(str, (char *)state(f), "value h"));
    expect_rc(aw_next(c, &f), 0);
    cr_assert(eq(str, (char *)state(f), "value g"));
    expect_rc(aw_next(c, &f), AW_EEND);
    aw_completions_free(c);
    f = make(loop, give(50, NULL, NULL));
    aw_future *waiter = spawn(aw_call(await_it, f), NULL);
    turns(2);
    aw_future_cancel(waiter);
    expect_rc(aw_await(aw_give(waiter), NULL), AW_ECANCELED);
    cr_assert(eq(int, aw_future_state(f), AW_CANCELLED));
    cr_assert(eq(u32, aw_task_cancelling(f), 0));
    cr_assert(eq(ptr, aw_task_extra(f), NULL));
    expect_rc(aw_set_value(f, text_value("x")), AW_ESTATE);
    aw_unref(f);
}

/* A23 */
TaskTest(factory, a_foreign_object_works_wherever_a_future_does)
{
    use_as_future(loop, foreign_new);
    use_completed(loop, foreign_new);
    cr_assert(eq(int, foreign_alive(), 0), "each was freed");
}

/* A23: also one that delegates to a task of ours. */
TaskTest(factory, a_wrapper_of_a_task_works_wherever_a_future_does)
{
    use_as_future(loop, wrapper_new);
    use_completed(loop, wrapper_new);
    turns(2);
    cr_assert(eq(int, foreign_alive(), 0));
}

static aw_future *wrapper_factory(aw_loop *loop, aw_coro coro, void *data)
{
    (void)data;
    return wrapper_new(loop, coro);
}

static int tell_current(void *wrapper, aw_value *ret)
{
    aw_future *task = aw_current_task();

    ev("in %s, %s", aw_task_name(task),
       task == wrapper ? "the wrapper" : "the inner task");
    *ret = text_value("v");
    return 0;
}

static void tell_whose(aw_future *f, void *wrapper)
{
    ev("callback of %s", f == wrapper ? "the wrapper" : "the inner task");
}

static int main_in_wrapper(void *arg, aw_value *ret)
{
    (void)arg;
    aw_future *w = spawn(aw_call(tell_current, NULL), "outer name");
    aw_group group;

    cr_assert(eq(str, (char *)w->ops->kind, "Wrapper"));
    aw_add_done(w, tell_whose, w);
    expect_rc(aw_await(w, NULL), 0);
    ev("%s", aw_task_name(w));
    aw_unref(w);
    expect_rc(aw_group_enter(&group), 0);
    aw_group_create_task(&group, give(1, NULL, "member"));
    expect_rc(aw_group_leave(&group, 0, NULL, NULL), 0);
    *ret = text_value("over");
    return 0;
}

/* A23: current_task is the inner one, callbacks are given the wrapper. */
Test(factory, may_wrap_every_task_of_a_loop)
{
    aw_loop *loop = virtual_loop();
    aw_value value = {0};

    aw_set_task_factory(loop, wrapper_factory, NULL);
    expect_rc(
        aw_run_until_complete(loop, aw_call(main_in_wrapper, NULL), &value), 0);
    cr_assert(eq(str, (char *)text(value), "over"));
    aw_stop(loop);
    expect_rc(aw_run_forever(loop), 0);
    cr_assert(eq(int, foreign_alive(), 0));
    aw_loop_close(loop);
    aw_loop_unref(loop);
    expect_lines("in outer name, the inner task\ncallback of the wrapper\n"
                 "outer name\nmember done\n");
}

/* Precision 12 */
TaskTest(factory, all_tasks_lists_tasks_of_ours_only)
{
    aw_future *f = foreign_new(loop, give(1, NULL, NULL));
    aw_future *w = wrapper_new(loop, give(1, NULL, NULL));
    aw_future *found[4] = {NULL};

    /* The foreign object runs its coroutine in a task of ours, too. */
    cr_assert(eq(sz, aw_all_tasks(loop, found, 4), 3));
    for (int i = 0; i < 3; i++) {
        cr_assert(found[i] != f && found[i] != w);
        aw_unref(found[i]);
    }
    expect_rc(aw_await(aw_give(f), NULL), 0);
    expect_rc(aw_await(aw_give(w), NULL), 0);
}

static aw_future *refusing_factory(aw_loop *loop, aw_coro coro, void *data)
{
    aw_future *f = aw_future_new(loop);

    (void)data;
    if (coro.drop)
        coro.drop(coro.arg);
    aw_set_error(f, APP(77));
    return f;
}

/* A23: a factory says no by a failed future. */
TaskTest(factory, may_refuse)
{
    int drops = 0;
    aw_coro coro = aw_call_own(leaf, &drops, count_drop);

    aw_set_task_factory(loop, refusing_factory, NULL);
    expect_rc(aw_await(aw_give(aw_create_task(NULL, coro)), NULL), APP(77));
    aw_awaitable x = aw_any(coro);
    expect_rc(aw_await(aw_give(aw_gather(&x, 1, 0)), NULL), APP(77));
    cr_assert(eq(int, drops, 2));
    aw_set_task_factory(loop, NULL, NULL);
}
