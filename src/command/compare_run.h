#pragma once

#include <stdint.h>

#include "country/selection.h"
#include "report/feed.h"

/*
 * compare_run: one run of a comparison: `flags get` as a child process, with
 * an output directory of its own that goes with it.
 *
 * observed time: in the child, from its first item scheduled to its last item
 * final, as it reports in its feed (report/feed.h).
 */

/* What became of one code. */
struct compare_item {
    char code[CODE_SIZE];
    enum status status;
    int64_t bytes;
    unsigned attempts;
};

struct compare_run {
    int64_t observed_us;
    struct compare_item *items; /* sorted by code */
    size_t count;
    int exit_status; /* the child's; 128 + n: ended by signal n */
};

struct compare_run_options {
    const char *strategy;
    unsigned max_req;
    const char *url;              /* of the server */
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
 * other negative errno values. On failure there is nothing to close.
 */
int compare_run(struct compare_run *run,
                const struct compare_run_options *options);
void compare_run_close(struct compare_run *run);

/* The first code that differs between two runs, as a phrase: "BR: error, not
   ok". True: there is one. The runs' directories, times and order of arrival
   do not matter. */
bool compare_run_differs(const struct compare_run *run,
                         const struct compare_run *model, char *phrase,
                         size_t size);
