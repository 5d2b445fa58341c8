#pragma once

#include "cli/option.h"

/*
 * compare_options: the command line of `flags compare`.
 */

extern const struct option_table compare_option_table;
