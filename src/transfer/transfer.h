#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "transfer/reply.h"
#include "transfer/save.h"
#include "transfer/way.h"

/*
 * transfer: one worker's HTTP transfers: an easy handle and the buffer that
 * bodies are received into, both reused from request to request.
 *
 * Ownership: transfer_new() gives it to the worker, who frees it when no
 * request runs. One request at a time.
 */

/* What all requests of a run share. The strings must outlive the transfers. */
struct transfer_options {
    const char *user_agent;     /* NULL: flags/VERSION */
    const char *user;           /* credentials, for the first host alone */
    const char *password;       /* NULL: none */
    int64_t timeout_us;         /* an attempt; 0: none */
    int64_t connect_timeout_us; /* 0: libcurl's */
    bool reuse;                 /* of connections */
    bool direct;                /* no proxy, whatever the environment says */
};

struct transfer;

/* NULL: no memory. `options` is borrowed. */
struct transfer *transfer_new(const struct transfer_options *options);
void transfer_free(struct transfer *transfer);

enum {
    TRANSFER_BUFFER = 64 * 1024, /* bodies beyond it do not stay in memory */
    TRANSFER_HEAD = 1024         /* of a longer body, for looking at */
};

/* One request. */
struct transfer_request {
    const char *url;
    int64_t timeout_us;     /* of this request; 0: none */
    int64_t limit_us;       /* what it is part of, for words: the attempt's */
    unsigned attempt;       /* told to a fixture in X-Flags-Attempt; 0: not */
    struct save_file *file; /* where a body beyond TRANSFER_BUFFER goes, not
                               open yet; NULL: such a body is an error */
    void (*on_first_byte)(void *arg); /* or NULL; must not call libcurl */
    void *arg;
};

/*
 * Run it to its end by `way`. `reply` is filled in whatever happens. On
 * failure the file is discarded.
 */
void transfer_perform(struct transfer *transfer, struct way *way,
                      const struct transfer_request *request,
                      struct reply *reply);

/* The body, until the next request; only its head if it was longer than
   TRANSFER_BUFFER. */
const void *transfer_body(const struct transfer *transfer, size_t *bytes);

/*
 * After a reply without a cause: write what of the body is not in `file` yet,
 * which is the request's, and opened if need be. A negative errno code: the
 * file is discarded.
 */
int transfer_store(struct transfer *transfer, struct save_file *file);
