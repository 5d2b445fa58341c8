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

/* What all requests of a run share. Borrowed strings must outlive the
   transfers. */
struct transfer_options {
    const char *user_agent;     /* NULL: flags/VERSION */
    int64_t timeout_us;         /* an attempt; 0: none */
    int64_t connect_timeout_us; /* 0: libcurl's */
    bool reuse;                 /* of connections */
};

struct transfer;

/* NULL: no memory. `options` is borrowed. */
struct transfer *transfer_new(const struct transfer_options *options);
void transfer_free(struct transfer *transfer);

/* One request. */
struct transfer_request {
    const char *url;
    int64_t timeout_us;      /* of this request; 0: none */
    unsigned attempt;        /* told to a fixture in X-Flags-Attempt; 0: not */
    struct save_dir *output; /* where a body beyond the limit goes to; NULL:
                                such a body is an error */
    unsigned worker;
    void (*on_first_byte)(void *arg); /* or NULL; must not call libcurl */
    void *arg;
};

/*
 * Run it to its end by `way`. `reply` is filled in whatever happens, its body
 * with it: see transfer_body(), until the next request.
 */
void transfer_perform(struct transfer *transfer, struct way *way,
                      const struct transfer_request *request,
                      struct reply *reply);

/* The body's first bytes: all of it unless it was longer than the limit, then
   what was kept for looking at. */
const void *transfer_body(const struct transfer *transfer, size_t *bytes);

/* Write the body to `output` under `name`. A negative errno code: `name` is
   untouched. After a reply without a cause. */
int transfer_save(struct transfer *transfer, struct save_dir *output,
                  unsigned worker, const char *name);
