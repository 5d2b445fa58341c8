#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <curl/curl.h>
#include <string.h>

#include "await/await.h"
#include "misbehaving.h"
#include "multi_bench.h"
#include "server.h"

/* Transfers that do not get to their end: by time, or since nobody waits. */

TestSuite(multi, .init = multi_setup, .fini = curl_global_cleanup,
          .timeout = 20);

/* A last transfer that times out. */

static int fetch_in_vain(struct bench *bench)
{
    static const char *const paths[] = {"/head", "/body"};

    for (size_t i = 0; i < 2; i++) {
        char url[SERVER_URL_SIZE];
        struct fetch fetch;

        server_url(bench->server, NULL, paths[i], url);
        fetch = fetch_new(bench, url);
        fetch.timeout_us = 50000;
        fetch_run(&fetch, &(aw_value){0});
        cr_expect(eq(int, (int)fetch.reply.cause, CAUSE_TIMEOUT));
        cr_expect(ge(i64, fetch.reply.times.total_us, 50000));
        fetch_close(&fetch);
    }
    return 0;
}

Test(multi, reports_a_last_transfer_that_times_out)
{
    struct bench bench = {.server = server_start(hang, NULL)};

    run_bench(&bench, fetch_in_vain);
    server_stop(bench.server);
}

/* Removal of what runs. */

static int cancel_fetches(struct bench *bench)
{
    static const struct {
        const char *path;
        double after; /* seconds; < 0: before the first step */
    } cases[] = {{"/head", -1}, {"/head", 0}, {"/head", 0.05}, {"/body", 0.05}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char url[SERVER_URL_SIZE];
        struct fetch fetch;
        aw_future *task;
        int rc = 0;

        server_url(bench->server, NULL, cases[i].path, url);
        fetch = fetch_new(bench, url);
        task = aw_create_task(NULL, aw_call(fetch_run, &fetch));
        if (cases[i].after >= 0)
            rc = aw_sleep(cases[i].after);
        cr_assert(eq(int, rc, 0));
        cr_expect(aw_future_cancel(task));
        rc = aw_await(task, NULL);
        cr_expect(eq(int, rc, AW_ECANCELED), "case %zu", i);
        aw_unref(task);
        fetch_close(&fetch); /* its buffers go: nobody may write to them */
    }
    return aw_sleep(0.05);
}

Test(multi, lets_go_of_a_transfer_whose_task_is_cancelled)
{
    struct bench bench = {.server = server_start(hang, NULL)};

    run_bench(&bench, cancel_fetches);
    server_stop(bench.server);
}

static int cancel_at_each_turn(struct bench *bench, const char *host)
{
    char url[SERVER_URL_SIZE];

    server_url(bench->server, host, "/br/br.gif", url);
    for (int i = 0; i < 20; i++) {
        struct fetch fetch = fetch_new(bench, url);
        aw_future *task = aw_create_task(NULL, aw_call(fetch_run, &fetch));
        int rc = aw_sleep(0);

        for (int turn = 0; rc == 0 && turn < i; turn++)
            rc = aw_sleep(0);
        aw_future_cancel(task);
        rc = aw_await(task, NULL);
        cr_expect(eq(int, rc,
                     fetch.reply.cause == CAUSE_CANCELLED ? AW_ECANCELED : 0));
        aw_unref(task);
        fetch_close(&fetch);
    }
    return 0;
}

static int cancel_anywhere(struct bench *bench)
{
    char label[65] = "";
    char url[SERVER_URL_SIZE];
    struct reply reply;

    memset(label, 'a', 64); /* in the resolver's thread */
    cancel_at_each_turn(bench, label);
    cancel_at_each_turn(bench, NULL);
    server_url(bench->server, NULL, "/br/br.gif", url);
    reply = fetch_once(bench, url);
    cr_expect(eq(int, (int)reply.cause, CAUSE_NONE), "%s", reply.text);
    return 0;
}

Test(multi, lets_go_of_a_transfer_at_any_of_its_steps)
{
    struct bench bench = {.server = server_start(server_flags, NULL)};

    run_bench(&bench, cancel_anywhere);
    server_stop(bench.server);
}

/* The end. */

static int leave_connections_open(struct bench *bench)
{
    char url[SERVER_URL_SIZE];

    server_url(bench->server, NULL, "/br/br.gif", url);
    fetch_once(bench, url);
    aw_future_cancel(aw_current_task()); /* meets multi_close() */
    return 0;
}

Test(multi, closes_even_if_its_closing_is_cancelled)
{
    struct bench bench = {.server = server_start(server_flags, NULL),
                          .body = leave_connections_open};
    aw_loop *loop = NULL;
    int rc;

    cr_assert(eq(int, aw_loop_new(&loop, NULL), 0));
    aw_set_event_loop(loop);
    rc = aw_run_until_complete(loop, aw_call(run_body, &bench), NULL);
    cr_expect(eq(int, rc, 0), "the cancellation was for the closing alone");
    cr_expect(eq(int, aw_loop_close(loop), 0));
    aw_set_event_loop(NULL);
    aw_loop_unref(loop);
    server_stop(bench.server);
}
