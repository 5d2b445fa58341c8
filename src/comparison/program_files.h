#pragma once

#include <stdint.h>

#include "transfer/digest.h"

/*
 * program_files: the files that a program has left, and which of them are
 * whose.
 *
 * Ownership: embedded by the caller, zeroed; program_files_close() once.
 */

enum { PROGRAM_FILES_MOST = 10000, PROGRAM_FILES_DEPTH = 16 };

struct program_file {
    char *name; /* without its directories */
    struct digest digest;
    int64_t bytes;
    bool taken;
};

struct program_files {
    struct program_file *items;
    size_t count;
};

/* Read all regular files below the directory. -E2BIG: there are more than
   PROGRAM_FILES_MOST, or deeper ones; -ENOTDIR: it is something else, a link,
   too; other negative errno values. */
int program_files_read(struct program_files *files, const char *directory);
void program_files_close(struct program_files *files);

/* The file of that name, in whatever case, and take it; by its bytes likewise.
   NULL: none that is not taken. */
const struct program_file *program_files_take(struct program_files *files,
                                              const char *name);
const struct program_file *program_files_take_bytes(
    struct program_files *files, const struct digest *digest);
