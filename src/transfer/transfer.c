#include "transfer/transfer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "text/url.h"
#include "transfer/easy.h"
#include "transfer/redirect.h"
#include "transfer/transfer_internal.h"

struct transfer *transfer_new(const struct transfer_options *options)
{
    struct transfer *transfer = calloc(1, sizeof(*transfer));

    if (!transfer)
        return NULL;
    transfer->options = options;
    if (headers_init(&transfer->headers, options->headers) < 0) {
        free(transfer);
        return NULL;
    }
    transfer->easy = curl_easy_init();
    if (transfer->easy && easy_configure(transfer->easy, options) == CURLE_OK &&
        exchange_configure(&transfer->exchange, transfer->easy, options) ==
            CURLE_OK)
        return transfer;
    transfer_free(transfer);
    return NULL;
}

void transfer_free(struct transfer *transfer)
{
    if (!transfer)
        return;
    curl_easy_cleanup(transfer->easy);
    exchange_close(&transfer->exchange);
    headers_close(&transfer->headers);
    free(transfer->target);
    free(transfer);
}

enum { RANGE_NOT_SATISFIABLE = 416 };

static int64_t time_of(CURL *easy, CURLINFO which)
{
    curl_off_t time_us = 0;

    curl_easy_getinfo(easy, which, &time_us);
    return time_us;
}

static long number_of(CURL *easy, CURLINFO which)
{
    long number = 0;

    curl_easy_getinfo(easy, which, &number);
    return number;
}

/* What is left of the request's time: 0: no limit; -1: nothing. */
static int64_t time_left_us(const struct transfer *transfer)
{
    int64_t left_us = transfer->request->timeout_us;

    if (left_us == 0)
        return 0;
    left_us -= transfer->before.total_us;
    return left_us > 0 ? left_us : -1;
}

static CURLcode perform_hop(struct transfer *transfer, struct way *way,
                            const char *url)
{
    CURLcode code = transfer_prepare_hop(transfer, url);
    int64_t left_us = time_left_us(transfer);

    if (code != CURLE_OK)
        return code;
    if (left_us < 0)
        return CURLE_OPERATION_TIMEDOUT;
    code = exchange_perform(&transfer->exchange, way, left_us);
    transfer->before.total_us += transfer->exchange.lost_us;
    transfer->has_cookies = transfer->has_cookies ||
                            exchange_head(&transfer->exchange)->sets_cookies;
    return code;
}

/* Whether the answer leads on, and to where, in *target, which is the
   caller's. CURLE_OK and NULL: it is the last one. */
static CURLcode find_target(const struct transfer *transfer, CURLcode code,
                            const char *url, char **target)
{
    const struct head *head = exchange_head(&transfer->exchange);

    *target = NULL;
    if (head->part != HEAD_COMPLETE || head->status / 100 != 3 ||
        head->status == 304 || head->wrong[0] ||
        code == CURLE_ABORTED_BY_CALLBACK)
        return code;
    code = redirect_target(transfer->easy, url, target);
    if (code == CURLE_OK && *target &&
        transfer->redirects == TRANSFER_REDIRECTS) {
        free(*target);
        *target = NULL;
        return CURLE_TOO_MANY_REDIRECTS;
    }
    return code;
}

/* Whether the server has no rest of what is kept: then that is dropped, and
   the request is to be made again. */
static bool is_refused(struct transfer *transfer, CURLcode code)
{
    struct exchange *exchange = &transfer->exchange;
    struct continuation *kept = exchange->continuation;
    const struct head *head = exchange_head(exchange);

    if (!kept || kept->bytes == 0 || code == CURLE_ABORTED_BY_CALLBACK ||
        head->part != HEAD_COMPLETE ||
        !(exchange->refused || head->status == RANGE_NOT_SATISFIABLE))
        return false;
    continuation_drop(kept);
    transfer->before.total_us += time_of(transfer->easy, CURLINFO_TOTAL_TIME_T);
    return true;
}

/* From hop to hop, to the last one. */
static CURLcode perform(struct transfer *transfer, struct way *way)
{
    const char *url = transfer->request->url;

    for (;;) {
        char *target;
        CURLcode code = perform_hop(transfer, way, url);

        if (is_refused(transfer, code))
            continue;
        code = find_target(transfer, code, url, &target);
        if (!target)
            return code;
        transfer->before.total_us +=
            time_of(transfer->easy, CURLINFO_TOTAL_TIME_T);
        free(transfer->target);
        transfer->target = target;
        transfer->redirects++;
        url = target;
    }
}

/* Forget the request before; set what is this one's. */
static void begin(struct transfer *transfer,
                  const struct transfer_request *request)
{
    struct exchange *exchange = &transfer->exchange;

    transfer->request = request;
    transfer->redirects = 0;
    free(transfer->target);
    transfer->target = NULL;
    transfer->proxy = (struct proxy){NULL, NULL};
    transfer->bad_proxy = false;
    transfer->before = (struct reply_times){0};
    exchange_forget(exchange);
    exchange->on_first_byte = request->on_first_byte;
    exchange->arg = request->arg;
    /* A range of the user's own is not to be mixed up with ours. */
    exchange->continuation =
        headers_have(&transfer->headers, "Range") ||
                headers_have(&transfer->headers, "If-Range")
            ? NULL
            : request->continuation;
    intake_begin(&exchange->intake, &request->sinks);
    /* They are for the redirects of one request. */
    if (transfer->has_cookies)
        curl_easy_setopt(transfer->easy, CURLOPT_COOKIELIST, "ALL");
    transfer->has_cookies = false;
}

/*
 * libcurl does not tell why it got no socket (7.88): ask the system again.
 * A positive errno, 0: it gives one.
 */
static int socket_error(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return errno;
    close(fd);
    return 0;
}

/* What libcurl knows of the last hop's times, counted from the first. */
static struct reply_times times_of(const struct transfer *transfer)
{
    CURL *easy = transfer->easy;
    int64_t before_us = transfer->before.total_us;
    struct reply_times times = {
        .resolved_us = time_of(easy, CURLINFO_NAMELOOKUP_TIME_T),
        .connected_us = time_of(easy, CURLINFO_CONNECT_TIME_T),
        .secured_us = time_of(easy, CURLINFO_APPCONNECT_TIME_T),
        .first_byte_us = time_of(easy, CURLINFO_STARTTRANSFER_TIME_T),
        .total_us = time_of(easy, CURLINFO_TOTAL_TIME_T),
    };
    int64_t *each[] = {&times.resolved_us, &times.connected_us,
                       &times.secured_us, &times.first_byte_us,
                       &times.total_us};

    for (size_t i = 0; i < sizeof(each) / sizeof(each[0]); i++)
        *each[i] += *each[i] > 0 ? before_us : 0;
    return times;
}

/* For dates, which servers tell by the wall clock. */
static int64_t wall_clock_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec;
}

/* A server need not say again what it has said of the whole. */
static void look_up_whole(const struct continuation_answer *kept,
                          struct reply *reply)
{
    if (!reply->type[0])
        memcpy(reply->type, kept->type, sizeof(reply->type));
    if (!reply->etag[0])
        memcpy(reply->etag, kept->etag, sizeof(reply->etag));
    if (!reply->last_modified[0])
        memcpy(reply->last_modified, kept->last_modified,
               sizeof(reply->last_modified));
}

/* What libcurl knows of the transfer, and what the server said. */
static void look_up(const struct transfer *transfer, struct reply *reply)
{
    const struct head *head = exchange_head(&transfer->exchange);
    CURL *easy = transfer->easy;
    long local_port;

    reply->os_error = (int)number_of(easy, CURLINFO_OS_ERRNO);
    if (reply->curl == CURLE_COULDNT_CONNECT && reply->os_error == 0)
        reply->os_error = socket_error();
    local_port = number_of(easy, CURLINFO_LOCAL_PORT);
    reply->local_port = local_port > 0 ? local_port : 0; /* 8.14: -1 */
    reply->new_connection = number_of(easy, CURLINFO_NUM_CONNECTS) > 0;
    reply->times = times_of(transfer);
    reply->http_status = head->status;
    reply->bytes = head->status >= 300 ? transfer->exchange.discarded
                                       : transfer->exchange.intake.bytes;
    reply->retry_after_us =
        head->retry_after[0] ? head_retry_after_us(head, wall_clock_s()) : -1;
    memcpy(reply->reason, head->reason, sizeof(reply->reason));
    memcpy(reply->type, head->type, sizeof(reply->type));
    memcpy(reply->etag, head->etag, sizeof(reply->etag));
    memcpy(reply->last_modified, head->last_modified,
           sizeof(reply->last_modified));
    reply->from = transfer->exchange.intake.from;
    if (reply->from > 0)
        look_up_whole(transfer->exchange.continuation->answer, reply);
}

/* Whether the body's coding is one that nobody asked for. */
static const char *unasked_coding(const struct transfer *transfer)
{
    return headers_have(&transfer->headers, "Accept-Encoding")
               ? NULL
               : exchange_head(&transfer->exchange)->coding;
}

static void explain(const struct transfer *transfer, struct reply *reply)
{
    const struct exchange *exchange = &transfer->exchange;
    const struct transfer_request *request = transfer->request;
    const struct head *head = exchange_head(exchange);
    int body_error = exchange->body_error;
    char proxy[PROXY_TEXT_SIZE];
    char target[URL_MASKED_SIZE];
    struct reply_facts facts = {
        .error = exchange->error,
        .encoding = unasked_coding(transfer),
        .wrong = head->wrong,
        .head_complete = head->part == HEAD_COMPLETE,
        .tls = transfer->tls,
        .cut_off = exchange->cut_off,
        .half = exchange->half,
        .tls_begun = exchange->tls_begun,
        .no_memory = body_error == -ENOMEM,
        .timeout_us = request->limit_us > request->timeout_us
                          ? request->limit_us
                          : request->timeout_us,
        .connect_timeout_us = transfer->options->connect_timeout_us,
        .expected_bytes = head->chunked ? -1 : head->length,
        .conditional = transfer_is_conditional(request),
        .bad_proxy = transfer->bad_proxy,
        .connect_status = number_of(transfer->easy, CURLINFO_HTTP_CONNECTCODE),
    };

    if (body_error == -EMSGSIZE)
        facts.limit_bytes = intake_limit(&request->sinks);
    else if (body_error == -ENOMEM)
        reply->curl = CURLE_OUT_OF_MEMORY;
    else
        facts.save_error = body_error;
    if (transfer->proxy.url) {
        proxy_text(proxy, &transfer->proxy);
        facts.proxy = proxy;
    }
    if (transfer->target) {
        url_mask(target, sizeof(target), transfer->target);
        facts.target = target;
    }
    reply_explain(reply, &facts);
}

/* Of the rest of a body that is known, no more and no less is the end. */
static bool is_other_length(const struct exchange *exchange)
{
    const struct intake *intake = &exchange->intake;
    struct head_range range;

    return intake->from > 0 && head_range_of(exchange_head(exchange), &range) &&
           intake->from + intake->bytes != range.whole;
}

/* Keep what came of a body whose transfer broke. False: there is nothing to be
   kept. */
static bool keep(struct transfer *transfer, const struct reply *reply)
{
    struct exchange *exchange = &transfer->exchange;
    const struct head *head = exchange_head(exchange);

    if (!exchange->continuation || head->part != HEAD_COMPLETE ||
        !(head->status == 200 || exchange->intake.from > 0) ||
        (head->coding[0] &&
         !headers_have(&transfer->headers, "Accept-Encoding")))
        return false;
    switch (reply->cause) {
    case CAUSE_TIMEOUT:
    case CAUSE_RESET:
    case CAUSE_TRUNCATED:
        return continuation_keep(exchange->continuation, &exchange->intake,
                                 head);
    default:
        return false;
    }
}

void transfer_perform(struct transfer *transfer, struct way *way,
                      const struct transfer_request *request,
                      struct reply *reply)
{
    struct exchange *exchange = &transfer->exchange;

    *reply = (struct reply){.url = request->url};
    begin(transfer, request);
    reply->curl = perform(transfer, way);
    if (reply->curl == CURLE_OK && is_other_length(exchange))
        reply->curl = CURLE_PARTIAL_FILE;
    if (reply->curl == CURLE_OK && exchange_head(exchange)->status / 100 == 2)
        exchange->body_error = intake_end(&exchange->intake);
    look_up(transfer, reply);
    explain(transfer, reply);
    if (reply->cause != CAUSE_NONE && request->sinks.file &&
        !keep(transfer, reply))
        save_discard(request->sinks.file);
}

const void *transfer_body(const struct transfer *transfer, size_t *bytes)
{
    const struct intake *intake = &transfer->exchange.intake;

    *bytes = intake->handed_on ? 0 : intake->length;
    return intake->handed_on ? NULL : intake->buffer;
}

int transfer_store(struct transfer *transfer, struct save_file *file)
{
    return intake_store(&transfer->exchange.intake, file);
}

void transfer_rest(struct transfer *transfer)
{
    exchange_rest(&transfer->exchange);
}
