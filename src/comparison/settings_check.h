#pragma once

#include "cli/option.h"
#include "comparison/settings.h"

/*
 * settings_check: what an option table cannot check of a comparison's settings.
 */

/*
 * Check them, which `table` has read from `line`, and put in what --book and
 * the looks of --until mean. 0; -EINVAL: a usage error, in line->error.
 */
int compare_settings_check(struct compare_settings *settings,
                           struct command_line *line,
                           const struct option_table *table);

/* Likewise, once it is known how many cells there are, and whether the server
   is ours. */
int compare_cells_check(const struct compare_settings *settings, size_t cells,
                        bool ours, struct command_line *line);
