#pragma once

#include <stdio.h>

#include "cli/option.h"

/*
 * help: what --help and --version print. Write errors are left in the stream
 * for its owner to find.
 */

/* The usage line, the purpose, the options by group with their defaults, an
   example. At most 80 columns wide. */
void help_print(FILE *out, const struct option_table *table);

/* Name and version, and the versions of libcurl, libuv and the TLS library
   that the program runs with. */
void help_version(FILE *out);
