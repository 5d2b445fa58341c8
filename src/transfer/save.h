#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * save: files that are complete or not there at all.
 *
 * A run writes into a directory of its own inside the output directory (see
 * run_dir.h), and renames what is complete and checked to its final name.
 *
 * Threads: one struct save_file a worker; everything else from any thread.
 */

struct save_dir;

/*
 * Open the output directory `path`, created with its parents if need be,
 * remove what dead runs left there, and make this run's own directory. It waits
 * for no lock. -EINTR: a signal came; again is possible. A negative
 * errno code: *out is untouched, nothing of ours is left but perhaps the
 * directories created.
 */
int save_dir_open(struct save_dir **out, const char *path);

/* Remove the run's own directory with what is in it, and free. NULL is let
   through. The output directory itself stays. */
void save_dir_close(struct save_dir *dir);

/* The output directory's descriptor, which stays the save_dir's. */
int save_dir_fd(const struct save_dir *dir);

/*
 * Reserve a name for an item, for the life of `dir`. -EEXIST: another item has
 * it, or one that the file system takes for the same. -ENOMEM.
 */
int save_claim(struct save_dir *dir, const char *name);

/* A file being written. */
struct save_file {
    struct save_dir *dir;
    unsigned worker; /* makes the name, so a worker has one file at a time */
    int fd;          /* -1: not open */
};

/*
 * save_file: one that is not open. save_create: open it. save_write: all
 * `bytes`. save_commit: close it and rename it to `name`, a plain file name,
 * replacing what is there. save_discard: close and remove it; harmless if it
 * is not open.
 *
 * Negative errno codes. After a failure of save_write or save_commit the file
 * is discarded and `name` untouched.
 */
struct save_file save_file(struct save_dir *dir, unsigned worker);
int save_create(struct save_file *file);
int save_write(struct save_file *file, const void *from, size_t bytes);
int save_commit(struct save_file *file, const char *name);
void save_discard(struct save_file *file);

/*
 * A file may be put by, for another worker to go on with: save_keep() closes it
 * and keeps it under a number, which no other has; after a failure it is
 * discarded. save_resume(): *file, which is not open, becomes the one of that
 * number, open at its end; after a failure there is none. save_forget(): remove
 * it.
 */
int save_keep(struct save_file *file, uint64_t number);
int save_resume(struct save_file *file, uint64_t number);
void save_forget(struct save_dir *dir, uint64_t number);

/*
 * A file name out of anybody's text: `stem` made harmless, and `tail` (ours:
 * "-BR.gif"; less than 64 bytes) as it is. At most 255 bytes: the stem is cut
 * at a character's border. `/`, control characters and leading dots become
 * `_`, as does an empty stem.
 */
enum { SAVE_NAME_SIZE = 256 };
void save_name(char name[SAVE_NAME_SIZE], const char *stem, const char *tail);
