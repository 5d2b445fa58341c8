#pragma once

#include "comparison/comparison.h"

/*
 * specimen: comparisons that nobody had to wait for, the same every time: what
 * pages and tables are tested with. The times are those of a small simulation
 * with noise.
 */

/* "usual": three strategies, ten runs of each, an outlier. "sweep": 30 cells.
   ... : specimen_kinds has all of them, ended by NULL. */
extern const char *const specimen_kinds[];

/* Fill in `comparison`, which is zeroed, derived and all; comparison_close()
   frees it. -EINVAL: no such kind. -ENOMEM: close it as well. */
int specimen_make(struct comparison *comparison, const char *kind);
