#pragma once

#include "command/get_options.h"

/*
 * get_items: what of a command line is to be downloaded, and within which
 * limits: a part of the plan of `flags get`.
 */

/*
 * Part the line's arguments into codes and URLs, and select the codes. 0;
 * -EINVAL: a usage error, in line->error; -ENOMEM. On success the caller closes
 * the selection.
 */
int get_items_select(struct get_plan *plan, const struct get_settings *settings,
                     struct command_line *line);

/* Refuse two items of one name, before anybody is contacted: those of lists are
   found when they are read. -EINVAL and -ENOMEM as above. */
int get_items_check(const struct get_plan *plan,
                    const struct get_settings *settings,
                    struct command_line *line);

/* What the schedule has to obey; a seed is drawn unless it is given. */
struct schedule_limits get_limits(const struct get_settings *settings,
                                  const struct command_line *line);
