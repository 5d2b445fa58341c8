#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "cli/option.h"

/*
 * saving: the options that say which bodies become files.
 */

struct saving_settings {
    bool skip_existing, sync; /* known files are not fetched, or only if they
                                 have changed: one of them at most */
    bool force;               /* neither */
    bool no_manifest;         /* it is not written */
    int verify_content;       /* 0: auto, 1: off */
    int64_t max_filesize;     /* 0: none */
};

extern const char *const saving_verify_names[];

#define SAVING_FIELD(type, member, field) \
    (offsetof(type, member) + offsetof(struct saving_settings, field))

#define SAVING_ROWS(type, member)                                              \
    {.group = "What is saved",                                                 \
     .name = "skip-existing",                                                  \
     .kind = OPTION_FLAG,                                                      \
     .help = "not what the manifest says is complete, and is there",           \
     .offset = SAVING_FIELD(type, member, skip_existing)},                     \
        {.name = "sync",                                                       \
         .kind = OPTION_FLAG,                                                  \
         .help = "of that, only what the server says has changed",             \
         .offset = SAVING_FIELD(type, member, sync)},                          \
        {.name = "force",                                                      \
         .kind = OPTION_FLAG,                                                  \
         .help = "everything, in spite of the two",                            \
         .offset = SAVING_FIELD(type, member, force)},                         \
        {.name = "no-manifest",                                                \
         .kind = OPTION_FLAG,                                                  \
         .help = "write no lines about the files to .flags-manifest.jsonl",    \
         .offset = SAVING_FIELD(type, member, no_manifest)},                   \
        {.name = "verify-content",                                             \
         .kind = OPTION_CHOICE,                                                \
         .metavar = "auto|off",                                                \
         .choices = saving_verify_names,                                       \
         .fallback = "auto",                                                   \
         .help = "whether a file's bytes must be what its name promises, and " \
                 "none may be empty",                                          \
         .offset = SAVING_FIELD(type, member, verify_content)},                \
    {                                                                          \
        .name = "max-filesize", .kind = OPTION_SIZE, .metavar = "SIZE",        \
        .least = 1, .shown = "none", .help = "a longer body is an error",      \
        .offset = SAVING_FIELD(type, member, max_filesize)                     \
    }
