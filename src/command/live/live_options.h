#pragma once

#include "comparison/settings.h"

/*
 * live_options: the rows of `flags compare` for what is to be looked at: its
 * drawings and its race.
 */

#define LIVE_ROWS                                                             \
    {.group = "The results",                                                  \
     .name = "timeline",                                                      \
     .kind = OPTION_FLAG,                                                     \
     .help = "draw who waited for what, in a run of each cell",               \
     .offset = offsetof(struct compare_settings, timeline)},                  \
    {                                                                         \
        .name = "live", .kind = OPTION_TAKEN, .metavar = "together",          \
        .optional = "recorded", .take = settings_take_live,                   \
        .accepted = "together or recorded, by `=`, or nothing",               \
        .help = "first a race: a run of each cell, side by side at its true " \
                "speed; =together: really at the same time",                  \
        .offset = offsetof(struct compare_settings, live)                     \
    }
