#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "await/await.h"
#include "server.h"
#include "transfer/transfer.h"
#include "transfer/way_multi.h"

/*
 * Each test is a coroutine that gets a multi; the loop is required to close
 * without a handle left open.
 */
struct bench {
    struct multi *multi;
    struct server *server;
    void *arg;
    int (*body)(struct bench *bench);
};

static int run_body(void *arg, aw_value *ret)
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

static void run_bench(struct bench *bench, int (*body)(struct bench *bench))
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

static void setup(void)
{
    signal(SIGPIPE, SIG_IGN);
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

TestSuite(multi, .init = setup, .fini = curl_global_cleanup, .timeout = 20);

/* One transfer of a task's own. */
struct fetch {
    struct way_multi way;
    struct reply reply;
    char url[SERVER_URL_SIZE];
    int64_t timeout_us;
};

static const struct transfer_options options = {.reuse = true};

static struct fetch fetch_new(struct bench *bench, const char *url)
{
    struct transfer *transfer = transfer_new(&options);
    struct fetch fetch = {.timeout_us = 10000000};

    cr_assert(ne(ptr, transfer, NULL));
    way_multi_init(&fetch.way, transfer, bench->multi);
    snprintf(fetch.url, sizeof(fetch.url), "%s", url);
    return fetch;
}

static int fetch_run(void *arg, aw_value *ret)
{
    struct fetch *fetch = arg;
    struct transfer_request request = {.url = fetch->url,
                                       .timeout_us = fetch->timeout_us};

    (void)ret;
    transfer_perform(fetch->way.way.transfer, &fetch->way.way, &request,
                     &fetch->reply);
    return fetch->reply.cause == CAUSE_CANCELLED ? AW_ECANCELED : 0;
}

static void fetch_close(struct fetch *fetch)
{
    transfer_free(fetch->way.way.transfer);
}

/* One request, alone. */
static struct reply fetch_once(struct bench *bench, const char *url)
{
    struct fetch fetch = fetch_new(bench, url);

    fetch_run(&fetch, &(aw_value){0});
    fetch_close(&fetch);
    fetch.reply.url = NULL;
    return fetch.reply;
}

/* Turns of libuv's loop. */
struct turns {
    uv_prepare_t prepare;
    unsigned count;
    aw_future *closed;
};

static void on_turn(uv_prepare_t *prepare)
{
    struct turns *turns = prepare->data;

    turns->count++;
}

static void turns_open(struct turns *turns)
{
    *turns = (struct turns){.count = 0};
    uv_prepare_init(aw_loop_uv(aw_get_event_loop()), &turns->prepare);
    turns->prepare.data = turns;
    uv_prepare_start(&turns->prepare, on_turn);
}

static void on_turns_closed(uv_handle_t *handle)
{
    struct turns *turns = handle->data;

    aw_set_value(turns->closed, (aw_value){0});
}

static int turns_close(struct turns *turns)
{
    int rc;

    turns->closed = aw_future_new(aw_get_event_loop());
    uv_close((uv_handle_t *)&turns->prepare, on_turns_closed);
    rc = aw_await(turns->closed, NULL);
    aw_unref(turns->closed);
    return rc;
}

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

/* A FIN on an idle connection. */

static enum server_then answer_and_close(struct server_request *request,
                                         void *arg)
{
    server_flags(request, arg);
    return SERVER_CLOSE; /* without a word of it in the head */
}

static int idle_after_a_fin(struct bench *bench)
{
    char url[SERVER_URL_SIZE];
    struct turns turns;
    struct reply reply;
    int rc;

    server_url(bench->server, NULL, "/br/br.gif", url);
    reply = fetch_once(bench, url);
    cr_expect(eq(int, (int)reply.cause, CAUSE_NONE));

    turns_open(&turns);
    rc = aw_sleep(0.3);
    cr_expect(eq(int, rc, 0));
    /* Arming the timer, the FIN, and the end: not one a microsecond. */
    cr_expect(lt(uint, turns.count, 20), "%u turns", turns.count);
    rc = turns_close(&turns);
    cr_expect(eq(int, rc, 0));

    reply = fetch_once(bench, url);
    cr_expect(eq(int, (int)reply.cause, CAUSE_NONE),
              "a dead connection is not used again");
    cr_expect(reply.new_connection);
    return 0;
}

Test(multi, costs_no_turns_when_the_server_closes_an_idle_connection)
{
    struct bench bench = {.server = server_start(answer_and_close, NULL)};

    run_bench(&bench, idle_after_a_fin);
    server_stop(bench.server);
}

/* The resolver's descriptors are libcurl's own. A label of 64 characters has
   no address (RFC 1035, 2.3.4), so that nobody on the network is asked. */

static int fetch_by_names(struct bench *bench)
{
    static const char *const hosts[] = {"localhost", "a", "127.0.0.1",
                                        "b",         "c", "localhost"};
    struct turns turns;
    int rc;

    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
        bool exists = strlen(hosts[i]) > 1;
        char url[SERVER_URL_SIZE];
        char label[65] = "";
        struct reply reply;

        memset(label, hosts[i][0], 64);
        server_url(bench->server, exists ? hosts[i] : label, "/br/br.gif", url);
        reply = fetch_once(bench, url);
        cr_expect(
            eq(int, (int)reply.cause, exists ? CAUSE_NONE : CAUSE_RESOLVE),
            "%s: %s", hosts[i], reply.text);
    }
    turns_open(&turns);
    rc = aw_sleep(0.2);
    cr_expect(eq(int, rc, 0));
    cr_expect(lt(uint, turns.count, 20), "%u turns", turns.count);
    return turns_close(&turns);
}

Test(multi, goes_to_one_host_name_after_the_other)
{
    struct bench bench = {.server = server_start(server_flags, NULL)};

    run_bench(&bench, fetch_by_names);
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

/* A last transfer that times out. */

static enum server_then hang(struct server_request *request, void *arg)
{
    (void)arg;
    if (strcmp(server_path(request), "/body") == 0)
        server_send_text(request,
                         "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nfour");
    server_wait(request, SERVER_FOREVER);
    return SERVER_CLOSE;
}

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

/* Bytes on an idle connection that nobody asked for. */

struct surplus {
    sem_t taken; /* the answer that was asked for */
    sem_t sent;  /* the one that was not */
};

static enum server_then answer_twice(struct server_request *request, void *arg)
{
    struct surplus *surplus = arg;

    server_flags(request, NULL);
    sem_wait(&surplus->taken);
    server_send_text(request,
                     "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
    sem_post(&surplus->sent);
    return SERVER_KEEP;
}

static int idle_after_a_surplus(struct bench *bench)
{
    char flag[SERVER_FLAG_SIZE];
    size_t bytes = server_flag("br", flag);
    struct surplus *surplus = bench->arg;
    char url[SERVER_URL_SIZE];

    server_url(bench->server, NULL, "/br/br.gif", url);
    for (int i = 0; i < 3; i++) {
        struct reply reply = fetch_once(bench, url);
        struct turns turns;
        int rc;

        cr_expect(eq(int, (int)reply.cause, CAUSE_NONE), "%s", reply.text);
        cr_expect(eq(i64, reply.bytes, (int64_t)bytes));
        sem_post(&surplus->taken);
        sem_wait(&surplus->sent);
        turns_open(&turns);
        rc = aw_sleep(0.05);
        cr_expect(eq(int, rc, 0));
        cr_expect(lt(uint, turns.count, 20), "%u turns", turns.count);
        rc = turns_close(&turns);
        cr_expect(eq(int, rc, 0));
    }
    return 0;
}

Test(multi, does_not_take_surplus_bytes_for_the_next_answer)
{
    struct surplus surplus;
    struct bench bench = {.arg = &surplus};

    sem_init(&surplus.taken, 0, 0);
    sem_init(&surplus.sent, 0, 0);
    bench.server = server_start(answer_twice, &surplus);
    run_bench(&bench, idle_after_a_surplus);
    server_stop(bench.server);
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
