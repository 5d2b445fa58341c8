#include "support/kit.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdint.h>
#include <stdlib.h>

/* Queues, beyond what the recorded scenarios show. */

TestSuite(queue, .timeout = 30);

static aw_queue queue_of(size_t bound)
{
    aw_queue q;

    cr_assert(eq(int, aw_queue_init(&q, bound, AW_FIFO, NULL), 0));
    return q;
}

static const char *code(int rc)
{
    switch (rc) {
    case AW_ECLOSED:
        return "closed";
    case AW_EEND:
        return "the end";
    case AW_EFULL:
        return "full";
    case AW_EEMPTY:
        return "empty";
    default:
        return token(rc);
    }
}

struct user {
    aw_queue *queue;
    const char *name;
};

static int get_one(void *arg, aw_value *ret)
{
    struct user *u = arg;
    aw_value v;
    int rc = aw_queue_get(u->queue, &v);

    (void)ret;
    ev("%s %s", u->name, rc < 0 ? code(rc) : text(v));
    return rc;
}

static int put_one(void *arg, aw_value *ret)
{
    struct user *u = arg;
    int rc = aw_queue_put(u->queue, text_value(u->name));

    (void)ret;
    ev("put %s %s", u->name, rc < 0 ? code(rc) : "done");
    return rc;
}

static int compare_nothing(const aw_value *a, const aw_value *b)
{
    (void)a, (void)b;
    return 0;
}

Test(queue, a_compare_that_is_missing_or_surplus_is_refused)
{
    aw_queue q;

    expect_rc(aw_queue_init(&q, 0, AW_PRIORITY, NULL), AW_EINVAL);
    expect_rc(aw_queue_init(&q, 0, AW_FIFO, compare_nothing), AW_EINVAL);
    expect_rc(aw_queue_init(&q, 0, AW_LIFO, compare_nothing), AW_EINVAL);
}

Test(queue, outside_a_task_only_what_need_not_wait_is_done)
{
    aw_queue q = queue_of(1);
    aw_value v;

    expect_rc(aw_queue_get(&q, &v), AW_ENOTASK);
    expect_rc(aw_queue_put(&q, text_value("a")), 0);
    expect_rc(aw_queue_put(&q, text_value("b")), AW_ENOTASK);
    expect_rc(aw_queue_join(&q), AW_ENOTASK);
    expect_rc(aw_queue_get(&q, &v), 0);
    aw_queue_free(&q);
}

static int by_number(const aw_value *a, const aw_value *b)
{
    return (int)((intptr_t)a->ptr % 100 - (intptr_t)b->ptr % 100);
}

/* Numbers with the same remainder by 100 are equal; 1,000 of each grow. */
Test(queue, many_items_come_out_least_first_and_equals_first_put_first)
{
    enum { COUNT = 5000 };
    aw_queue q;
    aw_value last = {0};
    uint32_t seed = 1;

    expect_rc(aw_queue_init(&q, 0, AW_PRIORITY, by_number), 0);
    for (intptr_t i = 1; i <= COUNT; i++) {
        seed = seed * 1664525 + 1013904223;
        aw_value v = {.ptr = (void *)(i * 100 + (intptr_t)(seed >> 16) % 100)};
        expect_rc(aw_queue_try_put(&q, v), 0);
    }
    for (int i = 0; i < COUNT; i++) {
        aw_value v;

        expect_rc(aw_queue_try_get(&q, &v), 0);
        int order = i == 0 ? -1 : by_number(&last, &v);
        cr_assert(order < 0 || (order == 0 && last.ptr < v.ptr));
        last = v;
    }
    aw_queue_free(&q);
}

Test(queue, a_ring_that_grows_while_it_is_wrapped_keeps_its_order)
{
    aw_queue q = queue_of(0);
    intptr_t in = 1, out = 1;

    for (int round = 0; round < 50; round++) {
        aw_value v;

        for (int i = 0; i < 7; i++)
            expect_rc(aw_queue_try_put(&q, (aw_value){.ptr = (void *)in++}), 0);
        for (int i = 0; i < 5; i++) {
            expect_rc(aw_queue_try_get(&q, &v), 0);
            cr_assert(eq(int, (int)(intptr_t)v.ptr, (int)out++));
        }
    }
    aw_queue_free(&q);
}

/* A56 */
TaskTest(queue, a_getter_cancelled_after_it_was_chosen_wakes_the_next)
{
    aw_queue q = queue_of(0);
    aw_future *a = spawn(aw_call(get_one, &((struct user){&q, "a"})), NULL);
    aw_future *b = spawn(aw_call(get_one, &((struct user){&q, "b"})), NULL);

    turns(1);
    expect_rc(aw_queue_try_put(&q, text_value("item")), 0);
    cr_assert(aw_future_cancel(a));
    turns(3);
    expect_lines("a cancelled\nb item\n");
    aw_unref(a), aw_unref(b);
    aw_queue_free(&q);
}

TaskTest(queue, a_putter_cancelled_after_it_was_chosen_wakes_the_next)
{
    aw_queue q = queue_of(1);
    aw_future *a, *b;
    aw_value v;

    expect_rc(aw_queue_put(&q, text_value("first")), 0);
    a = spawn(aw_call(put_one, &((struct user){&q, "a"})), NULL);
    b = spawn(aw_call(put_one, &((struct user){&q, "b"})), NULL);
    turns(1);
    expect_rc(aw_queue_try_get(&q, &v), 0);
    cr_assert(aw_future_cancel(a));
    turns(3);
    expect_lines("put a cancelled\nput b done\n");
    cr_assert(eq(sz, aw_queue_size(&q), 1));
    aw_unref(a), aw_unref(b);
    aw_queue_free(&q);
}

/* As in CPython 3.11: the chosen one finds nothing, and queues up again. */
TaskTest(queue, a_chosen_getter_can_be_overtaken_and_waits_again)
{
    aw_queue q = queue_of(0);
    aw_future *a = spawn(aw_call(get_one, &((struct user){&q, "a"})), NULL);
    aw_value v;

    turns(1);
    expect_rc(aw_queue_try_put(&q, text_value("one")), 0);
    expect_rc(aw_queue_get(&q, &v), 0);
    turns(2);
    expect_lines("");
    expect_rc(aw_queue_try_put(&q, text_value("two")), 0);
    turns(2);
    expect_lines("a two\n");
    aw_unref(a);
    aw_queue_free(&q);
}

/* CPython 3.13's shutdown(). */
TaskTest(queue, a_closed_queue_gives_what_is_left_and_then_its_end)
{
    aw_queue q = queue_of(2);
    aw_future *p;
    aw_value v;

    expect_rc(aw_queue_put(&q, text_value("one")), 0);
    expect_rc(aw_queue_put(&q, text_value("two")), 0);
    p = spawn(aw_call(put_one, &((struct user){&q, "three"})), NULL);
    turns(1);
    expect_rc(aw_queue_close(&q), 0);
    expect_rc(aw_queue_close(&q), 0);
    cr_assert(aw_queue_closed(&q));
    expect_rc(aw_queue_try_put(&q, text_value("late")), AW_ECLOSED);
    expect_rc(aw_queue_put(&q, text_value("late")), AW_ECLOSED);
    expect_rc(aw_queue_get(&q, &v), 0);
    ev("%s", text(v));
    expect_rc(aw_queue_try_get(&q, &v), 0);
    ev("%s", text(v));
    expect_rc(aw_queue_get(&q, &v), AW_EEND);
    expect_rc(aw_queue_try_get(&q, &v), AW_EEND);
    turns(2);
    expect_lines("one\ntwo\nput three closed\n");
    aw_unref(p);
    aw_queue_free(&q);
}

TaskTest(queue, closing_wakes_all_who_wait_to_get)
{
    aw_queue q = queue_of(0);
    aw_future *a = spawn(aw_call(get_one, &((struct user){&q, "a"})), NULL);
    aw_future *b = spawn(aw_call(get_one, &((struct user){&q, "b"})), NULL);

    turns(1);
    expect_rc(aw_queue_close(&q), 0);
    turns(2);
    expect_lines("a the end\nb the end\n");
    aw_unref(a), aw_unref(b);
    aw_queue_free(&q);
}

static int join(void *queue, aw_value *ret)
{
    int rc = aw_queue_join(queue);

    (void)ret;
    ev("joined");
    return rc;
}

TaskTest(queue, closing_leaves_those_who_join_and_closing_now_lets_them_go)
{
    int dropped = 0;
    aw_queue q = queue_of(0);
    aw_future *j;
    aw_value v;

    for (int i = 0; i < 3; i++)
        expect_rc(aw_queue_put(&q, (aw_value){&dropped, count_drop}), 0);
    expect_rc(aw_queue_get(&q, &v), 0);
    j = spawn(aw_call(join, &q), NULL);
    turns(1);
    expect_rc(aw_queue_close(&q), 0);
    turns(2);
    expect_lines("");
    expect_rc(aw_queue_close_now(&q), 0);
    cr_assert(eq(int, dropped, 2));
    turns(2);
    expect_lines("");
    expect_rc(aw_queue_task_done(&q), 0);
    expect_rc(aw_queue_task_done(&q), AW_ESTATE);
    turns(2);
    expect_lines("joined\n");
    aw_unref(j);
    aw_queue_free(&q);
    cr_assert(eq(int, dropped, 2), "what was got is the caller's");
}

Test(queue, freeing_drops_what_is_left_once)
{
    int dropped = 0;
    aw_queue q = queue_of(2);
    aw_value v = {&dropped, count_drop};

    expect_rc(aw_queue_try_put(&q, v), 0);
    expect_rc(aw_queue_try_put(&q, v), 0);
    expect_rc(aw_queue_try_put(&q, v), AW_EFULL);
    cr_assert(eq(int, dropped, 0), "what was refused is the caller's");
    aw_queue_free(&q);
    cr_assert(eq(int, dropped, 2));
    aw_queue_free(&q);
    cr_assert(eq(int, dropped, 2));
}
