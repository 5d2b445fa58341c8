#pragma once

#include "download/events.h"
#include "download/options.h"
#include "download/outcome.h"
#include "download/schedule.h"
#include "transfer/digest.h"
#include "transfer/way.h"

/*
 * One attempt at one item, in straight-line code, for every strategy: request
 * the image, then, if wanted, its metadata; check; save.
 *
 * What came of a long body that broke is left to the item's next attempt, if
 * there may be one.
 *
 * Emits the attempt's events, from STARTED to SAVED. Cancelled at any point:
 * the outcome says so and nothing is left behind. timeout_us of the attempt
 * covers both requests. `digest` is the worker's, for the image's sum.
 */
void download_one(const struct attempt *attempt, struct way *way,
                  struct digest_sum *digest,
                  const struct download_options *options, struct events *events,
                  struct outcome *outcome);
