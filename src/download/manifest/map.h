#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "download/manifest/entry.h"

/*
 * map: which line of a manifest is the last one of a name, and of a URL.
 *
 * It is of the file as it was when it was read, whoever appends to it or puts
 * another in its place. Lines that are no entries are passed over.
 *
 * Memory: 16 bytes a name, twice that while it is read, and as much again for
 * URLs: hashes and offsets. A line is read from the file when it is asked for,
 * so names of one hash are not mixed up: the earlier one is then not found.
 *
 * Ownership: manifest_map_close() after a successful opening. Any number of
 * threads may look up at once.
 */

struct manifest_place {
    uint64_t hash;
    off_t offset;
};

struct manifest_map {
    int fd;                        /* -1: there is no manifest */
    struct manifest_place *places; /* by their hashes, one of each */
    size_t count;
    size_t room;
    size_t lines; /* that were read, and are entries */
    bool by_url;
};

/* Read it. `by_url`: URLs can be looked up, too. Where there is none, the map
   is empty. A negative errno code: nothing to close. */
int manifest_map_open(struct manifest_map *map, int directory, bool by_url);
void manifest_map_close(struct manifest_map *map);

/* As above, of an open file, which becomes the map's on success. */
int manifest_map_read(struct manifest_map *map, int fd, bool by_url);

/* Put the places in the order of their lines, to go through them by index:
   nothing can be found any more. 0: the caller closes *line; or a negative
   code. Not of a map by URL. */
void manifest_map_order(struct manifest_map *map);
int manifest_map_line(const struct manifest_map *map, size_t index,
                      struct manifest_line *line);

/* The last line of that name; of that URL, if it is the last one of its name as
   well. 0: the caller closes *line; -ENOENT: there is none. */
int manifest_map_find(const struct manifest_map *map, const char *name,
                      struct manifest_line *line);
int manifest_map_find_url(const struct manifest_map *map, const char *url,
                          struct manifest_line *line);
