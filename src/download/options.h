#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "download/limits.h"
#include "transfer/save.h"
#include "transfer/transfer.h"

struct again;

/* Whose texts and file names: flags' own, or those of an edition of Fluent
   Python. */
enum compat { COMPAT_NONE, COMPAT_1E, COMPAT_2E };

/*
 * options: what the downloads of a run have in common. Filled in by the
 * command, constant while the run lasts; everything is borrowed.
 */
struct download_options {
    struct transfer_options transfer;
    struct save_dir *output;
    unsigned max_req; /* requests in flight; at least 1, at most what the
                         strategy allows: the caller has clamped it */
    unsigned loops;   /* event loops of async, a thread each; 0: one, and more
                         where they help */
    struct schedule_limits limits; /* but max_req and timeout_us, which are
                                      those above */
    bool country_names;  /* name files by the country in metadata.json */
    bool verify_content; /* bytes must be what the file's name promises */
    int64_t max_bytes;   /* of an image; 0: any */
    bool digest;         /* files' digests are wanted, in their outcomes */
    int64_t work_us;     /* to be computed on each image that came, before it is
                            stored; 0: nothing */
    enum compat compat;
    const struct again *again; /* what the manifest knows; NULL: nothing */
};
