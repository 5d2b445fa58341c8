#include "multi_bench.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <curl/curl.h>
#include <signal.h>
#include <stdio.h>

void multi_setup(void)
{
    signal(SIGPIPE, SIG_IGN);
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

int run_body(void *arg, aw_value *ret)
{
    struct bench *bench = arg;
    int rc;

    (void)ret;
    rc = multi_new(&bench->multi, aw_get_event_loop(), 4);
    if (rc < 0)
        return rc;
    rc = bench->body(bench);
    multi_close(bench->multi);
    return rc;
}

void run_bench(struct bench *bench, int (*body)(struct bench *bench))
{
    aw_loop *loop = NULL;

    bench->body = body;
    cr_assert(eq(int, aw_loop_new(&loop, NULL), 0));
    aw_set_event_loop(loop);
    cr_expect(eq(
        int, aw_run_until_complete(loop, aw_call(run_body, bench), NULL), 0));
    cr_expect(eq(int, aw_loop_close(loop), 0));
    aw_set_event_loop(NULL);
    aw_loop_unref(loop);
}

static const struct transfer_options options = {.reuse = true};

struct fetch fetch_new(struct bench *bench, const char *url)
{
    struct transfer *transfer = transfer_new(&options);
    struct fetch fetch = {.timeout_us = 10000000};

    cr_assert(ne(ptr, transfer, NULL));
    way_multi_init(&fetch.way, transfer, bench->multi);
    snprintf(fetch.url, sizeof(fetch.url), "%s", url);
    return fetch;
}

int fetch_run(void *arg, aw_value *ret)
{
    struct fetch *fetch = arg;
    struct transfer_request request = {.url = fetch->url,
                                       .timeout_us = fetch->timeout_us};

    (void)ret;
    transfer_perform(fetch->way.way.transfer, &fetch->way.way, &request,
                     &fetch->reply);
    return fetch->reply.cause == CAUSE_CANCELLED ? AW_ECANCELED : 0;
}

void fetch_close(struct fetch *fetch)
{
    transfer_free(fetch->way.way.transfer);
}

struct reply fetch_once(struct bench *bench, const char *url)
{
    struct fetch fetch = fetch_new(bench, url);

    fetch_run(&fetch, &(aw_value){0});
    fetch_close(&fetch);
    fetch.reply.url = NULL;
    return fetch.reply;
}
