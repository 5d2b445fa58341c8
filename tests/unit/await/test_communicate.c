#include "support/kit.h"
#include "support/spawned.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* All pipes of a child process at once; and who closes it meanwhile. */

TestSuite(communicate, .timeout = 60);

TaskTest(communicate, communicate_moves_more_than_pipes_hold)
{
    size_t n = 1000000;
    char *input = malloc(n);
    aw_process *p = start("tee /dev/stderr", &pipes);
    aw_bytes out, err;

    cr_assert(ne(ptr, input, NULL));
    for (size_t i = 0; i < n; i++)
        input[i] = (char)(i % 251);
    expect_rc(aw_process_communicate(p, input, n, &out, &err), 0);
    cr_assert(eq(sz, out.size, n));
    cr_assert(eq(int, memcmp(out.data, input, n), 0));
    cr_assert(eq(int, out.data[n], 0));
    cr_assert(eq(sz, err.size, n));
    cr_assert(eq(int, memcmp(err.data, input, n), 0));
    cr_assert(eq(int, status_of(p), 0));
    free(out.data);
    free(err.data);
    free(input);
    aw_process_close(p);
}

TaskTest(communicate, communicate_does_not_mind_who_reads_nothing)
{
    static char much[200000];
    aw_process *p = start("echo said; exit 9", &pipes);
    aw_bytes out = {0};

    expect_rc(aw_process_communicate(p, much, sizeof(much), &out, NULL), 0);
    cr_assert(eq(str, out.data, "said\n"));
    cr_assert(eq(int, status_of(p), 9));
    free(out.data);
    aw_process_close(p);
    p = start("exit 8", NULL);
    expect_rc(aw_process_communicate(p, NULL, 0, &out, NULL), 0);
    cr_assert(eq(sz, out.size, 0));
    cr_assert(eq(int, status_of(p), 8));
    free(out.data);
    aw_process_close(p);
}

static int communicate(void *arg, aw_value *ret)
{
    aw_bytes out;

    (void)ret;
    return aw_process_communicate(arg, NULL, 0, &out, NULL);
}

TaskTest(communicate, cancelling_communicate_leaves_it_alone)
{
    aw_process *p =
        start("trap 'exit 4' TERM; while :; do sleep 0.01; done",
              &(aw_spawn_options){.standard = {{0}, {AW_PIPE, 0}, {0}}});
    aw_future *talk = spawn(aw_call(communicate, p), NULL);

    turns(3);
    (void)aw_future_cancel(talk);
    expect_rc(aw_await(aw_give(talk), NULL), AW_ECANCELED);
    expect_rc(aw_process_status(p, NULL), AW_ESTATE);
    expect_rc(aw_process_signal(p, SIGKILL), 0);
    cr_assert(eq(int, status_of(p), -SIGKILL));
    aw_process_close(p);
}

/* What no pipe holds, for one that reads nothing. */
static int talk_in_vain(void *p, aw_value *ret)
{
    static char much[400000];
    aw_bytes out = {much, 1}, err = {much, 1};
    int rc = aw_process_communicate(p, much, sizeof(much), &out, &err);

    (void)ret;
    cr_assert(eq(ptr, out.data, NULL));
    cr_assert(eq(ptr, err.data, NULL));
    return rc;
}

static const aw_spawn_options deaf[] = {
    {.standard = {{AW_PIPE, 0}, {AW_PIPE, 0}, {AW_PIPE, 0}}},
    {.standard = {{AW_PIPE, 0}, {AW_NULL, 0}, {AW_NULL, 0}}},
    {.standard = {{AW_NULL, 0}, {AW_NULL, 0}, {AW_PIPE, 0}}},
    {.standard = {{AW_NULL, 0}, {AW_NULL, 0}, {AW_NULL, 0}}},
};
enum { DEAF = sizeof(deaf) / sizeof(deaf[0]) };

/* Before its tasks have begun, and when they wait. */
TaskTest(communicate, who_closes_the_process_meanwhile_ends_it)
{
    for (int i = 0; i < DEAF; i++) {
        for (int moment = 1; moment <= 4; moment++) {
            aw_process *p = start("exec sleep 1000", &deaf[i]);
            aw_future *talk = spawn(aw_call(talk_in_vain, p), NULL);

            turns(moment);
            aw_process_close(p);
            expect_rc(aw_await(aw_give(talk), NULL), AW_ECLOSED);
        }
    }
}

static int begin_and_leave(void *options, aw_value *ret)
{
    aw_process *p = start("echo; exec sleep 1000", options);

    (void)ret;
    (void)spawn(aw_call(talk_in_vain, p), NULL);
    turns(3);
    return 0;
}

/* Its tasks are destroyed, and what they had goes with them. */
Test(communicate, a_loop_may_be_closed_under_it)
{
    for (int i = 0; i < DEAF; i++) {
        aw_loop *loop = virtual_loop();

        trace_reports(loop);
        expect_rc(aw_run_until_complete(
                      loop, aw_call(begin_and_leave, (void *)&deaf[i]), NULL),
                  0);
        expect_rc(aw_loop_close(loop), 0);
        aw_loop_unref(loop);
    }
    trace_clear();
}
