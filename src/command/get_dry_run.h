#pragma once

#include <stddef.h>

#include "download/item.h"

/*
 * get_dry_run: --dry-run: the items, one a line on stdout: code, URL, file
 * (empty where the country's name is to come from its metadata).
 */

struct get_dry_run {
    size_t count;   /* of the items */
    size_t refused; /* of those, as told on stderr */
};

/* A negative errno code: the items cannot be read. */
int get_dry_run(struct get_dry_run *done, struct item_source items);
