#pragma once

#include <stddef.h>
#include <stdint.h>

#include "download/heap.h"

/*
 * origin: the servers that the items of a schedule are at: scheme, host and
 * port (RFC 6454), each with what limits its items in common. The schedule's
 * own; pure, but for memory.
 *
 * Ownership: an origin is there while it is referred to, and is freed by
 * origin_drop() after that.
 */

struct origin {
    char *name;        /* "https://example.org:443" */
    struct heap ready; /* items that may start if the origin may be asked */
    unsigned running;  /* attempts */
    size_t held;       /* items of the schedule */
    int64_t paused_until_us; /* it asked to be left alone until then */
    struct heap_node open;   /* among the origins with an item to start */
    struct heap_node paused; /* among those that wait for paused_until_us */
    struct origin *next, *previous; /* of all */
};

/* Zero is empty. */
struct origins {
    void *tree; /* of tsearch(3), by name */
    struct origin *first;
    struct origin *latest; /* found last: most lists are of one server */
};

/* The origin of a URL; a new one if there was none. `before` orders its items.
   NULL: no memory. */
struct origin *origin_find(struct origins *origins, const char *url,
                           bool (*before)(const struct heap_node *a,
                                          const struct heap_node *b));

/* Nothing refers to it any more: free it. */
void origin_drop(struct origins *origins, struct origin *origin);

/*
 * The origin of an http or https URL as text: lower case, with its port,
 * without credentials; of anything else the URL itself. Cut to `size`, with a 0
 * at the end.
 */
enum { ORIGIN_SIZE = 320 };
void origin_of(char text[ORIGIN_SIZE], const char *url);
