#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * A copy of a URL, or of what was meant to be one, without all that may be the
 * credentials of somebody: "http://...@host/". Cut to `size`.
 */
void url_mask(char *room, size_t size, const char *url);

/* Write a URL, escaped, as one that works, but for its credentials, which are
   left out. */
void url_print_bare(FILE *out, const char *url);

/*
 * Write a URL, escaped, without its credentials. `as_localhost`: one of
 * 127.0.0.1 is written with the name localhost, as the scripts of Fluent Python
 * call it.
 */
void url_print(FILE *out, const char *url, bool as_localhost);
