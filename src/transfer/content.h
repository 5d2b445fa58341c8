#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * content: whether bytes are what a file's name promises. They decide, not
 * what the server calls them: an HTML page is not a GIF. The signatures are
 * those of the formats' specifications.
 */

/*
 * What the first bytes of a file are, for messages: "a GIF image", "an HTML
 * page"; NULL: nothing that is known here. Static.
 */
const char *content_kind(const void *head, size_t bytes);

/*
 * True if they fit the name's extension, or if nothing is known of it. Else
 * *promised and *found are as of content_kind(); *found may be NULL.
 */
bool content_fits(const char *name, const void *head, size_t bytes,
                  const char **promised, const char **found);
