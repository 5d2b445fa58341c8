#include "support/kit.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

/* Task groups: A59 to A63. Bodies are coroutines that enter and leave. */

TestSuite(group, .timeout = 30);

static const char *all(const int *errors, size_t n)
{
    const char *s = "[";

    for (size_t i = 0; i < n; i++)
        s = kit_print("%s%s%s", s, i ? " " : "", token(errors[i]));
    return kit_print("%s]", s);
}

static int add_while_leaving(void *group, aw_value *ret)
{
    (void)ret;
    int rc = aw_sleep(T);
    aw_group_create_task(group, give(2, NULL, "added"));
    ev("adds");
    return rc;
}

/* A59 A62 */
TaskTest(group, leaving_waits_also_for_members_added_meanwhile)
{
    aw_group g;

    expect_rc(aw_group_enter(&g), 0);
    aw_group_create_task(&g, aw_call(add_while_leaving, &g));
    expect_rc(aw_group_leave(&g, 0, NULL, NULL), 0);
    ev("left");
    expect_lines("adds\nadded done\nleft\n");
}

/* A59 */
TaskTest(group, without_members_is_left_at_once)
{
    aw_group g;
    size_t n = 5;

    aw_call_soon(loop, ev_line, "turn", NULL);
    expect_rc(aw_group_enter(&g), 0);
    expect_rc(aw_group_leave(&g, 0, NULL, &n), 0);
    cr_assert(eq(sz, n, 0));
    expect_lines("");
}

static int clean_and_fail(void *number, aw_value *ret)
{
    (void)ret;
    int rc = aw_sleep(50 * T);

    ev("told %s", token(rc));
    return APP(*(int *)number);
}

/* A60 */
TaskTest(group, all_errors_come_out_in_order_of_arrival_the_bodys_last)
{
    int two = 2, three = 3, errors[8];
    size_t n = 8;
    aw_group g;

    expect_rc(aw_group_enter(&g), 0);
    aw_group_create_task(&g, aw_call(clean_and_fail, &two));
    aw_group_create_task(&g, fail(1, 1, NULL));
    aw_group_create_task(&g, aw_call(clean_and_fail, &three));
    int rc = aw_sleep(50 * T);
    ev("body %s", token(rc));
    expect_rc(aw_group_leave(&g, APP(4), errors, &n), APP(1));
    ev("%s", all(errors, n));
    cr_assert(eq(u32, aw_task_cancelling(aw_current_task()), 0));
    expect_lines("told cancelled\ntold cancelled\nbody cancelled\n"
                 "[error 1 error 2 error 3 error 4]\n");
}

/* A60: the body is waiting in leave when the error comes. */
TaskTest(group, an_error_while_leaving_takes_its_request_back)
{
    int errors[2];
    size_t n = 2;
    aw_group g;

    expect_rc(aw_group_enter(&g), 0);
    aw_group_create_task(&g, fail(1, 1, NULL));
    aw_group_create_task(&g, give(50, NULL, "sibling"));
    expect_rc(aw_group_leave(&g, 0, errors, &n), APP(1));
    ev("%s", all(errors, n));
    cr_assert(eq(u32, aw_task_cancelling(aw_current_task()), 0));
    expect_rc(aw_sleep(T), 0);
    expect_lines("sibling cancelled\n[error 1]\n");
}

/* Precision 2: *n is the room on entry, the number on return. */
TaskTest(group, tells_how_many_errors_there_were_beyond_the_room)
{
    int two = 2, errors[2] = {0, 7};
    size_t n = 1;
    aw_group g;

    expect_rc(aw_group_enter(&g), 0);
    aw_group_create_task(&g, aw_call(clean_and_fail, &two));
    aw_group_create_task(&g, fail(1, 1, NULL));
    expect_rc(aw_group_leave(&g, 0, errors, &n), APP(1));
    cr_assert(eq(sz, n, 2));
    cr_assert(eq(int, errors[0], APP(1)));
    cr_assert(eq(int, errors[1], 7), "beyond the room nothing is written");
}

/* A60: more than anybody expects. */
TaskTest(group, many_members_may_fail)
{
    enum { MEMBERS = 50 };
    static int numbers[MEMBERS], errors[MEMBERS + 2];
    size_t n = MEMBERS + 2;
    aw_group g;

    expect_rc(aw_group_enter(&g), 0);
    for (int i = 0; i < MEMBERS; i++) {
        numbers[i] = i + 1;
        aw_group_create_task(&g, aw_call(clean_and_fail, &numbers[i]));
    }
    turns(1);
    trace_clear();
    expect_rc(aw_group_leave(&g, APP(99), errors, &n), APP(1));
    cr_assert(eq(sz, n, MEMBERS + 1));
    for (int i = 0; i < MEMBERS; i++)
        cr_assert(eq(int, errors[i], APP(i + 1)));
    cr_assert(eq(int, errors[MEMBERS], APP(99)));
}

/* A61 */
TaskTest(group, an_error_of_the_body_aborts_too)
{
    int errors[2];
    size_t n = 2;
    aw_group g;

    expect_rc(aw_group_enter(&g), 0);
    aw_group_create_task(&g, give(50, NULL, "member"));
    turns(1);
    expect_rc(aw_group_leave(&g, APP(5), errors, &n), APP(5));
    ev("%s", all(errors, n));
    expect_lines("member cancelled\n[error 5]\n");
}

struct body {
    aw_coro member;
    int rc;
    int errors[4];
    size_t n;
};

static int group_body(void *arg, aw_value *ret)
{
    struct body *b = arg;
    aw_group g;
    int rc = aw_group_enter(&g);

    (void)ret;
    if (rc < 0)
        return rc;
    aw_group_create_task(&g, b->member);
    rc = aw_sleep(b->rc ? 0 : 50 * T);
    b->n = 4;
    rc = aw_group_leave(&g, rc, b->errors, &b->n);
    ev("left %s %s", told(rc, (aw_value){0}), all(b->errors, b->n));
    return rc;
}

/* A61 */
TaskTest(group, a_cancellation_from_outside_aborts_waits_and_goes_on_outwards)
{
    struct body in_body = {.member = give(50, NULL, "member")};
    struct body leaving = {.member = give(50, NULL, "other"), .rc = 1};
    aw_future *a = spawn(aw_call(group_body, &in_body), NULL);
    aw_future *b = spawn(aw_call(group_body, &leaving), NULL);

    turns(4);
    aw_future_cancel(a);
    ev("%s", outcome(a));
    cr_assert(eq(int, aw_future_state(a), AW_CANCELLED));
    cr_assert(eq(u32, aw_task_cancelling(a), 1),
              "it was nobody's to take back");
    aw_future_cancel(b);
    ev("%s", outcome(b));
    aw_unref(a), aw_unref(b);
    expect_lines("member cancelled\nleft cancelled []\ncancelled\n"
                 "other cancelled\nleft cancelled []\ncancelled\n");
}

/* A61: unless members failed. */
TaskTest(group, cancelled_from_outside_the_errors_of_members_come_out)
{
    int nine = 9;
    struct body b = {.member = aw_call(clean_and_fail, &nine)};
    aw_future *t = spawn(aw_call(group_body, &b), NULL);

    turns(2);
    aw_future_cancel(t);
    ev("%s", outcome(t));
    aw_unref(t);
    expect_lines("told cancelled\nleft error 9 [error 9]\nerror 9\n");
}

/* A62 */
TaskTest(group, a_member_cancelled_on_its_own_is_no_error)
{
    aw_group g;

    expect_rc(aw_group_enter(&g), 0);
    aw_future *a = aw_group_create_task(&g, give(50, NULL, "a"));
    aw_group_create_task(&g, give(2, NULL, "b"));
    cancel_later(1, a);
    expect_rc(aw_group_leave(&g, 0, NULL, NULL), 0);
    expect_lines("a cancelled\nb done\n");
}

static int add_late(void *group, aw_value *ret)
{
    (void)ret;
    int drops = 0;
    int rc = aw_sleep(50 * T);
    aw_future *refused = aw_group_create_task(
        group, aw_call_own(add_while_leaving, &drops, count_drop));

    cr_assert(eq(int, aw_future_state(refused), AW_ERROR));
    cr_assert(eq(int, drops, 1));
    ev("refused while aborting");
    return rc;
}

/* A62, Precision 2 */
TaskTest(group, refuses_members_once_it_aborts_or_is_over)
{
    aw_group g;
    int drops = 0;

    trace_reports(loop);
    expect_rc(aw_group_enter(&g), 0);
    aw_group_create_task(&g, aw_call(add_late, &g));
    turns(1);
    expect_rc(aw_group_leave(&g, APP(1), NULL, NULL), APP(1));
    aw_future *refused = aw_group_create_task(
        &g, aw_call_own(add_while_leaving, &drops, count_drop));
    cr_assert(eq(int, aw_future_state(refused), AW_ERROR));
    cr_assert(eq(int, drops, 1));
    turns(2);
    expect_lines("refused while aborting\n");
}

static int inner_group(void *arg, aw_value *ret)
{
    aw_group g;
    int one = 1, rc = aw_group_enter(&g);

    (void)arg, (void)ret;
    if (rc < 0)
        return rc;
    aw_group_create_task(&g, aw_call(clean_and_fail, &one));
    aw_group_create_task(&g, fail(1, 2, NULL));
    rc = aw_group_leave(&g, 0, NULL, NULL);
    ev("inner left %s", token(rc));
    return rc;
}

/* A63, Precision 2: of an inner group only its first code goes on. */
TaskTest(group, an_inner_groups_error_is_one_error_of_the_outer_one)
{
    aw_group g;
    int errors[4];
    size_t n = 4;

    expect_rc(aw_group_enter(&g), 0);
    aw_group_create_task(&g, aw_call(inner_group, NULL));
    aw_group_create_task(&g, give(50, NULL, "outer member"));
    expect_rc(aw_group_leave(&g, 0, errors, &n), APP(2));
    ev("%s", all(errors, n));
    expect_lines("told cancelled\ninner left error 2\n"
                 "outer member cancelled\n[error 2]\n");
}

/* A63: cancelling the outer body passes through the inner group. */
static int nested_bodies(void *arg, aw_value *ret)
{
    aw_group outer, inner;

    (void)arg, (void)ret;
    expect_rc(aw_group_enter(&outer), 0);
    aw_group_create_task(&outer, fail(1, 6, NULL));
    expect_rc(aw_group_enter(&inner), 0);
    aw_group_create_task(&inner, give(50, NULL, "inner member"));
    int rc = aw_sleep(50 * T);
    rc = aw_group_leave(&inner, rc, NULL, NULL);
    ev("inner left %s", token(rc));
    rc = aw_group_leave(&outer, rc, NULL, NULL);
    ev("outer left %s", token(rc));
    return rc;
}

TaskTest(group, an_outer_error_cancels_through_an_inner_group)
{
    expect_rc(aw_await(aw_call(nested_bodies, NULL), NULL), APP(6));
    cr_assert(eq(u32, aw_task_cancelling(aw_current_task()), 0));
    expect_lines("inner member cancelled\ninner left cancelled\n"
                 "outer left error 6\n");
}

static int put_value(void *drops, aw_value *ret)
{
    *ret = (aw_value){drops, count_drop};
    return 0;
}

/* Memory follows the members that run, not those that ever ran. */
TaskTest(group, lets_go_of_a_member_when_it_ends)
{
    int drops = 0;
    aw_group g;

    expect_rc(aw_group_enter(&g), 0);
    aw_group_create_task(&g, aw_call(put_value, &drops));
    turns(3);
    cr_assert(eq(int, drops, 1));
    expect_rc(aw_group_leave(&g, 0, NULL, NULL), 0);
}

Test(group, needs_a_task)
{
    aw_group g;

    expect_rc(aw_group_enter(&g), AW_ENOTASK);
}
