#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * save: files that are complete or not there at all.
 *
 * A run writes into a directory of its own inside the output directory,
 * `.flags-XXXXXX`, and renames what is complete and checked to its final name.
 * While the run lives it holds flock(2) on that directory; the next run
 * removes those that nobody holds, and nothing else.
 *
 * Threads: one struct save_file a worker; everything else from any thread.
 */

struct save_dir;

/*
 * Open the output directory `path`, created with its parents if need be,
 * remove what dead runs left there, and make this run's own directory.
 * A negative errno code: *out is untouched, nothing of ours is left but
 * perhaps the directories created.
 */
int save_dir_open(struct save_dir **out, const char *path);

/* Remove the run's own directory with what is in it, and free. NULL is let
   through. The output directory itself stays. */
void save_dir_close(struct save_dir *dir);

/*
 * Reserve a name that a server chose, for the life of `dir`. -EEXIST: another
 * item has it. -ENOMEM.
 */
int save_claim(struct save_dir *dir, const char *name);

/* A file being written. Zero is an unopened one. */
struct save_file {
    struct save_dir *dir;
    int fd;
    char name[16]; /* in the run's own directory */
    bool is_open;
};

/*
 * save_create: `worker` makes the name, so a worker has one file at a time.
 * save_write: all `bytes` of it.
 * save_commit: close and rename to `name`, a plain file name, replacing what is
 * there. save_discard: close and remove; harmless if nothing is open.
 * Negative errno codes; after a failure of save_write or save_commit the file
 * is discarded and `name` untouched.
 */
int save_create(struct save_file *file, struct save_dir *dir, unsigned worker);
int save_write(struct save_file *file, const void *from, size_t bytes);
int save_commit(struct save_file *file, const char *name);
void save_discard(struct save_file *file);

/*
 * A file name out of anybody's text: stem and extension ("" for none), joined
 * by a dot, of at most 255 bytes (the stem is cut at a character's border).
 * `/`, control characters and leading dots become `_`; so does an empty stem.
 */
enum { SAVE_NAME_SIZE = 256 };
void save_name(char name[SAVE_NAME_SIZE], const char *stem,
               const char *extension);
