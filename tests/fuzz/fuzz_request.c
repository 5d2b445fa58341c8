#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture/answer.h"
#include "fixture/conditions.h"
#include "fixture/http_request.h"
#include "fixture/url_path.h"
#include "fixture/weather.h"

/*
 * Whatever bytes arrive, and in whatever pieces: the reader neither crashes nor
 * reads beyond them, its offsets lie within, its verdict does not depend on the
 * pieces; and what a complete request leads to can be answered and read.
 *
 * The first byte chooses the pieces and the fault; the rest are requests.
 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const rules[] = {
    "status=503,retry-after=date:9",
    "redirect-loop",
    "truncate=50%,framing=chunked",
    "corrupt=3",
    "bad-chunk",
    "header-bomb=100,line=20",
    "etag=changing",
    "meta=huge",
};

static void check(int good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "broken: %s\n", what);
    abort();
}

static void check_slices(const struct http_request *r, size_t n)
{
    check(r->target.at + (size_t)r->target.length <= n, "target");
    for (int i = 0; i < HTTP_FIELDS; i++)
        check(r->fields[i].at + (size_t)r->fields[i].length <= n, "field");
}

/* A copy of exactly n bytes, so that the sanitizer sees a byte too far. */
static char *exact(const char *bytes, size_t n)
{
    char *copy = malloc(n ? n : 1);

    check(copy != NULL, "memory");
    if (n)
        memcpy(copy, bytes, n);
    return copy;
}

static int read_whole(struct http_request *r, const char *bytes, size_t n)
{
    memset(r, 0, sizeof(*r));
    return http_request_read(r, bytes, n);
}

static int read_pieces(struct http_request *r, const char *bytes, size_t n,
                       size_t piece)
{
    int rc = HTTP_INCOMPLETE;

    memset(r, 0, sizeof(*r));
    for (size_t have = 0; rc == HTTP_INCOMPLETE && have < n;) {
        char *copy;

        have = n - have < piece ? n : have + piece;
        copy = exact(bytes, have);
        rc = http_request_read(r, copy, have);
        free(copy);
    }
    return rc;
}

static void read_response(const struct response *r)
{
    char scratch[512];
    int64_t at = 0;

    while (at < 100000) {
        struct iovec iov[4];
        int count = 4;
        int64_t n =
            response_gather(r, at, 1000, iov, &count, scratch, sizeof(scratch));

        check(n >= 0, "response");
        if (n == 0)
            break;
        at += n;
    }
}

static void answer_request(const struct http_request *request,
                           const char *bytes, unsigned choice)
{
    static const char body[] = "GIF89a, or something like it";
    struct file *file = file_new("image/gif", body, sizeof(body));
    struct question q = {.request = request,
                         .bytes = bytes,
                         .date = "Thu, 01 Jan 1970 00:01:40 GMT",
                         .keep_alive = request->keep_alive,
                         .dice = choice};
    struct response r;
    struct fault fault;
    char why[200];

    check(file != NULL, "memory");
    snprintf(file->etag, sizeof(file->etag), "\"tag\"");
    check(fault_parse(&fault, rules[choice % 8], why, sizeof(why)) == 0, why);
    q.file = file;
    q.fault = choice & 8 ? &fault : NULL;
    response_init(&r);
    check(answer(&r, &q) == 0, "answer");
    read_response(&r);
    response_close(&r);
    fault_close(&fault);
    file_unref(file);
}

static void use(const struct http_request *request, const char *bytes,
                unsigned choice)
{
    struct weather weather = {.seed = choice, .error_rate = 0.5};
    struct url_path path;
    char *room = malloc(request->target.length + 3);

    check(room != NULL, "memory");
    if (url_path_read(&path, room, bytes + request->target.at,
                      request->target.length) == 0) {
        check(strlen(path.text) <= request->target.length + 1, "path");
        (void)weather_at(&weather, path.text, 1);
    }
    free(room);
    answer_request(request, bytes, choice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned choice = size ? data[0] : 0;
    const char *bytes = (const char *)data + 1;
    size_t left = size ? size - 1 : 0;

    for (int requests = 0; left > 0 && requests < 16; requests++) {
        struct http_request whole;
        struct http_request pieces;
        char *copy = exact(bytes, left);
        int rc = read_whole(&whole, copy, left);

        check(rc == read_pieces(&pieces, bytes, left, 1 + choice % 7),
              "verdicts");
        check_slices(&whole, left);
        if (rc == HTTP_COMPLETE) {
            check(memcmp(&whole, &pieces, sizeof(whole)) == 0, "requests");
            check(whole.head_bytes <= left, "head");
            use(&whole, copy, choice);
        }
        free(copy);
        if (rc != HTTP_COMPLETE)
            break;
        bytes += whole.head_bytes;
        left -= whole.head_bytes;
    }
    return 0;
}
