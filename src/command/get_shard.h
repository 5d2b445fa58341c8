#pragma once

#include "command/get_options.h"

/*
 * get_shard: which part of all that was asked for is this run's: the options
 * --shard and --shared, as a part of the plan of `flags get`.
 */

/*
 * Read what the options mean into plan->shard, and leave of the plan's codes
 * and URLs this shard's alone; the input passes over those of lists. 0;
 * -EINVAL: a usage error, in line->error.
 */
int get_shard(struct get_plan *plan, const struct get_settings *settings,
              struct command_line *line);

/* This shard's part of the limits that are for all of them together. */
void get_shard_limits(struct get_plan *plan);
