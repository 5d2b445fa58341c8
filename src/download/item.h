#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "country/selection.h"
#include "country/source.h"
#include "download/heap.h"
#include "download/options.h"

struct continuation;
struct origin;

/*
 * item: one thing to download, and where items come from.
 *
 * Ownership: a source hands each item over; the run frees it once its outcome
 * is final and everybody has been told. What event sinks want to keep, they
 * copy.
 */
struct item {
    uint64_t index;       /* in the order of the input, from 0 */
    char code[CODE_SIZE]; /* upper case; "": not a country's */
    bool named;           /* asked for by itself: not to find it is a failure */
    const char *subject;  /* what reports call it: the code, or the URL */
    const char *url;      /* of the image */
    const char *metadata_url; /* NULL: the country's name is not wanted */
    const char *name;         /* of the file, unless the country names it */

    /* What the last attempt's body leaves to the next one, the item's; NULL:
       nothing. Whoever has the item touches it. */
    struct continuation *continuation;

    const char *refused; /* why it is none: it fails at once; NULL */

    /* The schedule's own. */
    unsigned attempts; /* started so far */
    bool running;
    int64_t first_us; /* when the first one began */
    int64_t due_us;   /* no other begins before */
    struct origin *origin;
    struct heap_node node;
};

/*
 * Where items come from. `next` is called until it gives NULL, or fails, then
 * no more: 0 and *item; -EAGAIN: that has to be waited for; or a negative code:
 * the input cannot be read, which ends the run as a local failure. It does not
 * block.
 *
 * After -EAGAIN: wait until `fd` can be read (-1: do not), then `fill`, perhaps
 * in another thread, but while nothing else of the source is used. 0: ask
 * again; or a negative code as of `next`. `is_ready`: `fill` would not wait.
 * A source that never says -EAGAIN needs none of the three.
 */
struct item_source {
    int (*next)(void *arg, struct item **item);
    void *arg;
    int (*fd)(void *arg);
    int (*fill)(void *arg);
    bool (*is_ready)(void *arg);
};

/* A copy of `parts` with copies of its strings (metadata_url and refused may be
   NULL), in one piece of memory. NULL: no memory. It is freed before the output
   directory is closed, as what is kept for it is there. */
struct item *item_new(const struct item *parts);
void item_free(struct item *item);

/* The items of a selection of codes, made as they are asked for. */
struct code_items {
    const struct selection *selection; /* borrowed, as is the source */
    const struct source *source;       /* with a base */
    bool country_names;
    enum compat compat;
    size_t next; /* 0 to start with */
};

/* One of them, or of a code that is none of the selection. 0 or -ENOMEM. */
int item_of_code(struct item **out, const struct code_items *codes,
                 uint64_t index, const struct chosen *chosen);

/* Borrows `codes` until the run is over. */
struct item_source code_items_source(struct code_items *codes);
