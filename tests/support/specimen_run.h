#pragma once

#include <stdint.h>

#include "comparison/comparison.h"

/*
 * specimen_run: what a cell's runs might have been: one of them simulated, the
 * others the same with noise. Of a few conditions, not of the weather: one item
 * in seven is refused once, one in eleven is not found.
 */

/* Fill in the cell's record, its runs and its requests. -ENOMEM: some of them
   are missing. */
int specimen_run(struct comparison_cell *cell,
                 const struct comparison_setup *setup, uint64_t seed);
