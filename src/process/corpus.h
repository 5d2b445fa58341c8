#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "text/embedded.h"

/*
 * corpus: where the flags are that come with the program. The first of these
 * that is a directory:
 *
 *   the source tree, if the program runs from the place where it was built
 *   ../share/flags, seen from the program's own directory: an installed tree
 *     can be moved
 *   the data directory that it was installed with
 *
 * and without any of them the files that are in the program itself: the flags
 * of the 20 most populous countries, with their metadata. So a copy of the
 * program's file alone works.
 */

/* 0: its path is in `room`; 1: there is no directory, use corpus_embedded, and
   `room` is ""; -ENAMETOOLONG. */
int corpus_find(char *room, size_t size);

/* The files in the program. */
extern const struct embedded_file corpus_embedded[];

/*
 * The first of `count` codes, `size` bytes each and of two capitals in front,
 * that the corpus cannot have a flag for, because it is the embedded one and
 * that has 20; NULL: none.
 */
const char *corpus_lacks(const char *codes, size_t count, size_t size);

/* Why, as what would be accepted. */
#define CORPUS_EMBEDDED_WORDS                                          \
    "one of the 20 flags that are in the program (the directory with " \
    "the others was not found)"
