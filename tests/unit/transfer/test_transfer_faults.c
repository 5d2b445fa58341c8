#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "fetcher.h"

TestSuite(transfer_faults, .init = fetcher_setup, .fini = fetcher_teardown,
          .timeout = 20);

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
     SERVER_KEEP, CAUSE_HTTP, "HTTP 418 - I'm a Teapot"},
    {"/without-a-phrase", "HTTP/1.1 500\r\nContent-Length: 0\r\n\r\n",
     SERVER_KEEP, CAUSE_HTTP, "HTTP 500"},
    {"/truncated", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfour",
     SERVER_CLOSE, CAUSE_TRUNCATED, "truncated: 4 of 10 bytes"},
    {"/truncated-chunk",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nfour",
     SERVER_CLOSE, CAUSE_TRUNCATED, "truncated after 4 bytes"},
    {"/truncated-head", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n",
     SERVER_CLOSE, CAUSE_TRUNCATED, "truncated within the head"},
    {"/truncated-error", "HTTP/1.1 503 Busy\r\nContent-Length: 10\r\n\r\nfour",
     SERVER_CLOSE, CAUSE_HTTP, "HTTP 503 - Busy"},
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
     "redirected to what is no URL of http or https"},
    {"/to-no-port",
     "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:99999/\r\n"
     "Content-Length: 0\r\n\r\n",
     SERVER_KEEP, CAUSE_REDIRECT,
     "redirected to what is no URL of http or https"},
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
     SERVER_KEEP, CAUSE_HTTP, "HTTP 206 - Partial Content"},
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

Test(transfer_faults, names_the_cause_of_each_failure)
{
    struct server *server = server_start(follow_script, NULL);

    for (size_t i = 0; i < SCRIPTS; i++) {
        struct reply reply = fetch(server, scripts[i].path);
        char *target = strstr(reply.text, " (redirected to http://127.0.0.1:");

        if (target) /* its port is another one each time */
            *target = '\0';

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

Test(transfer_faults, does_not_take_nonsense_for_an_answer)
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
