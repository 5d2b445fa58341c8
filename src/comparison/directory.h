#pragma once

/*
 * compare_directory: where a comparison keeps what its runs need and leave, in
 * TMPDIR or /tmp: `flags-compare-XXXXXX`.
 *
 * What a killed comparison left, the next one of the same user removes. It
 * knows a directory of that kind by its mode from birth, which has the sticky
 * bit, and by a file in it, and it removes none that somebody holds: while a
 * comparison lives it has flock(2) on its own. Where a file system keeps no
 * such bit (vfat), or has no locks, what was left stays.
 *
 * Ownership: embedded by the caller, zeroed; compare_directory_close() once.
 */

struct compare_directory {
    char *path; /* NULL: there is none */
    int fd;     /* itself, locked */
};

/* Remove what dead comparisons left, and make, open and lock one. A negative
   errno value: there is none. */
int compare_directory_open(struct compare_directory *directory);

/* Remove it with all that is in it. */
void compare_directory_close(struct compare_directory *directory);

/* Where it is made. */
const char *compare_directory_parent(void);

/* Remove a directory with all that is in it, as far as that can be done. Links
   are not followed. One that something is left in keeps its mark, so that a
   later comparison removes it. */
void compare_directory_remove(const char *path);
