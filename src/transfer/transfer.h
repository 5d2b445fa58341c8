#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text/endpoint.h"
#include "transfer/continuation.h"
#include "transfer/intake.h"
#include "transfer/proxy.h"
#include "transfer/reply.h"
#include "transfer/save.h"
#include "transfer/way.h"

/*
 * transfer: one worker's HTTP transfers: an easy handle and the buffer that
 * bodies are received into, both reused from request to request. Redirects are
 * followed here, hop by hop, so that each hop gets what is meant for its
 * origin and nothing else.
 *
 * Ownership: transfer_new() gives it to the worker, who frees it when no
 * request runs. One request at a time.
 */

enum { TRANSFER_FIXTURES = 3, TRANSFER_REDIRECTS = 10 };

enum transfer_http {
    TRANSFER_HTTP1,      /* HTTP/1.1 */
    TRANSFER_HTTP2,      /* by ALPN, over TLS, where the server has it */
    TRANSFER_HTTP2_PRIOR /* without asking, also where there is no TLS */
};

enum transfer_family { TRANSFER_ANY_FAMILY, TRANSFER_IPV4, TRANSFER_IPV6 };

/* What all requests of a run share. The strings must outlive the transfers. */
struct transfer_options {
    const char *user_agent;     /* NULL: flags/VERSION; "": none */
    const char *user;           /* credentials */
    const char *password;       /* NULL: none */
    struct endpoint user_for;   /* whose they are; host "": of each request's
                                   first origin */
    const char *const *headers; /* added fields, as of headers.h; NULL: none */
    int64_t timeout_us;         /* an attempt; 0: none */
    int64_t connect_timeout_us; /* 0: libcurl's */
    bool reuse;                 /* of connections */
    const char *ca_file; /* certificates that are trusted, PEM; NULL: the */
    const char *ca_path; /* system's. A directory of them; NULL: likewise */
    bool insecure;       /* certificates are not verified */
    enum transfer_http http;
    enum transfer_family family;   /* of addresses */
    struct curl_slist *resolve;    /* as CURLOPT_RESOLVE has it; NULL: none */
    struct curl_slist *connect_to; /* CURLOPT_CONNECT_TO; NULL: none */
    const char *unix_socket; /* to connect to for every host but `started`;
                                NULL: none */
    struct proxies proxies;  /* zeros: none, everything is reached directly */
    /* Servers that are `flags serve`: they are told the attempt's number. */
    struct endpoint fixtures[TRANSFER_FIXTURES];
    size_t fixture_count;
    struct endpoint started; /* by ourselves: reached without a proxy */
    bool has_started;
    /* The bytes of bodies are added to it as they come; NULL: nobody counts
       them. */
    atomic_llong *received;
};

struct transfer;

/* NULL: no memory. `options` is borrowed. */
struct transfer *transfer_new(const struct transfer_options *options);
void transfer_free(struct transfer *transfer);

/* One request. */
struct transfer_request {
    const char *url;
    int64_t timeout_us; /* of this request; 0: none */
    int64_t limit_us;   /* what it is part of, for words: the attempt's */
    unsigned attempt;   /* told to a fixture in X-Flags-Attempt; 0: not */
    /* What is known already: an answer 304 is a success, without a body. NULL
       or "": nothing. */
    const char *etag, *last_modified;
    /* What is kept of the body, which is to be gone on with, or may be kept if
       it breaks; NULL: neither. With a file in the sinks only. */
    struct continuation *continuation;
    struct intake_sinks sinks; /* where the body goes; without a file, one
                                beyond INTAKE_BUFFER is an error */
    void (*on_first_byte)(void *arg); /* or NULL; must not call libcurl */
    void *arg;
};

/*
 * Run it to its end by `way`. `reply` is filled in whatever happens. On
 * failure the file is discarded, or kept in the request's continuation.
 * If the server cannot go on with what is kept, the whole is asked for.
 */
void transfer_perform(struct transfer *transfer, struct way *way,
                      const struct transfer_request *request,
                      struct reply *reply);

/* The body, until the next request or transfer_rest(); NULL if it was longer
   than INTAKE_BUFFER. */
const void *transfer_body(const struct transfer *transfer, size_t *bytes);

/*
 * After a reply without a cause: write what of the body is not in `file` yet,
 * which is the request's, and opened if need be. A negative errno code: the
 * file is discarded.
 */
int transfer_store(struct transfer *transfer, struct save_file *file);

/* After the last of some requests: give back the memory of their answers, the
   body's, too. */
void transfer_rest(struct transfer *transfer);
