#pragma once

#include <stddef.h>

/*
 * embedded: a file whose bytes are in the program. A table of them ends with a
 * path of NULL.
 */
struct embedded_file {
    const char *path; /* relative, as "br/br.gif" */
    const unsigned char *bytes;
    size_t length;
};

/* The file at `path`, or NULL; also if `files` is NULL. */
const struct embedded_file *embedded_find(const struct embedded_file *files,
                                          const char *path);
