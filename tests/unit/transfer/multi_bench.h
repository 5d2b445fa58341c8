#pragma once

#include <stdint.h>

#include "await/await.h"
#include "server.h"
#include "transfer/transfer.h"
#include "transfer/way_multi.h"

/*
 * multi_bench: a multi on a loop, and transfers with it. Each test is a
 * coroutine that gets a multi; the loop is required to close without a handle
 * left open. Failing to set one up fails the test.
 */

struct bench {
    struct multi *multi;
    struct server *server;
    void *arg;
    int (*body)(struct bench *bench);
};

/* One transfer of a task's own. */
struct fetch {
    struct way_multi way;
    struct reply reply;
    char url[SERVER_URL_SIZE];
    int64_t timeout_us;
};

/* For test suites: what every program does first. */
void multi_setup(void);

/* Run `body` as a coroutine on a loop of its own. */
void run_bench(struct bench *bench, int (*body)(struct bench *bench));

/* The coroutine of it: `arg` is a bench whose body is set. The multi is closed
   before it ends, with what the body returned. */
int run_body(void *arg, aw_value *ret);

/* Make one; run it, as a coroutine (AW_ECANCELED, or 0 however it ended); free
   what it holds. */
struct fetch fetch_new(struct bench *bench, const char *url);
int fetch_run(void *arg, aw_value *ret);
void fetch_close(struct fetch *fetch);

/* One request, alone. The reply's url is not to be used. */
struct reply fetch_once(struct bench *bench, const char *url);
