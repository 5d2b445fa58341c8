#pragma once

#include <curl/curl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "transfer/connections.h"
#include "transfer/continuation.h"
#include "transfer/head.h"
#include "transfer/intake.h"
#include "transfer/tls.h"
#include "transfer/way.h"

/*
 * exchange: one request and its answer on an easy handle; redirects are not
 * followed. What libcurl leaves to us is done here: whether the answer is
 * framed as it should be, and whether it is the answer to this request at all.
 *
 * Ownership: embedded by the transfer, zeroed; exchange_close() once, after
 * the easy handle was freed.
 *
 * What an answer needs is allocated when it comes: of many exchanges most only
 * wait. exchange_rest() gives it back.
 */
struct exchange {
    CURL *easy;
    struct way *way;  /* of the request that runs */
    bool reuse;       /* connections are kept */
    bool http2_prior; /* HTTP/2 without TLS, too */
    bool plain; /* the next request is HTTP on TCP, and nothing between, */
    bool socks; /* but a SOCKS proxy's consent before */
    atomic_llong *received; /* as transfer_options has it */

    struct head *head; /* NULL: none has come; see exchange_head() */
    struct intake intake;
    struct tls_watch tls;
    struct connection_use use;
    char error[CURL_ERROR_SIZE]; /* libcurl's words; "" if it had none */

    void (*on_first_byte)(void *arg); /* called once, then set to NULL */
    void *arg;

    struct continuation *continuation; /* of the request; NULL: none */
    bool refused; /* what came as the rest of what is kept is not it */

    int64_t discarded; /* bytes of a body that nobody wants */
    int body_error;    /* a code of intake.h: why the body was not taken */
    bool asked;        /* the request was about to be sent before */
    bool stale;        /* what a kept connection brought was not for us */
    bool half;         /* the connection ended within the answer's first line */
    bool by_close;     /* the end of its body is that of the connection */
    bool cut_off;      /* TLS that ended without saying so */
    bool tls_begun;    /* a handshake began, so there was a connection */
    int64_t lost_us;   /* it took before it was sent once more */
};

struct transfer_options;

/* Once: the callbacks. */
CURLcode exchange_configure(struct exchange *exchange, CURL *easy,
                            const struct transfer_options *options);

/*
 * Send what the handle is set to, and receive the answer. A request that fails
 * on a kept connection before the first byte of its own answer is sent once
 * more, on a new one (RFC 9110, 9.2.2), and never a third time. One that ends
 * within the first line has begun its answer. What HTTP/2
 * refuses is nothing that was sent (RFC 9113, 8.7), and left to libcurl.
 *
 * An answer whose status alone decides (300 and above) is over when its body
 * is, or after a second, or a mebibyte of it: whatever is returned then,
 * head.part tells that its head is complete.
 */
CURLcode exchange_perform(struct exchange *exchange, struct way *way,
                          int64_t timeout_us);

/* Of the last answer, as far as it came; until the next exchange_perform(),
   exchange_forget() or exchange_rest(). */
const struct head *exchange_head(const struct exchange *exchange);

/* Nothing of an answer, not even that of a request before. */
void exchange_forget(struct exchange *exchange);

/* After the last of some requests: give back the memory of their answers. */
void exchange_rest(struct exchange *exchange);

void exchange_close(struct exchange *exchange);
