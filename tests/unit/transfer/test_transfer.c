#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "scratch.h"
#include "server.h"
#include "transfer/transfer.h"

static struct transfer_options options = {
    .timeout_us = 10000000, .connect_timeout_us = 5000000, .reuse = true};
static struct transfer *transfer;
static struct way_blocking blocking;
static atomic_bool stop;

static void setup(void)
{
    signal(SIGPIPE, SIG_IGN);
    cr_assert(eq(int, (int)curl_global_init(CURL_GLOBAL_DEFAULT), CURLE_OK));
    transfer = transfer_new(&options);
    cr_assert(ne(ptr, transfer, NULL));
    way_blocking_init(&blocking, transfer, &stop);
}

static void teardown(void)
{
    transfer_free(transfer);
    curl_global_cleanup();
}

TestSuite(transfer, .init = setup, .fini = teardown, .timeout = 20);

static struct reply fetch(const struct server *server, const char *path)
{
    char url[SERVER_URL_SIZE];
    struct transfer_request request = {.url = url, .timeout_us = 10000000};
    struct reply reply;

    server_url(server, NULL, path, url);
    transfer_perform(transfer, &blocking.way, &request, &reply);
    reply.url = NULL; /* it was ours */
    return reply;
}

static void expect_body(const void *bytes, size_t count)
{
    size_t got;
    const void *body = transfer_body(transfer, &got);

    cr_assert(eq(sz, got, count));
    cr_expect(memcmp(body, bytes, count) == 0);
}

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

    transfer_free(transfer);
    options.reuse = false;
    transfer = transfer_new(&options);
    way_blocking_init(&blocking, transfer, &stop);
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

Test(transfer, tells_the_attempt_only_when_asked_to)
{
    struct server *server = server_start(echo_head, NULL);
    char url[SERVER_URL_SIZE];
    struct transfer_request request = {.url = url, .attempt = 3};
    struct reply reply;

    server_url(server, NULL, "/", url);
    transfer_perform(transfer, &blocking.way, &request, &reply);
    cr_expect(eq(int, reply.cause, CAUSE_NONE));
    expect_body("attempt", 7);

    request.attempt = 0;
    transfer_perform(transfer, &blocking.way, &request, &reply);
    cr_expect(eq(int, reply.cause, CAUSE_NONE));
    expect_body("without", 7);
    server_stop(server);
}

/* An answer for each path, byte for byte. */
static const struct script {
    const char *path;
    const char *answer;
    enum server_then then;
    enum cause cause;
    const char *text;
} scripts[] = {
    {"/empty", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", SERVER_KEEP,
     CAUSE_NONE, ""},
    {"/teapot", "HTTP/1.1 418 I'm a Teapot\r\nContent-Length: 3\r\n\r\nno\n",
     SERVER_KEEP, CAUSE_HTTP, "HTTP 418 I'm a Teapot"},
    {"/without-a-phrase", "HTTP/1.1 500\r\nContent-Length: 0\r\n\r\n",
     SERVER_KEEP, CAUSE_HTTP, "HTTP 500"},
    {"/truncated", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfour",
     SERVER_CLOSE, CAUSE_TRUNCATED, "truncated: 4 of 10 bytes"},
    {"/truncated-chunk",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nfour",
     SERVER_CLOSE, CAUSE_TRUNCATED, "truncated after 4 bytes"},
    {"/truncated-error", "HTTP/1.1 503 Busy\r\nContent-Length: 10\r\n\r\nfour",
     SERVER_CLOSE, CAUSE_HTTP, "HTTP 503 Busy"},
    {"/silent", "", SERVER_CLOSE, CAUSE_EMPTY_REPLY,
     "the server closed the connection without an answer"},
    {"/reset", "HTTP/1.1 200 OK\r\nContent-Le", SERVER_RESET, CAUSE_RESET,
     "the connection broke: Connection reset by peer"},
    {"/gzip",
     "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx",
     SERVER_KEEP, CAUSE_PROTOCOL, "unasked Content-Encoding: gzip"},
    {"/identity",
     "HTTP/1.1 200 OK\r\ncontent-encoding: Identity\r\n"
     "Content-Length: 1\r\n\r\nx",
     SERVER_KEEP, CAUSE_NONE, ""},
    {"/loop",
     "HTTP/1.1 302 Found\r\nLocation: /loop\r\nContent-Length: 0\r\n\r\n",
     SERVER_KEEP, CAUSE_REDIRECT, "more than 10 redirects"},
    {"/to-file",
     "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n"
     "Content-Length: 0\r\n\r\n",
     SERVER_KEEP, CAUSE_REDIRECT,
     "redirected to something other than http or https"},
    {"/moved",
     "HTTP/1.1 301 Moved\r\nLocation: /identity\r\nContent-Length: 5\r\n\r\n"
     "moved",
     SERVER_KEEP, CAUSE_NONE, ""},
    {"/moved-gzip",
     "HTTP/1.1 301 Moved\r\nLocation: /identity\r\nContent-Encoding: gzip\r\n"
     "Content-Length: 5\r\n\r\nmoved",
     SERVER_KEEP, CAUSE_NONE, ""},
    {"/continued",
     "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"
     "Content-Length: 1\r\n\r\nx",
     SERVER_KEEP, CAUSE_NONE, ""},
    {"/unasked-part",
     "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-0/9\r\n"
     "Content-Length: 1\r\n\r\nx",
     SERVER_KEEP, CAUSE_HTTP, "HTTP 206 Partial Content"},
    {"/until-closed", "HTTP/1.1 200 OK\r\n\r\nx", SERVER_CLOSE, CAUSE_NONE, ""},
};

enum { SCRIPTS = sizeof(scripts) / sizeof(scripts[0]) };

static enum server_then follow_script(struct server_request *request, void *arg)
{
    (void)arg;
    for (size_t i = 0; i < SCRIPTS; i++) {
        if (strcmp(server_path(request), scripts[i].path) == 0) {
            server_send_text(request, scripts[i].answer);
            return scripts[i].then;
        }
    }
    server_answer(request, "404 Not Found", "", 0);
    return SERVER_KEEP;
}

Test(transfer, names_the_cause_of_each_failure)
{
    struct server *server = server_start(follow_script, NULL);

    for (size_t i = 0; i < SCRIPTS; i++) {
        struct reply reply = fetch(server, scripts[i].path);

        cr_expect(eq(int, reply.cause, scripts[i].cause), "%s",
                  scripts[i].path);
        cr_expect(eq(str, reply.text, (char *)scripts[i].text), "%s",
                  scripts[i].path);
    }
    server_stop(server);
}

/* Not one text for all versions of libcurl, but never a success, nor a system
   error left over from an earlier transfer on the handle. */
static enum server_then send_nonsense(struct server_request *request, void *arg)
{
    static const char *const answers[][2] = {
        {"/garbage", "\x01\x02\x03 not http at all\r\n\r\n"},
        {"/bad-chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                       "zz\r\nfour\r\n0\r\n\r\n"},
        {"/bad-length", "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nfour"},
    };

    (void)arg;
    for (size_t i = 0; i < 3; i++) {
        if (strcmp(server_path(request), answers[i][0]) == 0)
            server_send_text(request, answers[i][1]);
    }
    return strcmp(server_path(request), "/reset") == 0 ? SERVER_RESET
                                                       : SERVER_CLOSE;
}

Test(transfer, does_not_take_nonsense_for_an_answer)
{
    static const char *const paths[] = {"/garbage", "/bad-chunk",
                                        "/bad-length"};
    struct server *server = server_start(send_nonsense, NULL);

    for (size_t i = 0; i < 3; i++) {
        struct reply reply;

        fetch(server, "/reset"); /* leaves ECONNRESET behind */
        reply = fetch(server, paths[i]);
        cr_expect(eq(int, reply.cause, CAUSE_PROTOCOL), "%s: %s", paths[i],
                  reply.text);
        cr_expect(ne(str, reply.text, ""));
    }
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
    transfer_perform(transfer, &blocking.way, &request, &reply);

    cr_expect(eq(int, reply.cause, CAUSE_CONNECT));
    cr_expect(eq(int, reply.os_error, ECONNREFUSED));
    cr_expect(eq(str, reply.text, "cannot connect: Connection refused"));
}

Test(transfer, names_the_lack_of_descriptors)
{
    struct server *server = server_start(server_flags, NULL);
    struct rlimit limit;
    struct rlimit none;
    struct reply reply;
    int fds[64];
    size_t count = 0;

    cr_assert(eq(int, getrlimit(RLIMIT_NOFILE, &limit), 0));
    none = (struct rlimit){.rlim_cur = 32, .rlim_max = limit.rlim_max};
    cr_assert(eq(int, setrlimit(RLIMIT_NOFILE, &none), 0));
    while (count < 64 && (fds[count] = open("/dev/null", O_RDONLY)) >= 0)
        count++;
    close(fds[--count]); /* libcurl needs two for itself, not three */
    close(fds[--count]);
    reply = fetch(server, "/br/br.gif");

    cr_expect(eq(int, (int)reply.cause, CAUSE_LOCAL));
    cr_expect(eq(str, reply.text, "cannot connect: Too many open files"));
    cr_assert(eq(int, setrlimit(RLIMIT_NOFILE, &limit), 0));
    reply = fetch(server, "/br/br.gif");
    cr_expect(eq(int, (int)reply.cause, CAUSE_NONE), "it goes on: %s",
              reply.text);
    while (count > 0)
        close(fds[--count]);
    server_stop(server);
}

static enum server_then hang(struct server_request *request, void *arg)
{
    (void)arg;
    if (strcmp(server_path(request), "/body") == 0)
        server_send_text(request,
                         "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nfour");
    server_wait(request, SERVER_FOREVER);
    return SERVER_CLOSE;
}

Test(transfer, gives_up_after_its_time)
{
    struct server *server = server_start(hang, NULL);
    char url[SERVER_URL_SIZE];
    struct transfer_request request = {.url = url, .timeout_us = 100000};
    struct reply reply;

    server_url(server, NULL, "/head", url);
    transfer_perform(transfer, &blocking.way, &request, &reply);
    cr_expect(eq(int, reply.cause, CAUSE_TIMEOUT));
    cr_expect(eq(str, reply.text, "timeout: no answer within 0.1 s"));
    cr_expect(ge(i64, reply.times.total_us, 100000));

    server_url(server, NULL, "/body", url);
    transfer_perform(transfer, &blocking.way, &request, &reply);
    cr_expect(eq(int, reply.cause, CAUSE_TIMEOUT));
    cr_expect(eq(str, reply.text, "timeout: 4 of 9 bytes within 0.1 s"));
    server_stop(server);
}

static enum server_then stop_and_hang(struct server_request *request, void *arg)
{
    atomic_store(&stop, true);
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

enum { LONG_BODY = 3 * 1024 * 1024 + 17 };

static char *long_body(void)
{
    char *body = malloc(LONG_BODY);

    for (size_t i = 0; body && i < LONG_BODY; i++)
        body[i] = (char)(i % 251);
    return body;
}

/* /ok, /chunked, /error: the long body; /cut: half of it. */
static enum server_then send_long(struct server_request *request, void *arg)
{
    char *body = long_body();
    bool cut = strcmp(server_path(request), "/cut") == 0;
    char head[128];

    (void)arg;
    if (strcmp(server_path(request), "/chunked") == 0) {
        snprintf(head, sizeof(head),
                 "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                 "%x\r\n",
                 (unsigned)LONG_BODY);
        server_send_text(request, head);
        server_send(request, body, LONG_BODY);
        server_send_text(request, "\r\n0\r\n\r\n");
    } else {
        snprintf(
            head, sizeof(head), "HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n",
            strcmp(server_path(request), "/error") == 0 ? "500 No" : "200 OK",
            (int)LONG_BODY);
        server_send_text(request, head);
        server_send(request, body, cut ? LONG_BODY / 2 : LONG_BODY);
    }
    free(body);
    return cut ? SERVER_CLOSE : SERVER_KEEP;
}

static struct reply fetch_to(const struct server *server, const char *path,
                             struct save_file *file)
{
    char url[SERVER_URL_SIZE];
    struct transfer_request request = {
        .url = url, .timeout_us = 10000000, .file = file};
    struct reply reply;

    server_url(server, NULL, path, url);
    transfer_perform(transfer, &blocking.way, &request, &reply);
    reply.url = NULL;
    return reply;
}

Test(transfer, streams_a_long_body_to_its_file)
{
    struct server *server = server_start(send_long, NULL);
    char *body = long_body();
    static const char *const paths[] = {"/ok", "/chunked"};
    char output[SCRATCH_SIZE];
    struct save_dir *dir;

    scratch_make(output);
    cr_assert(eq(int, save_dir_open(&dir, output), 0));
    for (size_t i = 0; i < 2; i++) {
        struct save_file file = save_file(dir, 1);
        struct reply reply = fetch_to(server, paths[i], &file);

        cr_expect(eq(int, reply.cause, CAUSE_NONE), "%s", reply.text);
        cr_expect(eq(i64, reply.bytes, LONG_BODY));
        expect_body(body, TRANSFER_HEAD);
        cr_expect(eq(int, transfer_store(transfer, &file), 0));
        cr_expect(eq(int, save_commit(&file, "long"), 0));
        cr_expect(scratch_holds(output, "long", body, LONG_BODY));
    }
    save_dir_close(dir);
    scratch_remove(output);
    free(body);
    server_stop(server);
}

Test(transfer, discards_what_a_long_body_left_when_it_fails)
{
    struct server *server = server_start(send_long, NULL);
    char output[SCRATCH_SIZE];
    struct save_dir *dir;
    struct save_file file;
    struct reply reply;
    char *names;

    scratch_make(output);
    cr_assert(eq(int, save_dir_open(&dir, output), 0));
    file = save_file(dir, 1);
    reply = fetch_to(server, "/cut", &file);

    cr_expect(eq(int, reply.cause, CAUSE_TRUNCATED));
    cr_expect(eq(int, file.fd, -1));
    cr_assert(eq(int, save_create(&file), 0), "the name is free again");
    save_discard(&file);
    save_dir_close(dir);
    names = scratch_list(output);
    cr_expect(eq(str, names, ""));
    free(names);
    scratch_remove(output);
    server_stop(server);
}

Test(transfer, gives_up_on_a_long_body_that_has_no_file)
{
    struct server *server = server_start(send_long, NULL);
    struct reply reply = fetch(server, "/ok");

    cr_expect(eq(int, reply.cause, CAUSE_CONTENT));
    cr_expect(eq(str, reply.text, "longer than 65536 bytes"));
    server_stop(server);
}

Test(transfer, does_not_read_the_long_body_of_an_error)
{
    struct server *server = server_start(send_long, NULL);
    struct reply reply = fetch(server, "/error");

    cr_expect(eq(int, reply.cause, CAUSE_HTTP));
    cr_expect(eq(str, reply.text, "HTTP 500 No"));
    cr_expect(lt(i64, reply.bytes, LONG_BODY));
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
    struct reply reply;

    server_url(server, NULL, "/br/br.gif", url);
    transfer_perform(transfer, &blocking.way, &request, &reply);
    cr_expect(eq(int, calls, 1));

    server_stop(server);
    transfer_perform(transfer, &blocking.way, &request, &reply);
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
    transfer_free(transfer);
    options.user = "u";
    options.password = "p";
    transfer = transfer_new(&options);
    way_blocking_init(&blocking, transfer, &stop);
    fetch(server, "/here");
    expect_body("known", 5);
    fetch(server, "/away");
    expect_body("stranger", 8);
    server_stop(server);
    server_stop(other);
}

Test(transfer, goes_directly_to_a_server_of_our_own)
{
    struct server *server = server_start(server_flags, NULL);
    struct reply reply;

    setenv("http_proxy", "http://127.0.0.1:1", 1);
    reply = fetch(server, "/br/br.gif");
    cr_expect(ne(int, reply.cause, CAUSE_NONE));

    transfer_free(transfer);
    options.direct = true;
    transfer = transfer_new(&options);
    way_blocking_init(&blocking, transfer, &stop);
    reply = fetch(server, "/br/br.gif");
    cr_expect(eq(int, reply.cause, CAUSE_NONE));
    server_stop(server);
}

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
