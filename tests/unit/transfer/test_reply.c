#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <string.h>

#include "transfer/reply.h"

static const struct {
    const char *what;
    struct reply reply;
    struct reply_facts facts;
    enum cause cause;
    const char *text;
} cases[] = {
    {"a complete answer",
     {.http_status = 200, .bytes = 5},
     {.expected_bytes = 5},
     CAUSE_NONE,
     ""},
    {"another 2xx", {.http_status = 203}, {0}, CAUSE_NONE, ""},
    {"a part that nobody asked for",
     {.http_status = 206, .reason = "Partial Content"},
     {0},
     CAUSE_HTTP,
     "HTTP 206 - Partial Content"},
    {"not found",
     {.http_status = 404, .reason = "Not Found"},
     {0},
     CAUSE_HTTP,
     "HTTP 404 - Not Found"},
    {"a status without a phrase",
     {.http_status = 418},
     {0},
     CAUSE_HTTP,
     "HTTP 418"},
    {"a redirect that leads nowhere",
     {.http_status = 304, .reason = "Not Modified"},
     {0},
     CAUSE_HTTP,
     "HTTP 304 - Not Modified"},
    {"an error whose body breaks off",
     {.http_status = 503, .curl = CURLE_PARTIAL_FILE},
     {.expected_bytes = 9, .head_complete = true},
     CAUSE_HTTP,
     "HTTP 503"},
    {"an error whose body hangs",
     {.http_status = 503,
      .curl = CURLE_OPERATION_TIMEDOUT,
      .times = {.connected_us = 1, .first_byte_us = 2}},
     {.timeout_us = 2500000, .expected_bytes = 9, .head_complete = true},
     CAUSE_HTTP,
     "HTTP 503"},
    {"an encoding that nobody asked for",
     {.http_status = 200},
     {.encoding = "gzip"},
     CAUSE_PROTOCOL,
     "unasked Content-Encoding: gzip"},
    {"a refused connection",
     {.curl = CURLE_COULDNT_CONNECT, .os_error = ECONNREFUSED},
     {.error = "Failed to connect"},
     CAUSE_CONNECT,
     "cannot connect: Connection refused"},
    {"a connection that fails otherwise",
     {.curl = CURLE_COULDNT_CONNECT},
     {.error = "no route"},
     CAUSE_CONNECT,
     "cannot connect: no route"},
    {"no descriptor for a connection",
     {.curl = CURLE_COULDNT_CONNECT, .os_error = EMFILE},
     {.error = "Failed to connect"},
     CAUSE_LOCAL,
     "cannot connect: Too many open files"},
    {"an unknown host",
     {.curl = CURLE_COULDNT_RESOLVE_HOST},
     {.error = "Could not resolve host: h"},
     CAUSE_RESOLVE,
     "cannot resolve: Could not resolve host: h"},
    {"no connection in time",
     {.curl = CURLE_OPERATION_TIMEDOUT},
     {.timeout_us = 10000000, .connect_timeout_us = 5000000},
     CAUSE_TIMEOUT,
     "timeout: no connection within 5 s"},
    {"no connection in a shorter time for all",
     {.curl = CURLE_OPERATION_TIMEDOUT},
     {.timeout_us = 250000, .connect_timeout_us = 5000000},
     CAUSE_TIMEOUT,
     "timeout: no connection within 0.25 s"},
    {"no end of a handshake in time",
     {.curl = CURLE_OPERATION_TIMEDOUT},
     {.timeout_us = 1000000, .tls = true, .tls_begun = true},
     CAUSE_TIMEOUT,
     "timeout: no TLS within 1 s"},
    {"no answer in time",
     {.curl = CURLE_OPERATION_TIMEDOUT, .times = {.connected_us = 1}},
     {.timeout_us = 10000000, .expected_bytes = -1},
     CAUSE_TIMEOUT,
     "timeout: no answer within 10 s"},
    {"no answer in time on a kept connection",
     {.curl = CURLE_OPERATION_TIMEDOUT, .local_port = 4321},
     {.timeout_us = 250000, .expected_bytes = -1},
     CAUSE_TIMEOUT,
     "timeout: no answer within 0.25 s"},
    {"a body without an end",
     {.curl = CURLE_OPERATION_TIMEDOUT,
      .bytes = 7,
      .times = {.connected_us = 1, .first_byte_us = 2}},
     {.timeout_us = 1000000, .expected_bytes = -1, .head_complete = true},
     CAUSE_TIMEOUT,
     "timeout: 7 bytes within 1 s"},
    {"a truncated body",
     {.http_status = 200, .curl = CURLE_PARTIAL_FILE, .bytes = 123},
     {.expected_bytes = 456},
     CAUSE_TRUNCATED,
     "truncated: 123 of 456 bytes"},
    {"a truncated chunk",
     {.http_status = 200, .curl = CURLE_PARTIAL_FILE, .bytes = 123},
     {.expected_bytes = -1},
     CAUSE_TRUNCATED,
     "truncated after 123 bytes"},
    {"a reset",
     {.curl = CURLE_RECV_ERROR, .os_error = ECONNRESET},
     {.error = "Recv failure: Connection reset by peer"},
     CAUSE_RESET,
     "the connection broke: Connection reset by peer"},
    {"a reset over TLS, and a goodbye that was too late",
     {.curl = CURLE_RECV_ERROR, .os_error = EPIPE},
     {.error = "Recv failure: Connection reset by peer", .tls = true},
     CAUSE_RESET,
     "the connection broke: Connection reset by peer"},
    {"an end within the first line",
     {.curl = CURLE_RECV_ERROR, .os_error = EPIPE},
     {.error = "operation aborted by pre-request callback", .half = true},
     CAUSE_TRUNCATED,
     "truncated within the head"},
    {"a bad chunk, after a reset",
     {.http_status = 200, .curl = CURLE_RECV_ERROR, .os_error = ECONNRESET},
     {.error = "Illegal chunk"},
     CAUSE_PROTOCOL,
     "Illegal chunk"},
    {"no answer at all",
     {.curl = CURLE_GOT_NOTHING},
     {.error = "Empty reply from server"},
     CAUSE_EMPTY_REPLY,
     "the server closed the connection without an answer"},
    {"a redirect in circles",
     {.curl = CURLE_TOO_MANY_REDIRECTS, .http_status = 302},
     {.error = "Maximum (10) redirects followed"},
     CAUSE_REDIRECT,
     "more than 10 redirects"},
    {"a redirect to a file",
     {.curl = CURLE_UNSUPPORTED_PROTOCOL, .http_status = 301},
     {.error = "Protocol \"file\" disabled"},
     CAUSE_REDIRECT,
     "redirected to what is no URL of http or https"},
    {"something that is not HTTP",
     {.curl = CURLE_UNSUPPORTED_PROTOCOL},
     {.error = "Received HTTP/0.9 when not allowed"},
     CAUSE_PROTOCOL,
     "Received HTTP/0.9 when not allowed"},
    {"a bad certificate",
     {.curl = CURLE_PEER_FAILED_VERIFICATION},
     {.error = "self-signed certificate"},
     CAUSE_TLS,
     "TLS: self-signed certificate"},
    {"a stop",
     {.curl = CURLE_ABORTED_BY_CALLBACK},
     {0},
     CAUSE_CANCELLED,
     "cancelled"},
    {"no memory",
     {.curl = CURLE_OUT_OF_MEMORY},
     {0},
     CAUSE_LOCAL,
     "Out of memory"},
    {"a file that cannot be written",
     {.http_status = 200, .curl = CURLE_WRITE_ERROR},
     {.save_error = -EACCES},
     CAUSE_SAVE,
     "cannot save: Permission denied"},
    {"a full disk",
     {.http_status = 200, .curl = CURLE_WRITE_ERROR},
     {.save_error = -ENOSPC},
     CAUSE_DISK_FULL,
     "cannot save: No space left on device"},
    {"a body that is too long to keep",
     {.http_status = 200, .curl = CURLE_WRITE_ERROR, .bytes = 70000},
     {.limit_bytes = 65536},
     CAUSE_CONTENT,
     "longer than 65536 bytes"},
    {"what libcurl does not explain",
     {.curl = CURLE_WEIRD_SERVER_REPLY},
     {0},
     CAUSE_PROTOCOL,
     "Weird server reply"},
    {"control characters in the words",
     {.curl = CURLE_WEIRD_SERVER_REPLY},
     {.error = "a\x1b[31mred\n"},
     CAUSE_PROTOCOL,
     "a?[31mred?"},
};

Test(reply, is_explained_by_one_cause_in_words)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct reply reply = cases[i].reply;
        struct reply_facts facts = cases[i].facts;

        if (!facts.error)
            facts.error = "";
        if (!facts.encoding)
            facts.encoding = "";
        /* What libcurl calls complete had a head. */
        if (reply.curl == CURLE_OK)
            facts.head_complete = true;
        reply_explain(&reply, &facts);
        cr_expect(eq(int, reply.cause, cases[i].cause), "%s", cases[i].what);
        cr_expect(eq(str, reply.text, (char *)cases[i].text), "%s",
                  cases[i].what);
    }
}

Test(reply, text_is_cut_to_its_room)
{
    struct reply reply = {0};
    char text[1000];

    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    reply_fail(&reply, CAUSE_CONTENT, "%s", text);

    cr_expect(eq(sz, strlen(reply.text), REPLY_TEXT_SIZE - 1));
}
