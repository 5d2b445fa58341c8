#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "comparison/comparison.h"
#include "process/child.h"
#include "report/feed.h"
#include "transfer/digest.h"

/*
 * compare_run: one run of a comparison: `flags get` as a child process, with
 * an output directory of its own that goes with it.
 *
 * observed time: in the child, from its first item scheduled to its last item
 * final, as it reports in its feed (report/feed.h). Memory, threads and
 * descriptors are the child's own report, too; CPU and context switches are
 * the kernel's, when the child is reaped. The files are read after its end, so
 * that checking them costs the child nothing.
 */

struct compare_run {
    struct comparison_run figures; /* but for its number and the outlier */
    struct record record;
    struct digest *digests; /* of the file in place of each of the record's
                               items; zeros: there is none */
    bool is_program;        /* its record is an outline: items without times */
    int exit_status;        /* the child's; 128 + n: ended by signal n */
};

struct compare_run_options {
    const char *directory; /* of the comparison: the run's goes in there */
    const char *strategy;
    unsigned max_req;
    bool reuse;
    int http;                     /* the version: 1, 2 */
    const char *url;              /* of the server */
    bool server_is_ours;          /* it is asked what it saw, and told */
    int64_t seed;                 /* of the weather to have */
    pid_t server;                 /* its process, if so */
    const char *const *arguments; /* more of them for get, ended by NULL */
    bool hush; /* the failures of its items are known, and not told again */
    /* Told of each item as it becomes final; NULL: nobody is. */
    void (*on_final)(void *arg, const struct feed_line *line);
    void *arg;
};

/*
 * Run it to its end. 0, and the caller calls compare_run_close(); -EINTR: a
 * signal of interrupt.h came, and the child has been stopped; -EPROTO: the
 * child did not complete its feed, and run->exit_status says how it ended;
 * -EHOSTDOWN: the server that is ours does not answer; other negative errno
 * values. On failure there is nothing to close.
 */
int compare_run(struct compare_run *run,
                const struct compare_run_options *options);

/*
 * The steps of that, for whoever watches several children at once. Start the
 * child, for a directory of its own below that of the options; it is to be
 * reaped as of child.h.
 */
int compare_run_start(struct child *child,
                      const struct compare_run_options *options,
                      const char *directory);

/* Nothing has been told. */
void compare_run_init(struct compare_run *run);

/* Take a line of the child's feed. 0; COMPARE_RUN_LAST: nothing more comes;
   -EBADMSG, -EINVAL: the child told nonsense; -ENOMEM. */
enum { COMPARE_RUN_LINE = 4096, COMPARE_RUN_LAST = 2 };
int compare_run_take(struct compare_run *run, const char *text,
                     const struct compare_run_options *options);

/* Harmless when repeated. */
void compare_run_close(struct compare_run *run);
