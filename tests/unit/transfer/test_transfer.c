#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "fetcher.h"
#include "misbehaving.h"

TestSuite(transfer, .init = fetcher_setup, .fini = fetcher_teardown,
          .timeout = 20);

Test(transfer, receives_a_body_and_tells_of_the_reply)
{
    struct server *server = server_start(server_flags, NULL);
    char flag[SERVER_FLAG_SIZE];
    size_t bytes = server_flag("br", flag);
    struct reply reply = fetch(server, "/br/br.gif");

    cr_expect(eq(int, reply.cause, CAUSE_NONE));
    cr_expect(eq(str, reply.text, ""));
    cr_expect(eq(long, reply.http_status, 200));
    cr_expect(eq(str, reply.reason, "OK"));
    cr_expect(eq(i64, reply.bytes, (int64_t)bytes));
    cr_expect(reply.new_connection);
    cr_expect(gt(long, reply.local_port, 0));
    cr_expect(gt(i64, reply.times.connected_us, 0));
    cr_expect(ge(i64, reply.times.first_byte_us, reply.times.connected_us));
    cr_expect(ge(i64, reply.times.total_us, reply.times.first_byte_us));
    expect_body(flag, bytes);
    server_stop(server);
}

Test(transfer, keeps_its_connection)
{
    struct server *server = server_start(server_flags, NULL);
    struct reply one = fetch(server, "/br/br.gif");
    struct reply two = fetch(server, "/us/us.gif");
    struct reply three = fetch(server, "/zz/zz.gif");
    struct reply four = fetch(server, "/cn/cn.gif");

    cr_expect(one.new_connection);
    cr_expect(not(two.new_connection));
    cr_expect(eq(long, two.local_port, one.local_port));
    cr_expect(eq(int, three.cause, CAUSE_HTTP));
    cr_expect(eq(int, four.cause, CAUSE_NONE));
    cr_expect(eq(uint, server_connections(server), 1));
    server_stop(server);
}

Test(transfer, opens_a_connection_each_time_if_told_to)
{
    struct server *server = server_start(server_flags, NULL);

    fetcher.options.reuse = false;
    fetcher_renew();
    fetch(server, "/br/br.gif");
    fetch(server, "/us/us.gif");

    cr_expect(eq(uint, server_connections(server), 2));
    server_stop(server);
}

static enum server_then echo_head(struct server_request *request, void *arg)
{
    (void)arg;
    /* Body: whether the head is as it should be. */
    if (server_head_has(request, "\r\nAccept-Encoding: identity\r\n") &&
        server_head_has(request, "\r\nUser-Agent: flags/") &&
        server_head_has(request, " HTTP/1.1\r\n"))
        server_answer(request, "200 OK",
                      server_head_has(request, "\r\nX-Flags-Attempt: 3\r\n")
                          ? "attempt"
                          : "without",
                      7);
    else
        server_answer(request, "400 Bad Request", "", 0);
    return SERVER_KEEP;
}

Test(transfer, tells_the_attempt_to_fixtures_alone)
{
    struct server *server = server_start(echo_head, NULL);
    char url[SERVER_URL_SIZE];
    struct transfer_request request = {.url = url, .attempt = 3};
    struct reply reply;

    server_url(server, NULL, "/", url);
    cr_assert(endpoint_of(&fetcher.options.fixtures[0], url));
    fetcher.options.fixture_count = 1;
    reply = fetch_request(&request);
    cr_expect(eq(int, reply.cause, CAUSE_NONE));
    expect_body("attempt", 7);

    fetcher.options.fixtures[0].port ^= 1; /* another server */
    reply = fetch_request(&request);
    cr_expect(eq(int, reply.cause, CAUSE_NONE));
    expect_body("without", 7);
    server_stop(server);
}

Test(transfer, names_a_refused_connection)
{
    struct server *server = server_start(server_flags, NULL);
    char url[SERVER_URL_SIZE];
    struct transfer_request request = {.url = url, .timeout_us = 10000000};
    struct reply reply;

    server_url(server, NULL, "/br/br.gif", url);
    server_stop(server); /* the port is free now */
    reply = fetch_request(&request);

    cr_expect(eq(int, reply.cause, CAUSE_CONNECT));
    cr_expect(eq(int, reply.os_error, ECONNREFUSED));
    cr_expect(eq(str, reply.text, "cannot connect: Connection refused"));
    cr_expect(eq(long, reply.local_port, 0));
}

Test(transfer, names_the_lack_of_descriptors)
{
    struct server *known = server_start(server_flags, NULL);
    struct server *other = server_start(server_flags, NULL);
    struct rlimit limit;
    struct rlimit none;
    struct reply reply;
    int fds[64];
    size_t count = 0;

    /* What libcurl takes for itself, one or two by its version, it has taken
       after this, and no connection gives one back: each server keeps its. */
    reply = fetch(known, "/br/br.gif");
    cr_assert(eq(int, (int)reply.cause, CAUSE_NONE));
    cr_assert(eq(int, getrlimit(RLIMIT_NOFILE, &limit), 0));
    none = (struct rlimit){.rlim_cur = 48, .rlim_max = limit.rlim_max};
    cr_assert(eq(int, setrlimit(RLIMIT_NOFILE, &none), 0));
    while (count < 64 && (fds[count] = open("/dev/null", O_RDONLY)) >= 0)
        count++;
    reply = fetch(other, "/br/br.gif");

    cr_expect(eq(int, (int)reply.cause, CAUSE_LOCAL));
    cr_expect(eq(str, reply.text, "cannot connect: Too many open files"));
    cr_assert(eq(int, setrlimit(RLIMIT_NOFILE, &limit), 0));
    reply = fetch(other, "/br/br.gif");
    cr_expect(eq(int, (int)reply.cause, CAUSE_NONE), "it goes on: %s",
              reply.text);
    while (count > 0)
        close(fds[--count]);
    server_stop(other);
    server_stop(known);
}

Test(transfer, gives_up_after_its_time)
{
    struct server *server = server_start(hang, NULL);
    char url[SERVER_URL_SIZE];
    /* Long enough to connect and to read in, on a machine that does more. */
    struct transfer_request request = {.url = url, .timeout_us = 2000000};
    struct reply reply;

    server_url(server, NULL, "/head", url);
    reply = fetch_request(&request);
    cr_expect(eq(int, reply.cause, CAUSE_TIMEOUT));
    cr_expect(eq(str, reply.text, "timeout: no answer within 2 s"));
    cr_expect(ge(i64, reply.times.total_us, 2000000));

    server_url(server, NULL, "/body", url);
    reply = fetch_request(&request);
    cr_expect(eq(int, reply.cause, CAUSE_TIMEOUT));
    cr_expect(eq(str, reply.text, "timeout: 4 of 9 bytes within 2 s"));
    server_stop(server);
}

static enum server_then stop_and_hang(struct server_request *request, void *arg)
{
    atomic_store(&fetcher.stop, true);
    return hang(request, arg);
}

Test(transfer, ends_as_cancelled_when_the_stop_flag_is_set)
{
    struct server *server = server_start(stop_and_hang, NULL);
    struct reply reply = fetch(server, "/body");

    cr_expect(eq(int, reply.cause, CAUSE_CANCELLED));

    reply = fetch(server, "/br/br.gif");
    cr_expect(eq(int, reply.cause, CAUSE_CANCELLED));
    cr_expect(eq(uint, server_requests(server), 1), "nothing more was asked");
    server_stop(server);
}

static void count(void *arg)
{
    ++*(int *)arg;
}

Test(transfer, tells_of_the_first_byte_once)
{
    struct server *server = server_start(server_flags, NULL);
    char url[SERVER_URL_SIZE];
    int calls = 0;
    struct transfer_request request = {
        .url = url, .on_first_byte = count, .arg = &calls};

    server_url(server, NULL, "/br/br.gif", url);
    fetch_request(&request);
    cr_expect(eq(int, calls, 1));

    server_stop(server);
    fetch_request(&request);
    cr_expect(eq(int, calls, 1), "no byte came");
}

static enum server_then check_credentials(struct server_request *request,
                                          void *arg)
{
    int *other_port = arg;
    bool known = server_head_has(request, "Authorization: Basic dTpw\r\n");
    char head[256];

    if (strcmp(server_path(request), "/away") == 0) {
        snprintf(head, sizeof(head),
                 "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:%d/\r\n"
                 "Content-Length: 0\r\n\r\n",
                 *other_port);
        server_send_text(request, head);
        return SERVER_KEEP;
    }
    server_answer(request, "200 OK", known ? "known" : "stranger",
                  known ? 5 : 8);
    return SERVER_KEEP;
}

Test(transfer, keeps_credentials_from_other_servers)
{
    int port = 0;
    struct server *server = server_start(check_credentials, &port);
    struct server *other = server_start(check_credentials, &port);

    port = server_port(other);
    fetcher.options.user = "u";
    fetcher.options.password = "p";
    fetcher_renew();
    fetch(server, "/here");
    expect_body("known", 5);
    fetch(server, "/away");
    expect_body("stranger", 8);
    server_stop(server);
    server_stop(other);
}

Test(transfer, goes_through_the_proxies_that_it_is_told_of_alone)
{
    struct server *server = server_start(server_flags, NULL);
    struct reply reply;

    setenv("http_proxy", "http://u:s3cret@127.0.0.1:1", 1);
    reply = fetch(server, "/br/br.gif");
    cr_expect(eq(int, reply.cause, CAUSE_NONE));

    fetcher.options.proxies = proxy_environment();
    fetcher_renew();
    reply = fetch(server, "/br/br.gif");
    cr_expect(eq(int, reply.cause, CAUSE_CONNECT));
    cr_expect(eq(str, reply.text,
                 "cannot connect: Connection refused (proxy "
                 "http://...@127.0.0.1:1 of http_proxy)"));

    setenv("no_proxy", "example.org,127.0.0.0/8", 1);
    fetcher.options.proxies = proxy_environment();
    reply = fetch(server, "/br/br.gif");
    cr_expect(eq(int, reply.cause, CAUSE_NONE));
    server_stop(server);
}

Test(transfer, does_not_take_surplus_bytes_for_the_next_answer)
{
    struct surplus surplus;
    struct server *server;
    char flag[SERVER_FLAG_SIZE];
    size_t bytes = server_flag("br", flag);

    sem_init(&surplus.taken, 0, 0);
    sem_init(&surplus.sent, 0, 0);
    server = server_start(answer_twice, &surplus);
    for (int i = 0; i < 3; i++) {
        struct reply reply = fetch(server, "/br/br.gif");

        cr_expect(eq(int, (int)reply.cause, CAUSE_NONE), "%s", reply.text);
        cr_expect(eq(i64, reply.bytes, (int64_t)bytes));
        sem_post(&surplus.taken);
        sem_wait(&surplus.sent);
    }
    server_stop(server);
}
