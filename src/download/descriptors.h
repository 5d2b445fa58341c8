#pragma once

#include "download/downloader.h"

/*
 * Have descriptors for `wanted` requests in flight by the strategy, raising the
 * soft limit of this process and its children if need be. Gives how many there
 * can be: `wanted`, or fewer where the hard limit is lower, but 1 at least.
 */
unsigned descriptors_fit(const struct downloader *strategy, unsigned wanted);

/* Whether there are descriptors for one request at a time now, beyond those
   that are open. 0; -EMFILE, -ENFILE: a run would fail sooner or later. */
int descriptors_check(const struct downloader *strategy);

/*
 * Have room for those of so many requests in the process's table, while there
 * is one thread only. Linux grows the table of a process with several, from 64
 * on each time to twice the size, after it has waited for an RCU grace period
 * (expand_fdtable() in fs/file.c): the thread that happens to ask waits for
 * more than 10 ms. Where the limit of descriptors is lower, things stay as they
 * are.
 */
void descriptors_make_room(const struct downloader *strategy,
                           unsigned requests);
