#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "await/await.h"
#include "fixture/http2/h2_session.h"
#include "fixture/http2/h2_stream.h"
#include "fixture/http_request.h"

/*
 * Whatever a client sends, in whatever pieces: an HTTP/2 session comes to its
 * end, every stream is served at most once and to its end, the heads that it
 * hands out are such that the reader of HTTP/1.1 keeps within them, and
 * nothing is left behind.
 *
 * The first byte chooses the pieces, and whether preface and settings go
 * before: mutations rarely keep them. The rest is what the client sends.
 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
                              "\0\0\0\4\0\0\0\0\0";

struct client {
    const char *bytes;
    size_t left;
    size_t piece;
    char *given; /* of exactly its length, so that a byte too far is seen */
    unsigned choice;
    int busy;
    int serving;
    int64_t written;
};

static void check(int good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "broken: %s\n", what);
    abort();
}

static ssize_t give(void *data, const char **bytes)
{
    struct client *c = data;
    size_t n = c->left < c->piece ? c->left : c->piece;

    if (aw_sleep(0) < 0)
        return AW_ECANCELED;
    free(c->given);
    c->given = malloc(n ? n : 1);
    check(c->given != NULL, "memory");
    memcpy(c->given, c->bytes, n);
    c->bytes += n;
    c->left -= n;
    *bytes = c->given;
    return (ssize_t)n;
}

/* A client that is slow at times. */
static int swallow(void *data, const char *bytes, size_t n)
{
    struct client *c = data;
    volatile char last = n ? bytes[n - 1] : 0;

    (void)last;
    check(n > 0, "an empty write");
    c->written += (int64_t)n;
    return c->choice & 16 ? aw_sleep(0) : 0;
}

static void on_busy(void *data, bool is_busy)
{
    struct client *c = data;

    check(is_busy != (c->busy > 0), "busy twice");
    c->busy = is_busy;
}

static bool is_stopping(void *data)
{
    struct client *c = data;

    return c->choice & 32 && c->left == 0;
}

static void serve(struct h2_stream *st, void *data)
{
    static char status[] = ":status";
    static char ok[] = "200";
    struct client *c = data;
    nghttp2_nv field = {(uint8_t *)status, (uint8_t *)ok, 7, 3, 0};
    struct http_request request = {0};
    const char *head;
    char body[100];
    struct iovec part = {body, sizeof(body)};
    ssize_t n;
    int rc;

    c->serving++;
    check(c->serving <= H2_STREAMS_MOST + 1000, "too many streams");
    (void)h2_stream_head(st, &head, (size_t *)&n);
    rc = http_request_read(&request, head, (size_t)n);
    check(rc != HTTP_COMPLETE || request.head_bytes == (size_t)n, "a head");
    memset(body, 'b', sizeof(body));
    if (c->choice & 64)
        h2_stream_stall(st);
    do {
        n = h2_stream_read(st, body, sizeof(body));
    } while (n > 0);
    if (n == 0 && h2_stream_respond(st, &field, 1, false) == 0 &&
        h2_stream_send(st, &part, 1, c->choice & 128) == 0 &&
        !(c->choice & 128))
        h2_stream_reset(st, NGHTTP2_CANCEL);
    c->serving--;
}

static int run(void *arg, aw_value *ret)
{
    struct client *c = arg;
    struct h2_hooks hooks = {give, swallow, on_busy, is_stopping, serve, c, 5};
    struct h2_faults faults = {0};

    (void)ret;
    (void)h2_session_run(&hooks, &faults);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned choice = size ? data[0] : 0;
    size_t before = choice & 1 ? 0 : sizeof(preface) - 1;
    size_t rest = size ? size - 1 : 0;
    char *all = malloc(before + rest + 1);
    struct client c = {
        all, before + rest, 1u << (choice >> 1 & 7), NULL, choice, 0, 0, 0};
    aw_loop_options options = {.virtual_clock = true};

    if ((choice >> 1 & 7) == 7)
        c.piece = 4096;
    check(all != NULL, "memory");
    memcpy(all, preface, before);
    if (rest)
        memcpy(all + before, data + 1, rest);
    check(aw_run(aw_call(run, &c), NULL, &options) == 0, "the run");
    check(c.serving == 0, "a stream is still served");
    check(c.busy == 0, "busy at the end");
    free(c.given);
    free(all);
    return 0;
}
