#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "download/manifest/entry.h"
#include "download/manifest/map.h"
#include "scratch.h"
#include "transfer/save.h"

/*
 * manifest_place: a directory, and lines of the manifest in it. A test has a
 * process to itself, hence one. What goes wrong in here fails the test.
 */

extern char place[SCRATCH_SIZE];
extern struct save_dir *dir;

/* For test suites. */
void manifest_place_setup(void);
void manifest_place_teardown(void);

/* An entry with this name, which is borrowed; all else is made up. */
struct manifest_entry entry_of(const char *name, int64_t bytes);

/* Append text as it is; or lines as manifest_file_append() does, and with what
   it returns, but for a lock, which is waited for; or such an entry. */
void append_raw(const char *text);
int append_text(const char *lines);
void append_entry(const char *name, int64_t bytes);

/* The manifest as it is now; the caller closes it. */
struct manifest_map open_map(bool by_url);

/* What the map has under a name; -1: nothing. */
int64_t bytes_of(const struct manifest_map *map, const char *name);
