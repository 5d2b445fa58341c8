#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <curl/curl.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "await/await.h"
#include "multi_bench.h"
#include "server.h"

TestSuite(multi, .init = multi_setup, .fini = curl_global_cleanup,
          .timeout = 20);

/* 200 at once. */

static int fetch_a_flag(struct bench *bench)
{
    char url[SERVER_URL_SIZE];
    struct fetch fetch;
    char flag[SERVER_FLAG_SIZE];
    size_t bytes = server_flag("br", flag);
    const void *body;
    size_t got;

    server_url(bench->server, NULL, "/br/br.gif", url);
    fetch = fetch_new(bench, url);
    fetch_run(&fetch, &(aw_value){0});
    cr_expect(eq(int, (int)fetch.reply.cause, CAUSE_NONE));
    cr_expect(eq(long, fetch.reply.http_status, 200));
    body = transfer_body(fetch.way.way.transfer, &got);
    cr_assert(eq(sz, got, bytes));
    cr_expect(memcmp(body, flag, bytes) == 0);
    fetch_close(&fetch);
    return 0;
}

Test(multi, receives_an_answer)
{
    struct bench bench = {.server = server_start(server_flags, NULL)};

    run_bench(&bench, fetch_a_flag);
    server_stop(bench.server);
}

/* Many at a time, one after the other, on kept connections. */

static int fetch_many(struct bench *bench)
{
    enum { TASKS = 4, ROUNDS = 5 };
    struct fetch fetches[TASKS];
    char url[SERVER_URL_SIZE];

    server_url(bench->server, NULL, "/br/br.gif", url);
    for (int i = 0; i < TASKS; i++)
        fetches[i] = fetch_new(bench, url);
    for (int round = 0; round < ROUNDS; round++) {
        aw_awaitable all[TASKS];
        int rc;

        for (int i = 0; i < TASKS; i++)
            all[i] = aw_any(aw_call(fetch_run, &fetches[i]));
        rc = aw_await(aw_give(aw_gather(all, TASKS, 0)), NULL);
        cr_assert(eq(int, rc, 0));
        for (int i = 0; i < TASKS; i++)
            cr_expect(eq(int, (int)fetches[i].reply.cause, CAUSE_NONE));
    }
    for (int i = 0; i < TASKS; i++)
        fetch_close(&fetches[i]);
    cr_expect(eq(uint, server_requests(bench->server), TASKS * ROUNDS));
    cr_expect(le(uint, server_connections(bench->server), TASKS));
    return 0;
}

Test(multi, keeps_its_connections_for_all_transfers)
{
    struct bench bench = {.server = server_start(server_flags, NULL)};

    run_bench(&bench, fetch_many);
    server_stop(bench.server);
}

/* Refused: also as the last transfer, with nothing else to wake libcurl. */

static int fetch_refused(struct bench *bench)
{
    char url[SERVER_URL_SIZE];
    struct reply reply;

    server_url(bench->server, NULL, "/br/br.gif", url);
    server_stop(bench->server);
    for (int i = 0; i < 3; i++) {
        reply = fetch_once(bench, url);
        cr_expect(eq(int, (int)reply.cause, CAUSE_CONNECT));
        cr_expect(eq(str, reply.text, "cannot connect: Connection refused"));
    }
    return 0;
}

Test(multi, tells_that_a_connection_is_refused)
{
    struct bench bench = {.server = server_start(server_flags, NULL)};

    run_bench(&bench, fetch_refused);
}

/* Pauses. */

enum { PAUSED_BYTES = 400000 };

/* The second answer of a connection is on its way before anybody reads. */
static enum server_then answer_at_once(struct server_request *request,
                                       void *arg)
{
    sem_t *answered = arg;
    char head[64];
    char *body;

    if (server_request_number(request) == 1)
        return server_flags(request, NULL);
    body = calloc(1, PAUSED_BYTES);
    cr_assert(ne(ptr, body, NULL));
    snprintf(head, sizeof(head),
             "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", PAUSED_BYTES);
    server_send_text(request, head);
    server_send(request, body, 1000);
    sem_post(answered);
    server_send(request, body + 1000, PAUSED_BYTES - 1000);
    free(body);
    return SERVER_KEEP;
}

struct slow {
    struct multi *multi;
    CURL *easy;
    sem_t *answered;
    size_t bytes;
    bool was_paused;
};

static int on_debug(CURL *easy, curl_infotype type, char *text, size_t size,
                    void *arg)
{
    struct slow *slow = arg;

    (void)easy;
    (void)text;
    (void)size;
    if (type == CURLINFO_HEADER_OUT)
        sem_wait(slow->answered);
    return 0;
}

static size_t on_slow_body(char *bytes, size_t one, size_t count, void *arg)
{
    struct slow *slow = arg;

    (void)bytes;
    (void)one;
    slow->bytes += count;
    if (!slow->was_paused) {
        slow->was_paused = true;
        cr_expect(eq(int,
                     (int)multi_pause(slow->multi, slow->easy, CURLPAUSE_RECV),
                     (int)CURLE_OK));
    }
    return count;
}

static int perform_slowly(void *arg, aw_value *ret)
{
    struct slow *slow = arg;

    (void)ret;
    cr_expect(
        eq(int, (int)multi_perform(slow->multi, slow->easy), (int)CURLE_OK));
    return 0;
}

static int pause_an_answer(struct bench *bench)
{
    struct slow slow = {.multi = bench->multi,
                        .easy = curl_easy_init(),
                        .answered = bench->arg};
    char url[SERVER_URL_SIZE];
    aw_future *task;
    int rc;

    server_url(bench->server, NULL, "/br/br.gif", url);
    fetch_once(bench, url);
    cr_assert(ne(ptr, slow.easy, NULL));
    curl_easy_setopt(slow.easy, CURLOPT_URL, url);
    curl_easy_setopt(slow.easy, CURLOPT_VERBOSE, 1L);
    curl_easy_setopt(slow.easy, CURLOPT_DEBUGFUNCTION, on_debug);
    curl_easy_setopt(slow.easy, CURLOPT_DEBUGDATA, &slow);
    curl_easy_setopt(slow.easy, CURLOPT_WRITEFUNCTION, on_slow_body);
    curl_easy_setopt(slow.easy, CURLOPT_WRITEDATA, &slow);
    task = aw_create_task(NULL, aw_call(perform_slowly, &slow));
    rc = aw_sleep(0.05); /* in which nobody may touch what comes */
    cr_expect(eq(int, rc, 0));
    cr_expect(slow.was_paused);
    cr_expect(lt(sz, slow.bytes, PAUSED_BYTES));
    multi_pause(bench->multi, slow.easy, 0);
    rc = aw_await(task, NULL);
    cr_expect(eq(int, rc, 0));
    cr_expect(eq(sz, slow.bytes, PAUSED_BYTES));
    cr_expect(eq(uint, server_connections(bench->server), 1));
    aw_unref(task);
    curl_easy_cleanup(slow.easy);
    return 0;
}

Test(multi, leaves_what_comes_in_a_pause_where_it_is)
{
    sem_t answered;
    struct bench bench = {.arg = &answered};

    sem_init(&answered, 0, 0);
    bench.server = server_start(answer_at_once, &answered);
    run_bench(&bench, pause_an_answer);
    server_stop(bench.server);
}
