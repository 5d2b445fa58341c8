#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/option.h"
#include "country/selection.h"
#include "country/source.h"

/*
 * work: the options that get and compare share: what to download, from where,
 * under which limits.
 */

struct work_settings {
    bool all, every;
    int64_t limit;      /* 0: none */
    const char *server; /* NULL: not said */
    bool country_names;
    int64_t timeout_us, connect_timeout_us;
};

/* Their rows. `type` is the subcommand's settings, `member` the struct
   work_settings in it. */
#define WORK_FIELD(type, member, field) \
    (offsetof(type, member) + offsetof(struct work_settings, field))

#define WORK_SELECTION_ROWS(type, member)                         \
    {.group = "Which flags",                                      \
     .name = "all",                                               \
     .letter = 'a',                                               \
     .kind = OPTION_FLAG,                                         \
     .help = "the flags of all 194 countries",                    \
     .offset = WORK_FIELD(type, member, all)},                    \
        {.name = "every",                                         \
         .letter = 'e',                                           \
         .kind = OPTION_FLAG,                                     \
         .help = "all 676 codes from AA to ZZ, countries or not", \
         .offset = WORK_FIELD(type, member, every)},              \
    {                                                             \
        .name = "limit", .letter = 'l', .kind = OPTION_INTEGER,   \
        .metavar = "N", .least = 1,                               \
        .help = "only the first N of the sorted list",            \
        .offset = WORK_FIELD(type, member, limit)                 \
    }

#define WORK_TRANSFER_ROWS(type, member)                                    \
    {.name = "country-names",                                               \
     .letter = 'c',                                                         \
     .kind = OPTION_FLAG,                                                   \
     .help = "name the files by country: Brazil-BR.gif; fetches "           \
             "metadata.json as well",                                       \
     .offset = WORK_FIELD(type, member, country_names)},                    \
        {.name = "timeout",                                                 \
         .letter = 't',                                                     \
         .kind = OPTION_DURATION,                                           \
         .metavar = "S",                                                    \
         .least = 1000,                                                     \
         .most = WORK_TIMEOUT_MOST_US,                                      \
         .fallback = "10",                                                  \
         .help = "time for one attempt",                                    \
         .offset = WORK_FIELD(type, member, timeout_us)},                   \
    {                                                                       \
        .name = "connect-timeout", .kind = OPTION_DURATION, .metavar = "S", \
        .least = 1000, .most = WORK_TIMEOUT_MOST_US, .fallback = "5",       \
        .help = "time for its connection",                                  \
        .offset = WORK_FIELD(type, member, connect_timeout_us)              \
    }

/* libcurl counts milliseconds in a long, which may have 32 bits. */
#define WORK_TIMEOUT_MOST_US ((int64_t)1000000 * 3600 * 24 * 7)

/*
 * The selection of codes that settings and arguments ask for; the source that
 * `text` names, which `origin` says ("--server"). 0; -EINVAL: a usage error,
 * in line->error; -ENOMEM. On success the caller closes what was made.
 */
int work_select(struct selection *selection,
                const struct work_settings *settings,
                struct command_line *line);
int work_source(struct source *source, const char *origin, const char *text,
                struct command_line *line);
