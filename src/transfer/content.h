#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "transfer/ending.h"

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
 * What may be said of a body: whether it begins as its file's name promises,
 * and whether a format that tells its end is there to the end (ending.h),
 * whatever the name.
 *
 * Ownership: embedded by the caller. content_begin() once for each body,
 * content_close() after the last one; zeros are closed.
 */
struct content {
    const char *promised; /* by the name; NULL: nothing */
    const char *found;    /* by the first bytes; NULL: nothing known */
    bool fits;
    struct ending ending;
};

/* Begin a body that shall be called `name`. */
void content_begin(struct content *content, const char *name);

/* The body, in pieces; the first is the whole of it or has at least
   CONTENT_FIRST bytes. -ENOMEM: it cannot be checked. */
enum { CONTENT_FIRST = 1024 };
int content_add(struct content *content, const void *bytes, size_t count);

/* After the last piece: what is wrong with it, "not a GIF image, but an HTML
   page", in `text`; NULL: nothing. */
enum { CONTENT_TEXT_SIZE = 96 };
const char *content_wrong(const struct content *content,
                          char text[CONTENT_TEXT_SIZE]);

void content_close(struct content *content);
