#include "transfer/reply.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "text/quantity.h"
#include "text/url.h"

enum { WORDS_SIZE = CURL_ERROR_SIZE };

static void make_printable(char *text)
{
    /* libcurl's words may quote the server's. */
    for (char *at = text; *at; at++) {
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            *at = '?';
    }
}

void reply_fail(struct reply *reply, enum cause cause, const char *format, ...)
{
    va_list arguments;

    reply->cause = cause;
    va_start(arguments, format);
    vsnprintf(reply->text, sizeof(reply->text), format, arguments);
    va_end(arguments);
    make_printable(reply->text);
}

/* Go on with the text. */
__attribute__((format(printf, 2, 3))) static void add(struct reply *reply,
                                                      const char *format, ...)
{
    size_t length = strlen(reply->text);
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(reply->text + length, sizeof(reply->text) - length, format,
              arguments);
    va_end(arguments);
    make_printable(reply->text + length);
}

void reply_fail_save(struct reply *reply, int error)
{
    /* A full disk, or none any more: ours are plain names in directories that
       were there. */
    bool ends = error == -ENOSPC || error == -EDQUOT || error == -ENOENT ||
                error == -ESTALE || error == -EROFS;

    reply->os_error = -error;
    reply_fail(reply, ends ? CAUSE_DISK_FULL : CAUSE_SAVE, "cannot save: %s",
               strerror(-error));
}

static bool is_said(const char *text)
{
    return text && *text;
}

/* libcurl's words for what happened, the general ones if need be, without the
   credentials of URLs that they may quote. */
static const char *words(const struct reply *reply,
                         const struct reply_facts *facts, char room[WORDS_SIZE])
{
    if (!is_said(facts->error))
        return curl_easy_strerror(reply->curl);
    url_mask_within(room, WORDS_SIZE, facts->error);
    return room;
}

/* The system's words, if there are any, else libcurl's. */
static const char *system_words(const struct reply *reply,
                                const struct reply_facts *facts,
                                char room[WORDS_SIZE])
{
    return reply->os_error ? strerror(reply->os_error)
                           : words(reply, facts, room);
}

static void explain_status(struct reply *reply, const struct reply_facts *facts)
{
    enum { PROXY_CREDENTIALS = 407 };

    /* A part that nobody asked for is not what was asked for. */
    if (reply->http_status / 100 == 2 &&
        (reply->http_status != 206 || reply->from > 0))
        return;
    if (reply->http_status == 304 && facts->conditional)
        return;
    reply_fail(reply,
               facts->proxy && reply->http_status == PROXY_CREDENTIALS
                   ? CAUSE_PROXY
                   : CAUSE_HTTP,
               "HTTP %ld%s%s", reply->http_status,
               reply->reason[0] ? " - " : "", reply->reason);
}

/* Received of the whole body. */
static int64_t whole_bytes(const struct reply *reply)
{
    return reply->from + reply->bytes;
}

static void explain_timeout(struct reply *reply,
                            const struct reply_facts *facts)
{
    double limit_s = (double)facts->timeout_us / 1e6;
    int64_t expected = reply->from + facts->expected_bytes;
    /* Of a kept connection libcurl tells no time. */
    bool kept = reply->local_port != 0 && !reply->new_connection;
    bool connected = kept || reply->times.connected_us > 0 || facts->tls_begun;
    bool secured = kept || !facts->tls || reply->times.secured_us > 0;

    if (!connected && facts->connect_timeout_us > 0 &&
        (facts->timeout_us == 0 ||
         facts->connect_timeout_us < facts->timeout_us))
        reply_fail(reply, CAUSE_TIMEOUT, "timeout: no connection within %g s",
                   (double)facts->connect_timeout_us / 1e6);
    else if (!connected)
        reply_fail(reply, CAUSE_TIMEOUT, "timeout: no connection within %g s",
                   limit_s);
    else if (!secured)
        reply_fail(reply, CAUSE_TIMEOUT, "timeout: no TLS within %g s",
                   facts->connect_timeout_us > 0 &&
                           (facts->timeout_us == 0 ||
                            facts->connect_timeout_us < facts->timeout_us)
                       ? (double)facts->connect_timeout_us / 1e6
                       : limit_s);
    else if (!facts->head_complete)
        reply_fail(reply, CAUSE_TIMEOUT, "timeout: no answer within %g s",
                   limit_s);
    else if (facts->expected_bytes >= 0)
        reply_fail(reply, CAUSE_TIMEOUT,
                   "timeout: %lld of %lld byte%s within %g s",
                   (long long)whole_bytes(reply), (long long)expected,
                   quantity_plural((uint64_t)expected), limit_s);
    else
        reply_fail(reply, CAUSE_TIMEOUT, "timeout: %lld byte%s within %g s",
                   (long long)whole_bytes(reply),
                   quantity_plural((uint64_t)whole_bytes(reply)), limit_s);
}

static void explain_truncation(struct reply *reply,
                               const struct reply_facts *facts)
{
    int64_t expected = reply->from + facts->expected_bytes;

    if (facts->expected_bytes >= 0)
        reply_fail(reply, CAUSE_TRUNCATED, "truncated: %lld of %lld byte%s",
                   (long long)whole_bytes(reply), (long long)expected,
                   quantity_plural((uint64_t)expected));
    else
        reply_fail(reply, CAUSE_TRUNCATED, "truncated after %lld byte%s",
                   (long long)whole_bytes(reply),
                   quantity_plural((uint64_t)whole_bytes(reply)));
}

static void explain_redirect(struct reply *reply)
{
    if (reply->curl == CURLE_TOO_MANY_REDIRECTS)
        reply_fail(reply, CAUSE_REDIRECT, "more than 10 redirects");
    else
        reply_fail(reply, CAUSE_REDIRECT,
                   "redirected to what is no URL of http or https");
}

static void explain_half_head(struct reply *reply)
{
    reply_fail(reply, CAUSE_TRUNCATED, "truncated within the head");
}

static void explain_complete(struct reply *reply,
                             const struct reply_facts *facts)
{
    explain_status(reply, facts);
    /* To libcurl a head that ends with its connection is one without a body. */
    if (reply->cause == CAUSE_NONE && !facts->head_complete)
        explain_half_head(reply);
    if (reply->cause == CAUSE_NONE && is_said(facts->encoding))
        reply_fail(reply, CAUSE_PROTOCOL, "unasked Content-Encoding: %s",
                   facts->encoding);
}

/* It is we who lack something. */
static bool is_local(int os_error)
{
    return os_error == EMFILE || os_error == ENFILE || os_error == ENOMEM ||
           os_error == ENOBUFS;
}

/* OpenSSL's words for a connection that is closed in the middle: libcurl 8.14
   passes them on, where 7.88 tells of a body that is too short. */
static bool ended_early(const struct reply_facts *facts)
{
    return facts->cut_off || (facts->tls && facts->error &&
                              strstr(facts->error, "unexpected eof"));
}

static void explain_break(struct reply *reply, const struct reply_facts *facts)
{
    char room[WORDS_SIZE];

    if (facts->half && !reply->os_error)
        explain_half_head(reply);
    else if (ended_early(facts) && facts->head_complete)
        explain_truncation(reply, facts);
    else if (ended_early(facts))
        reply_fail(reply, CAUSE_EMPTY_REPLY,
                   "the server closed the connection without an answer");
    else
        /* Without a word from the system it is libcurl that gave up: bad
           chunks, for one. */
        reply_fail(reply, reply->os_error ? CAUSE_RESET : CAUSE_PROTOCOL,
                   "%s%s", reply->os_error ? "the connection broke: " : "",
                   system_words(reply, facts, room));
}

static void explain_connect(struct reply *reply,
                            const struct reply_facts *facts)
{
    char room[WORDS_SIZE];
    enum cause cause = is_local(reply->os_error) ? CAUSE_LOCAL : CAUSE_CONNECT;

    reply_fail(reply, cause, "cannot connect: %s",
               system_words(reply, facts, room));
}

/* libcurl calls it lack of memory if a line of the head is longer than its
   buffer may become (100 KiB), before 8.7 or so. */
static bool is_long_line(const struct reply *reply,
                         const struct reply_facts *facts)
{
    enum { TOO_LARGE = 100 }; /* CURLE_TOO_LARGE, of libcurl 8.6 */

    return (reply->curl == CURLE_OUT_OF_MEMORY ||
            (int)reply->curl == TOO_LARGE) &&
           !facts->no_memory && !facts->head_complete &&
           (reply->local_port > 0 || reply->times.connected_us > 0);
}

static void explain_failure(struct reply *reply,
                            const struct reply_facts *facts)
{
    char room[WORDS_SIZE];

    switch (reply->curl) {
    case CURLE_ABORTED_BY_CALLBACK:
        reply_fail(reply, CAUSE_CANCELLED, "cancelled");
        break;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        reply_fail(reply, CAUSE_RESOLVE, "cannot resolve: %s",
                   words(reply, facts, room));
        break;
    case CURLE_COULDNT_CONNECT:
        explain_connect(reply, facts);
        break;
    case CURLE_OPERATION_TIMEDOUT:
        explain_timeout(reply, facts);
        break;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
        reply_fail(reply, CAUSE_TLS, "TLS: %s", words(reply, facts, room));
        break;
    case CURLE_GOT_NOTHING:
        reply_fail(reply, CAUSE_EMPTY_REPLY,
                   "the server closed the connection without an answer");
        break;
    case CURLE_PARTIAL_FILE:
        explain_truncation(reply, facts);
        break;
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
        explain_break(reply, facts);
        break;
    case CURLE_OUT_OF_MEMORY:
    case CURLE_FAILED_INIT:
        reply_fail(reply, CAUSE_LOCAL, "%s", curl_easy_strerror(reply->curl));
        break;
    default:
        reply_fail(reply, CAUSE_PROTOCOL, "%s", words(reply, facts, room));
        break;
    }
}

/* The end of a connection that libcurl's words tell. Over TLS its number may be
   another by then: that of a goodbye for which it was too late. 0: none. */
static int told_error(const char *words)
{
    static const int ends[] = {ECONNRESET, EPIPE,        ECONNABORTED,
                               ETIMEDOUT,  EHOSTUNREACH, ENETUNREACH,
                               ENETDOWN};

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        if (strstr(words, strerror(ends[i])))
            return ends[i];
    }
    return 0;
}

/*
 * libcurl keeps the errno of an earlier transfer on the same handle (7.88):
 * believe it after a failed connect, which always sets it, and otherwise where
 * libcurl's own words say the same.
 */
static int believable_error(const struct reply *reply,
                            const struct reply_facts *facts)
{
    if (reply->curl == CURLE_COULDNT_CONNECT)
        return reply->os_error;
    if (!facts->error)
        return 0;
    if (reply->os_error != 0 && strstr(facts->error, strerror(reply->os_error)))
        return reply->os_error;
    return reply->curl == CURLE_RECV_ERROR || reply->curl == CURLE_SEND_ERROR
               ? told_error(facts->error)
               : 0;
}

/* What no answer of the server's can explain. True: it was one of these. */
static bool explain_proxy(struct reply *reply, const struct reply_facts *facts)
{
    if (facts->bad_proxy)
        reply_fail(reply, CAUSE_PROXY, "not the URL of a proxy");
    else if (facts->proxy && facts->connect_status / 100 > 2 &&
             reply->http_status == 0)
        reply_fail(reply, CAUSE_PROXY, "refused to connect: HTTP %ld",
                   facts->connect_status);
    else
        return false;
    return true;
}

/* An error's status decides, whatever becomes of its body; of its head, too, if
   the connection ends there, and for a 404 in any case. */
static bool status_decides(const struct reply *reply,
                           const struct reply_facts *facts)
{
    enum { NOT_FOUND = 404 };

    return reply->http_status >= 400 &&
           reply->curl != CURLE_ABORTED_BY_CALLBACK &&
           (facts->head_complete || reply->http_status == NOT_FOUND ||
            reply->curl == CURLE_RECV_ERROR ||
            reply->curl == CURLE_PARTIAL_FILE);
}

static void explain(struct reply *reply, const struct reply_facts *facts)
{
    bool cancelled = reply->curl == CURLE_ABORTED_BY_CALLBACK;

    if (facts->save_error < 0)
        reply_fail_save(reply, facts->save_error);
    else if (explain_proxy(reply, facts))
        ;
    else if (reply->curl == CURLE_TOO_MANY_REDIRECTS ||
             (reply->curl == CURLE_UNSUPPORTED_PROTOCOL &&
              reply->http_status / 100 == 3))
        explain_redirect(reply);
    else if (status_decides(reply, facts))
        explain_status(reply, facts);
    else if (is_said(facts->wrong) && !cancelled)
        reply_fail(reply, CAUSE_PROTOCOL, "%s", facts->wrong);
    else if (facts->limit_bytes > 0)
        reply_fail(reply, CAUSE_CONTENT, "longer than %lld byte%s",
                   (long long)facts->limit_bytes,
                   quantity_plural((uint64_t)facts->limit_bytes));
    else if (is_long_line(reply, facts))
        reply_fail(reply, CAUSE_PROTOCOL, "a header line longer than 100 KiB");
    else if (reply->curl == CURLE_OK ||
             (facts->head_complete && reply->http_status / 100 == 3 &&
              !cancelled))
        explain_complete(reply, facts);
    else
        explain_failure(reply, facts);
}

void reply_explain(struct reply *reply, const struct reply_facts *facts)
{
    reply->os_error = believable_error(reply, facts);
    reply->cause = CAUSE_NONE;
    reply->text[0] = '\0';
    explain(reply, facts);
    if (reply->cause == CAUSE_NONE || reply->cause == CAUSE_CANCELLED ||
        facts->save_error < 0)
        return;
    if (facts->proxy)
        add(reply, " (%s)", facts->proxy);
    if (facts->target)
        add(reply, " (redirected to %s)", facts->target);
}
