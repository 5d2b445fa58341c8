#pragma once

#include <stdatomic.h>

#include "server.h"
#include "transfer/transfer.h"

/*
 * fetcher: one transfer with a blocking way, for tests of single requests. A
 * test has a process to itself, hence one fetcher.
 */
struct fetcher {
    struct transfer_options options;
    struct transfer *transfer;
    struct way_blocking blocking;
    atomic_bool stop;
};

extern struct fetcher fetcher;

/* For test suites. */
void fetcher_setup(void);
void fetcher_teardown(void);

/* Make the transfer anew, by changed options. */
void fetcher_renew(void);

/* Request a path; a long body goes to `file`, unless it is
   NULL. The reply's url is not to be used. */
struct reply fetch(const struct server *server, const char *path);
struct reply fetch_to(const struct server *server, const char *path,
                      struct save_file *file);
struct reply fetch_request(const struct transfer_request *request);

/* Whether the last body, or its head, is this. */
void expect_body(const void *bytes, size_t count);
