#pragma once

#include "comparison/child_run.h"
#include "comparison/ideal.h"
#include "comparison/plan.h"

/*
 * program_run: one run of a program of others, measured as a `flags get` is:
 * with an empty directory of its own, at the same server, and afterwards by
 * what that saw and by the files that are there.
 *
 * What an item is to be a file of is told by its name, that of the URL in
 * either case, anywhere below the directory; of what is left by its bytes. An
 * item's attempts are the requests for its path.
 */

enum { PROGRAM_WHY_SIZE = 160 };

/* What all runs of all programs have in common. */
struct program_work {
    const struct selection *selection;
    const char *url; /* of the server */
    const char *ca;  /* whom to trust there; a file without any: no TLS */
    const struct prediction *predictions; /* of each item, under the weather of
                                             the next run; NULL: unknown */
    int64_t seed;                         /* of that weather */
    char *directory;                      /* of the comparison, absolute */
    char *urls, *config;                  /* files in there */
    char **item_urls;
    int64_t limit_us; /* for a run; it is ended then */
    bool keep_query;  /* of URLs in their messages */
};

/*
 * Write the files that programs read into the comparison's directory. 0, and
 * the caller calls program_work_close(); else a negative errno value. The rest
 * is borrowed.
 */
int program_work_begin(struct program_work *programs,
                       const struct compare_work *work, const char *directory,
                       int64_t limit_us, bool keep_query);
void program_work_close(struct program_work *programs);

/* The path of a URL, in it. */
const char *program_path_of(const char *url);

/*
 * Run it to its end. 0, and the caller calls compare_run_close(): `why` says in
 * a phrase why it is no work to be compared, or is "". Its record has items
 * alone, without times. -EINTR, -EHOSTDOWN and others as of compare_run().
 */
int program_run(struct compare_run *run, const struct program_work *programs,
                const char *command, unsigned max_req,
                char why[PROGRAM_WHY_SIZE]);
