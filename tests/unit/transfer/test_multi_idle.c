#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <curl/curl.h>
#include <semaphore.h>
#include <stdbool.h>
#include <string.h>
#include <uv.h>

#include "await/await.h"
#include "misbehaving.h"
#include "multi_bench.h"
#include "server.h"

/* What happens on connections that nobody uses costs next to no turns. */

TestSuite(multi, .init = multi_setup, .fini = curl_global_cleanup,
          .timeout = 20);

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

/* Bytes on an idle connection that nobody asked for. */

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
