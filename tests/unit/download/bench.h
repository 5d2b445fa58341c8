#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "download/downloader.h"
#include "scratch.h"
#include "server.h"

/*
 * bench: runs of a strategy, and what their events tell. Failing to set one up
 * fails the test.
 */

struct bench {
    char output[SCRATCH_SIZE];
    struct source source;
    struct selection selection;
    struct code_items codes;
    struct item_source items; /* of the codes, unless a test sets others */
    struct events events;
    struct event_sink sink;
    struct download_options options; /* max_req 0: 8, or 1 */
    struct run *run;
    struct run_result result;
    int rc;

    /* Folded from the events. */
    int counts[EVENT_KINDS];
    int64_t last_us;
    bool disorder;
    char finals[8192];          /* "BR ok br.gif 1058\n", in order of arrival */
    char text[REPLY_TEXT_SIZE]; /* of the last that is not ok */
    char errors[8192];          /* all of them, a line each */
    char url[256];
    enum cause cause;
    unsigned greatest_worker;
    int stop_after; /* finals; 0: never */
};

#define EACH(downloader)                                                  \
    for (const struct downloader *const *each = downloaders, *downloader; \
         (downloader = *each) != NULL; each++)

/* Open one for the codes of `arguments`, as typed; none: the twenty most
   populous countries. Close it. */
void bench_open(struct bench *bench, const char *base,
                const char *const *arguments, size_t count);
void bench_close(struct bench *bench);

/* Make the output directory and the run; run it, and keep its result. */
void bench_prepare(struct bench *bench, const struct downloader *downloader);
void bench_run(struct bench *bench, const struct downloader *downloader);

/* Items of the result that ended so. */
uint64_t bench_count(const struct bench *bench, enum status status);

/* What holds after every run, however it ended; and the names of the files in
   the output directory, each with a space behind it. */
void bench_expect_accounts(const struct bench *bench);
void bench_expect_files(const struct bench *bench, const char *names);

/* For test suites: what every program does first, and last. */
void bench_setup(void);
void bench_teardown(void);

/*
 * Run the codes against a server with this handler, with each strategy; `look`
 * at what came of it. `options` NULL, or a timeout of 0 in it: the bench's.
 */
void bench_each(server_handler handler, void *arg, const char *const *codes,
                size_t count, const struct download_options *options,
                void (*look)(struct bench *bench, const struct server *server));
