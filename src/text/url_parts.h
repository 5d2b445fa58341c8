#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * url_parts: where in a text something of a URL is that is not for others to
 * see; for url.c and url_command.c alone.
 */

/* The `@` behind the credentials of the authority that begins there; NULL:
   there are none. */
const char *url_find_at(const char *authority);

/* Whether `name`, of a parameter, is one that goes with a secret. */
bool url_is_secret(const char *name, size_t length);

/* The length of "://" there, with any of its characters escaped; 0: none. */
size_t url_slashes_length(const char *text);

/* How much of an authority is credentials. That of a URL within another is
   over with its path, or with the parameter that it is. */
size_t url_credentials_length(const char *authority);
