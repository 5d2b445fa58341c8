#pragma once

#include <stdio.h>

#include "comparison/comparison.h"

/* The timeline of each cell: of its run that is nearest to the median, all on
   one time scale. Write errors are left in the stream for its owner to find. */
void compare_timelines_print(FILE *out, const struct comparison *comparison);
