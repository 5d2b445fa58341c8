#include "transfer/reply.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void reply_fail(struct reply *reply, enum cause cause, const char *format, ...)
{
    va_list arguments;

    reply->cause = cause;
    va_start(arguments, format);
    vsnprintf(reply->text, sizeof(reply->text), format, arguments);
    va_end(arguments);
    /* libcurl's words may quote the server's. */
    for (char *at = reply->text; *at; at++) {
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            *at = '?';
    }
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

/* libcurl's words for what happened, the general ones if need be. */
static const char *words(const struct reply *reply,
                         const struct reply_facts *facts)
{
    return facts->error[0] ? facts->error : curl_easy_strerror(reply->curl);
}

/* The system's words, if there are any, else libcurl's. */
static const char *system_words(const struct reply *reply,
                                const struct reply_facts *facts)
{
    return reply->os_error ? strerror(reply->os_error) : words(reply, facts);
}

static void explain_status(struct reply *reply)
{
    /* A part that nobody asked for is not what was asked for. */
    if (reply->http_status / 100 == 2 && reply->http_status != 206)
        return;
    reply_fail(reply, CAUSE_HTTP, "HTTP %ld%s%s", reply->http_status,
               reply->reason[0] ? " " : "", reply->reason);
}

static void explain_timeout(struct reply *reply,
                            const struct reply_facts *facts)
{
    double limit_s = (double)facts->timeout_us / 1e6;
    /* Of a kept connection libcurl tells no time. */
    bool kept = reply->local_port != 0 && !reply->new_connection;
    bool connected = kept || reply->times.connected_us > 0;

    if (!connected && facts->connect_timeout_us > 0 &&
        (facts->timeout_us == 0 ||
         facts->connect_timeout_us < facts->timeout_us))
        reply_fail(reply, CAUSE_TIMEOUT, "timeout: no connection within %g s",
                   (double)facts->connect_timeout_us / 1e6);
    else if (!connected)
        reply_fail(reply, CAUSE_TIMEOUT, "timeout: no connection within %g s",
                   limit_s);
    else if (reply->times.first_byte_us == 0)
        reply_fail(reply, CAUSE_TIMEOUT, "timeout: no answer within %g s",
                   limit_s);
    else if (facts->expected_bytes >= 0)
        reply_fail(
            reply, CAUSE_TIMEOUT, "timeout: %lld of %lld bytes within %g s",
            (long long)reply->bytes, (long long)facts->expected_bytes, limit_s);
    else
        reply_fail(reply, CAUSE_TIMEOUT, "timeout: %lld bytes within %g s",
                   (long long)reply->bytes, limit_s);
}

static void explain_truncation(struct reply *reply,
                               const struct reply_facts *facts)
{
    if (facts->expected_bytes >= 0)
        reply_fail(reply, CAUSE_TRUNCATED, "truncated: %lld of %lld bytes",
                   (long long)reply->bytes, (long long)facts->expected_bytes);
    else
        reply_fail(reply, CAUSE_TRUNCATED, "truncated after %lld bytes",
                   (long long)reply->bytes);
}

static void explain_redirect(struct reply *reply)
{
    if (reply->curl == CURLE_TOO_MANY_REDIRECTS)
        reply_fail(reply, CAUSE_REDIRECT, "more than 10 redirects");
    else
        reply_fail(reply, CAUSE_REDIRECT,
                   "redirected to something other than http or https");
}

static void explain_complete(struct reply *reply,
                             const struct reply_facts *facts)
{
    explain_status(reply);
    if (reply->cause == CAUSE_NONE && facts->encoding[0])
        reply_fail(reply, CAUSE_PROTOCOL, "unasked Content-Encoding: %s",
                   facts->encoding);
}

/* What broke, broke after the answer's status had come. */
static bool broke_in_body(const struct reply *reply)
{
    return reply->curl == CURLE_PARTIAL_FILE ||
           reply->curl == CURLE_RECV_ERROR || reply->curl == CURLE_SEND_ERROR ||
           reply->curl == CURLE_WRITE_ERROR;
}

/* It is we who lack something. */
static bool is_local(int os_error)
{
    return os_error == EMFILE || os_error == ENFILE || os_error == ENOMEM ||
           os_error == ENOBUFS;
}

static void explain_failure(struct reply *reply,
                            const struct reply_facts *facts)
{
    switch (reply->curl) {
    case CURLE_ABORTED_BY_CALLBACK:
        reply_fail(reply, CAUSE_CANCELLED, "cancelled");
        break;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        reply_fail(reply, CAUSE_RESOLVE, "cannot resolve: %s",
                   words(reply, facts));
        break;
    case CURLE_COULDNT_CONNECT:
        reply_fail(reply,
                   is_local(reply->os_error) ? CAUSE_LOCAL : CAUSE_CONNECT,
                   "cannot connect: %s", system_words(reply, facts));
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
        reply_fail(reply, CAUSE_TLS, "TLS: %s", words(reply, facts));
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
        /* Without a word from the system it is libcurl that gave up: bad
           chunks, for one. */
        reply_fail(reply, reply->os_error ? CAUSE_RESET : CAUSE_PROTOCOL,
                   "%s%s", reply->os_error ? "the connection broke: " : "",
                   system_words(reply, facts));
        break;
    case CURLE_OUT_OF_MEMORY:
    case CURLE_FAILED_INIT:
        reply_fail(reply, CAUSE_LOCAL, "%s", curl_easy_strerror(reply->curl));
        break;
    default:
        reply_fail(reply, CAUSE_PROTOCOL, "%s", words(reply, facts));
        break;
    }
}

/*
 * libcurl keeps the errno of an earlier transfer on the same handle (7.88):
 * believe it after a failed connect, which always sets it, and otherwise where
 * libcurl's own words say the same.
 */
static int believable_error(const struct reply *reply,
                            const struct reply_facts *facts)
{
    if (reply->os_error == 0 || reply->curl == CURLE_COULDNT_CONNECT)
        return reply->os_error;
    return strstr(facts->error, strerror(reply->os_error)) ? reply->os_error
                                                           : 0;
}

void reply_explain(struct reply *reply, const struct reply_facts *facts)
{
    reply->os_error = believable_error(reply, facts);
    reply->cause = CAUSE_NONE;
    reply->text[0] = '\0';
    if (facts->save_error < 0)
        reply_fail_save(reply, facts->save_error);
    else if (reply->curl == CURLE_OK)
        explain_complete(reply, facts);
    else if (reply->curl == CURLE_TOO_MANY_REDIRECTS ||
             (reply->curl == CURLE_UNSUPPORTED_PROTOCOL &&
              reply->http_status / 100 == 3))
        explain_redirect(reply);
    else if (reply->http_status >= 400 && broke_in_body(reply))
        explain_status(reply);
    else if (facts->limit_bytes > 0)
        reply_fail(reply, CAUSE_CONTENT, "longer than %lld bytes",
                   (long long)facts->limit_bytes);
    else
        explain_failure(reply, facts);
}
