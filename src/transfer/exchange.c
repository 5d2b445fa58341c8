#include "transfer/exchange.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "transfer/transfer.h"

enum {
    /* Of the body that comes with an error, which nobody wants, read so much
       that the connection can be used again, then give up. */
    DISCARD_BYTES = 1024 * 1024,
    DISCARD_US = 1000000,
    FIRST_SUCCESS = 200,
    PARTIAL_CONTENT = 206,
    FIRST_REDIRECT = 300,
    NOT_FOUND = 404,
    REQUEST_TIMEOUT = 408
};

static long number_of(CURL *easy, CURLINFO which)
{
    long number = 0;

    curl_easy_getinfo(easy, which, &number);
    return number;
}

/* The connection that is in use was not made for this request. */
static bool is_kept(const struct exchange *exchange)
{
    return number_of(exchange->easy, CURLINFO_NUM_CONNECTS) == 0;
}

/* The kept connection that is there must not have the request: something has
   come over it already; or it would be the second in a row that may turn out to
   be dead, for libcurl repeats a request on any connection, five times. */
static bool is_unfit(const struct exchange *exchange, bool again)
{
    if (!is_kept(exchange))
        return false;
    if (again && !exchange->http2_prior && !tls_speaks_http2(exchange->easy))
        return true;
    return tls_has_answer(exchange->easy);
}

const struct head *exchange_head(const struct exchange *exchange)
{
    static const struct head none = {.length = -1};

    return exchange->head ? exchange->head : &none;
}

static void forget_head(struct exchange *exchange)
{
    if (exchange->head)
        head_begin(exchange->head);
}

/* Bytes of an answer have come, and no line. */
static bool has_begun(const struct exchange *exchange)
{
    return !exchange_head(exchange)->any &&
           (exchange->tls.answered || exchange->use.rest > 0);
}

/* See to it that it is noticed what comes, be it less than a line. */
static void watch_connection(struct exchange *exchange, int local_port)
{
    exchange->use.owner = exchange->easy;
    if (exchange->plain && !exchange->http2_prior)
        connections_use(exchange->way->connections, local_port, &exchange->use,
                        exchange->socks && !is_kept(exchange));
    else
        tls_watch_begin(&exchange->tls, exchange->easy);
}

/* CURLOPT_PREREQFUNCTION: a connection is there, and the request is about to be
   sent; for the second time perhaps, if libcurl repeats it. */
static int on_request(void *arg, char *remote, char *local, int remote_port,
                      int local_port)
{
    struct exchange *exchange = arg;

    (void)remote;
    (void)local;
    (void)remote_port;
    if (exchange->asked && has_begun(exchange)) {
        exchange->half = true;
        return CURL_PREREQFUNC_ABORT;
    }
    forget_head(exchange);
    exchange->error[0] = '\0'; /* of the connection before */
    exchange->stale = is_unfit(exchange, exchange->asked);
    exchange->asked = true;
    if (exchange->stale)
        return CURL_PREREQFUNC_ABORT;
    watch_connection(exchange, local_port);
    return CURL_PREREQFUNC_OK;
}

/* The rest of what is kept goes behind it; another answer is the whole, and
   comes in its place. False: the answer is to be given up. */
static bool begin_body(struct exchange *exchange)
{
    struct continuation *kept = exchange->continuation;

    if (!kept || kept->bytes == 0)
        return true;
    if (exchange->head->status != PARTIAL_CONTENT) {
        continuation_drop(kept);
        return true;
    }
    exchange->refused = !continuation_fits(kept, exchange->head);
    if (!exchange->refused)
        exchange->body_error = continuation_resume(kept, &exchange->intake);
    return !exchange->refused && exchange->body_error == 0;
}

/* The head is complete. False: nothing more of the answer is wanted. */
static bool on_head(struct exchange *exchange)
{
    const struct head *head = exchange->head;

    if (head->status >= FIRST_REDIRECT) {
        exchange->way->end_within(exchange->way, DISCARD_US);
        return true;
    }
    if (!begin_body(exchange))
        return false;
    if (head->length >
        intake_limit(exchange->intake.sinks) - exchange->intake.from) {
        exchange->body_error = -EMSGSIZE;
        return false;
    }
    exchange->by_close = head_ends_by_close(head);
    return true;
}

/* The first line of an answer that is somebody else's: the server gave up a
   connection that it took to be idle, or what it had sent before was too long.
   Behind an interim answer (1xx), which is to this request, what comes is its
   own. */
static bool is_stale(const struct exchange *exchange, bool is_first)
{
    const struct head *head = exchange->head;

    return is_first &&
           (head->is_garbage ||
            (head->status == REQUEST_TIMEOUT && head->major < 2)) &&
           is_kept(exchange);
}

/* The head that a line belongs to; NULL: no memory. */
static struct head *begin_head(struct exchange *exchange)
{
    if (!exchange->head) {
        exchange->head = malloc(sizeof(*exchange->head));
        if (exchange->head)
            head_begin(exchange->head);
        else
            exchange->body_error = -ENOMEM;
    }
    return exchange->head;
}

static size_t on_header(char *line, size_t size, size_t count, void *arg)
{
    struct exchange *exchange = arg;
    struct head *head = begin_head(exchange);
    enum head_part before;
    bool is_first, goes_on;

    if (!head)
        return 0;
    before = head->part;
    is_first = !head->any;
    goes_on = head_line(head, line, size * count);
    connection_hand_on(&exchange->use, size * count);
    exchange->use.framed = head->chunked;
    if (is_stale(exchange, is_first)) {
        exchange->stale = true;
        return 0;
    }
    if (exchange->on_first_byte) {
        exchange->on_first_byte(exchange->arg);
        exchange->on_first_byte = NULL;
    }
    /* What follows tells no more: it is read for a moment, so that the
       connection can be used again. */
    if (before == HEAD_EXPECTED && head->status == NOT_FOUND)
        exchange->way->end_within(exchange->way, DISCARD_US);
    if (goes_on && before == HEAD_FIELDS && head->part == HEAD_COMPLETE)
        goes_on = on_head(exchange);
    return goes_on ? size * count : 0;
}

static size_t on_body(char *from, size_t size, size_t count, void *arg)
{
    struct exchange *exchange = arg;
    size_t bytes = size * count;

    connection_hand_on(&exchange->use, bytes);
    if (exchange_head(exchange)->status >= FIRST_REDIRECT) {
        exchange->discarded += (int64_t)bytes;
        return exchange->discarded <= DISCARD_BYTES ? bytes : 0;
    }
    if (exchange->received)
        atomic_fetch_add_explicit(exchange->received, (long long)bytes,
                                  memory_order_relaxed);
    exchange->body_error = intake_add(&exchange->intake, from, bytes);
    return exchange->body_error == 0 ? bytes : 0;
}

CURLcode exchange_configure(struct exchange *exchange, CURL *easy,
                            const struct transfer_options *options)
{
    CURLcode code = tls_configure(easy, &exchange->tls_begun);

    exchange->easy = easy;
    exchange->reuse = options->reuse;
    exchange->http2_prior = options->http == TRANSFER_HTTP2_PRIOR;
    exchange->received = options->received;
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange->error);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_request);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_PREREQDATA, exchange);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_HEADERDATA, exchange);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange);
    return code;
}

void exchange_rest(struct exchange *exchange)
{
    free(exchange->head);
    exchange->head = NULL;
    intake_close(&exchange->intake);
}

void exchange_close(struct exchange *exchange)
{
    exchange_rest(exchange);
}

/* 0 would be no limit: what is left is at least a millisecond. */
static CURLcode set_timeout(CURL *easy, int64_t timeout_us)
{
    return curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
                            (long)((timeout_us + 999) / 1000));
}

void exchange_forget(struct exchange *exchange)
{
    forget_head(exchange);
    exchange->error[0] = '\0';
    exchange->body_error = 0;
    exchange->cut_off = false;
    exchange->tls_begun = false;
}

static void begin(struct exchange *exchange)
{
    exchange_forget(exchange);
    intake_begin(&exchange->intake, exchange->intake.sinks);
    exchange->tls = (struct tls_watch){.ssl = NULL};
    exchange->use = (struct connection_use){.rest = 0};
    exchange->discarded = 0;
    exchange->asked = false;
    exchange->stale = false;
    exchange->refused = false;
    exchange->half = false;
    exchange->by_close = false;
}

/* The connection broke, or ended. */
static bool is_break(CURLcode code)
{
    return code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR ||
           code == CURLE_GOT_NOTHING;
}

static CURLcode perform_once(struct exchange *exchange, int64_t timeout_us)
{
    const struct tls_watch *tls = &exchange->tls;
    CURLcode code = set_timeout(exchange->easy, timeout_us);

    begin(exchange);
    if (code == CURLE_OK)
        code = exchange->way->perform(exchange->way, exchange->easy);
    connection_leave(&exchange->use);
    tls_watch_end(&exchange->tls);
    if (is_break(code) && has_begun(exchange))
        exchange->half = true;
    if (exchange->half && !exchange->way->cancelled)
        return CURLE_RECV_ERROR;
    /* libcurl 8.14 takes it for a failure to receive, 7.88 for the end. */
    if (exchange->by_close && tls->watching && !tls->closed &&
        (code == CURLE_OK || code == CURLE_RECV_ERROR)) {
        exchange->cut_off = true;
        code = CURLE_PARTIAL_FILE;
    }
    return code;
}

/* It ended on a kept connection before its own answer began. */
static bool failed_unanswered(const struct exchange *exchange, CURLcode code)
{
    if (exchange->stale)
        return true;
    if (exchange->half)
        return false;
    switch (code) {
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL: /* HTTP/0.9: no status line */
        return !exchange_head(exchange)->any && is_kept(exchange);
    default:
        return false;
    }
}

CURLcode exchange_perform(struct exchange *exchange, struct way *way,
                          int64_t timeout_us)
{
    curl_off_t spent_us = 0;
    CURLcode code;

    exchange->way = way;
    exchange->lost_us = 0;
    code = perform_once(exchange, timeout_us);
    if (way->cancelled || !failed_unanswered(exchange, code))
        return code;
    curl_easy_getinfo(exchange->easy, CURLINFO_TOTAL_TIME_T, &spent_us);
    if (timeout_us > 0) {
        if (spent_us >= timeout_us)
            return CURLE_OPERATION_TIMEDOUT;
        timeout_us -= spent_us;
    }
    exchange->lost_us = spent_us;
    code = curl_easy_setopt(exchange->easy, CURLOPT_FRESH_CONNECT, 1L);
    if (code == CURLE_OK)
        code = perform_once(exchange, timeout_us);
    curl_easy_setopt(exchange->easy, CURLOPT_FRESH_CONNECT,
                     exchange->reuse ? 0L : 1L);
    return code;
}
