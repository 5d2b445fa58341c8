#pragma once

#include <jansson.h>

/*
 * shards: one report (flags.report/1) made of those of a work's shards, as
 * jansson reads them.
 */

/* What is wrong with it, in words; NULL: it is the whole report of a shard. */
const char *shards_trouble(const json_t *report);

/*
 * Add a report without trouble to the others', of which the first one became
 * `whole`. The shards ran side by side: the longest time is the whole's, it
 * began with the first of them, and the first that stopped early says why.
 * -ENOMEM: `whole` is of no use any more.
 */
int shards_add(json_t *whole, json_t *report);
