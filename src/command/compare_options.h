#pragma once

#include "cli/option.h"
#include "comparison/settings.h"

/*
 * compare_options: the command line of `flags compare`, and what it means.
 */

extern const struct option_table compare_option_table;

/*
 * Check what the table cannot, and put in what --book means. 0; -EINVAL: a
 * usage error, in line->error.
 */
int compare_settings_check(struct compare_settings *settings,
                           struct command_line *line);
