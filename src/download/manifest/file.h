#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "transfer/save.h"

/*
 * file: the manifest as a file, which several runs may read and write at once,
 * on several machines.
 *
 * Whoever writes holds flock(2) on it, which is also a lock where NFS is; where
 * there are no locks, lines are appended all the same, and nothing is
 * compacted. Nobody waits for the lock here. A compaction puts another file in
 * its place, so whoever has the lock looks whether it is that of the file of
 * this name. Whoever reads needs no lock: lines are only appended, whole or
 * torn at the end.
 */

/* Its size, before something was appended and after that. */
struct manifest_growth {
    off_t before, after;
};

/* Open it in the directory `directory`, for reading. -ENOENT: there is none;
   -EINVAL: it is no plain file. */
int manifest_file_open(int directory);

/* Whether it could be appended to. 0, also where there is none. */
int manifest_file_check(int directory);

/*
 * Append lines. `lines[0]` is a newline, for a file that ends within a line;
 * what follows is `bytes` - 1 bytes of whole lines. -EAGAIN: somebody else
 * holds the lock. On failure the file is as it was.
 */
int manifest_file_append(int directory, const char *lines, size_t bytes,
                         struct manifest_growth *growth);

/*
 * Call `on_line` for each whole line of the open file, with its offset, until
 * it returns something other than 0, which is returned. What follows the last
 * newline is passed over. A negative errno code: it cannot be read.
 */
typedef int (*manifest_on_line)(void *arg, const char *line, size_t bytes,
                                off_t offset);
int manifest_file_read(int fd, manifest_on_line on_line, void *arg);

/* The line at an offset, with its newline, which the caller frees. 0; -EINVAL:
   there is none; or another negative code. */
int manifest_file_line(int fd, off_t offset, char **line, size_t *bytes);

/* Open it and hold its lock until it is closed. -EAGAIN: it is somebody else's;
   -ENOENT: there is no manifest; -ENOLCK: there are no locks. */
int manifest_file_lock(int directory);

/*
 * Leave only the last line of each name, if that are half of the lines or
 * fewer. The directory's run writes the new file as its worker 0. 0, also where
 * nothing was to be done or the lock is somebody else's; or a negative code,
 * and the file is as it was.
 */
int manifest_file_compact(struct save_dir *dir);
