#pragma once

#include "download/downloader.h"

/*
 * Have descriptors for `wanted` requests in flight by the strategy, raising the
 * soft limit of this process and its children if need be. Gives how many there
 * can be: `wanted`, or fewer where the hard limit is lower, but 1 at least.
 */
unsigned descriptors_fit(const struct downloader *strategy, unsigned wanted);
