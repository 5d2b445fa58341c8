#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "download/events.h"
#include "download/manifest/entry.h"
#include "download/manifest/file.h"
#include "text/endpoint.h"
#include "transfer/save.h"

/*
 * writer: puts a line into the manifest for every file that a run has put in
 * its place.
 *
 * Lines are gathered for a second at most, or until there are 64 KiB of them,
 * and appended by a thread of its own, for the lock may be another run's. Where
 * no thread can be had, they are appended when there are as many, and at the
 * end. Whoever is killed loses what is gathered: those files are fetched again.
 *
 * Ownership: embedded by the caller; manifest_writer_close() once after a
 * successful opening, when nothing is emitted any more.
 */

enum {
    MANIFEST_GATHER_BYTES = 64 * 1024,
    MANIFEST_GATHER_US = 1000000,
    MANIFEST_LOCK_US = 5000000 /* at the end, a lock is waited for so long */
};

/* Lines, with a newline before the first one. */
struct manifest_lines {
    char *text;
    size_t bytes; /* 0: none */
    size_t room;
};

struct manifest_writer {
    struct event_sink sink;
    struct save_dir *dir;
    const struct endpoint *started;
    bool begun; /* there was a line; with the first one the thread begins, after
                   the strategies' own, which want a process to themselves */
    bool has_thread;
    pthread_t thread;

    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t changed;
    struct manifest_lines gathered;
    int64_t since_us; /* on the monotonic clock: of the first one */
    bool closing;
    int error;                     /* the first one: lines are missing */
    struct manifest_growth growth; /* of the file, by this run */
    bool has_grown;
};

/*
 * The directory is borrowed. A negative errno code, for one where a
 * manifest is that cannot be written: nothing to close.
 */
int manifest_writer_open(struct manifest_writer *writer, struct save_dir *dir);

/* Add the sink to the stream, which borrows it. `started`: a server of this
   run's own, whose port means nothing; or NULL. It is borrowed. */
void manifest_writer_listen(struct manifest_writer *writer,
                            const struct endpoint *started,
                            struct events *events);

/* Add a line without a stream: there is no thread then, and this appends when
   there are enough. What fails is told by manifest_writer_close(). */
void manifest_writer_add(struct manifest_writer *writer,
                         const struct manifest_entry *entry);

/* Append what is left. When the file has doubled, also leave out what is
   superseded. The first error there was; -EBUSY: somebody else keeps the lock.
   What is in the file is right in any case. */
int manifest_writer_close(struct manifest_writer *writer);
