#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "download/manifest/map.h"
#include "download/manifest/writer.h"
#include "transfer/save.h"

/*
 * merge_manifest: the manifest of the directory that all shards' files are in,
 * or are brought to, made of the shards' reports: `flags merge -o`.
 *
 * A file's line is the one of the shard's own manifest, in the directory that
 * its report names, where that can be read from here; otherwise it is made of
 * the report, which does not know what the server calls the file's version
 * (ETag, Last-Modified). A line that the directory's manifest has already is
 * left as it is: doing it again adds nothing.
 *
 * Ownership: embedded by the caller; merge_manifest_close() once after a
 * successful opening. What is wrong is told as messages.
 */
struct merge_manifest {
    const char *path; /* of the directory; borrowed. NULL: not asked for */
    struct save_dir *output;
    struct manifest_map before; /* what it had */
    struct manifest_writer writer;
    bool lacks; /* an item that there can be no line of */
};

/* The directory is made if it is missing. `path` NULL: nothing is to be done,
   now or later. A negative code, told already: nothing to close. */
int merge_manifest_open(struct merge_manifest *manifest, const char *path);

/* Add the files of a report without trouble, which was read from `path`. */
void merge_manifest_add(struct merge_manifest *manifest, const char *path,
                        const json_t *report);

/* Write what is gathered. 0; a negative code if lines are missing, which has
   been told: what is in the manifest is right. */
int merge_manifest_close(struct merge_manifest *manifest);
