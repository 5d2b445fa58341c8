#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "download/item.h"
#include "download/manifest/map.h"
#include "transfer/head.h"
#include "transfer/save.h"

/*
 * again: what an item needs of which the manifest has a line: nothing, as its
 * file is there; or the question whether it has changed.
 *
 * A file is known if the last line of its name is of the item's URL, and a
 * plain file of that name and size is in the output directory. What it is after
 * all that, `flags verify` tells.
 */

struct again {
    bool skips; /* known items are not asked for; else, whether they changed */
    const struct manifest_map *map; /* as are the others, borrowed */
    const struct endpoint *started; /* see manifest_url(); NULL */
    struct save_dir *output;
};

/* A file that is known. */
struct known {
    char name[SAVE_NAME_SIZE];
    int64_t bytes;
    struct digest digest;
    char etag[HEAD_FIELD_SIZE];          /* "": none */
    char last_modified[HEAD_FIELD_SIZE]; /* "": none */
};

/*
 * Whether the item's file is known. `again` may be NULL: nothing is. An item
 * that is named by its country is known by its URL. Any thread.
 */
bool again_find(const struct again *again, const struct item *item,
                struct known *known);

/* Take the name that a country has for the item, which is in place. As
   save_claim(); 0 for an item that has its name anyway. */
int again_claim(const struct again *again, const struct item *item,
                const struct known *known);
