#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture/answer.h"
#include "fixture/upstream/upstream_internal.h"

/*
 * Whatever head a server behind the fixture answers with: what is passed on has
 * the form of header fields, none of which is for one connection only, and can
 * be answered under any fault. And whatever fields a client sends to it.
 *
 * The first byte chooses the fault, and whether the rest is a request or the
 * lines of an answer, which libcurl hands out one by one.
 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const rules[] = {
    "truncate=50%,framing=chunked",
    "corrupt=3",
    "bad-chunk",
    "header-bomb=100,line=20",
    "etag=off",
    "etag=changing",
    "reset=body:50%",
    "bad-length=5",
};

static void check(int good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "broken: %s\n", what);
    abort();
}

static bool is_token(const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)bytes[i] <= ' ' || bytes[i] == ':' ||
            bytes[i] == 0x7f)
            return false;
    return n > 0;
}

/* Lines of "name: value\r\n", with no control characters in them. */
static void check_fields(const struct relay *r)
{
    size_t n;
    const char *at = relay_fields(r, &n);
    const char *end = n ? at + n : at; /* without fields it is NULL */

    check(n <= UPSTREAM_HEAD_MOST + 4096, "a large head");
    while (at < end) {
        const char *colon = memchr(at, ':', (size_t)(end - at));
        const char *line = memmem(at, (size_t)(end - at), "\r\n", 2);

        check(colon && line && colon < line, "a line");
        check(is_token(at, (size_t)(colon - at)), "a name");
        check(!hop_is_by_hop(at, (size_t)(colon - at), &r->named),
              "a field of one connection");
        for (const char *p = colon; p < line; p++)
            check((unsigned char)*p >= ' ' || *p == '\t', "a value");
        at = line + 2;
    }
}

static ssize_t no_more(struct response_source *source, const char **bytes)
{
    (void)source;
    (void)bytes;
    return 0;
}

static void answer_with(struct relay *r, unsigned choice)
{
    static const char head[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    struct response_source source = {no_more};
    struct relayed relayed = {.status = relay_status(r),
                              .length = relay_length(r),
                              .source = &source};
    struct http_request request = {0};
    struct question q = {.request = &request,
                         .bytes = head,
                         .relayed = &relayed,
                         .date = "Thu, 01 Jan 1970 00:01:40 GMT",
                         .keep_alive = true};
    char scratch[512];
    struct iovec iov[4];
    int count = 4;
    struct response response;
    struct fault fault;
    char why[200];

    check(http_request_read(&request, head, sizeof(head) - 1) == HTTP_COMPLETE,
          "the request");
    check(fault_parse(&fault, rules[choice % 8], why, sizeof(why)) == 0, why);
    q.fault = choice & 8 ? &fault : NULL;
    if (q.fault && fault.kind == FAULT_ETAG)
        relay_drop_field(r, "etag");
    check_fields(r);
    relayed.fields = relay_fields(r, &relayed.fields_length);
    response_init(&response);
    check(answer(&response, &q) == 0, "answer");
    check(response_gather(&response, 0, 100, iov, &count, scratch,
                          sizeof(scratch)) > 0,
          "a head");
    response_close(&response);
    fault_close(&fault);
}

/* As libcurl does it: whole lines, the last perhaps without its end. */
static void read_answer(struct relay *r, const char *bytes, size_t left)
{
    while (left > 0) {
        const char *end = memchr(bytes, '\n', left);
        size_t n = end ? (size_t)(end - bytes) + 1 : left;
        char *line = malloc(n);

        check(line != NULL, "memory");
        memcpy(line, bytes, n);
        if (relay_on_header(line, 1, n, r) != n) {
            free(line);
            check(r->head_too_large || r->head.wrong[0] != '\0',
                  "a refused line");
            return;
        }
        free(line);
        bytes += n;
        left -= n;
    }
}

static void read_request(struct relay *r, const char *bytes, size_t n)
{
    struct http_request request = {0};

    if (http_request_read(&request, bytes, n) != HTTP_COMPLETE)
        return;
    check(relay_set_fields(r, &request, bytes), "the request's fields");
    for (struct curl_slist *f = r->sent_fields; f; f = f->next)
        check(!strpbrk(f->data, "\r\n"), "a line in a field");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned choice = size ? data[0] : 0;
    const char *bytes = (const char *)data + 1;
    size_t n = size ? size - 1 : 0;
    struct relay r = {0};

    head_begin(&r.head);
    if (choice & 16)
        read_request(&r, bytes, n);
    else
        read_answer(&r, bytes, n);
    if (r.has_head && r.head.status >= 200)
        answer_with(&r, choice);
    curl_slist_free_all(r.sent_fields);
    free(r.fields.bytes);
    free(r.named.bytes);
    return 0;
}
