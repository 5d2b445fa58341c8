#pragma once

#include <stddef.h>

/*
 * corpus: where the flags are that come with the program: the source tree, if
 * the program runs from the place where it was built, else the data directory
 * that it was installed with.
 *
 * Writes the path to `room`; -ENAMETOOLONG: it is too small. Whether the
 * directory is there is not looked at.
 */
int corpus_find(char *room, size_t size);
