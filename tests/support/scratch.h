#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * scratch: a directory of the test's own, and looking at files. What goes
 * wrong in here aborts the test program.
 */

enum { SCRATCH_SIZE = 256 };

/* Make one under TMPDIR or /tmp; remove one with all that is in it. */
void scratch_make(char path[SCRATCH_SIZE]);
void scratch_remove(const char *path);

/* "DIRECTORY/NAME" in `path`. */
void scratch_path(char path[SCRATCH_SIZE], const char *directory,
                  const char *name);

/* Write a file of `bytes`. */
void scratch_write(const char *directory, const char *name, const void *from,
                   size_t bytes);

/* A file's bytes with a NUL behind them, the caller's to free, and how many
   there are. NULL: there is no such file. */
char *scratch_read(const char *directory, const char *name, size_t *bytes);

/* Whether a file has exactly these bytes. */
bool scratch_holds(const char *directory, const char *name, const void *bytes,
                   size_t count);

/* The names in a directory, sorted, each with a space behind it, the caller's
   to free. */
char *scratch_list(const char *directory);
