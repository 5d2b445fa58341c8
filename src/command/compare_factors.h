#pragma once

#include "comparison/factors.h"
#include "comparison/settings.h"

/*
 * compare_factors: the rows of `flags compare` for what there is beside the
 * delays.
 */

#define COMPARE_FACTOR_FIELD(field)               \
    (offsetof(struct compare_settings, factors) + \
     offsetof(struct compare_factors, field))

#define COMPARE_FACTOR_ROWS                                                   \
    {.name = "connect-delay",                                                 \
     .kind = OPTION_TAKEN,                                                    \
     .metavar = "SPEC",                                                       \
     .shown = "none",                                                         \
     .take = settings_take_connect,                                           \
     .offset = COMPARE_FACTOR_FIELD(connect),                                 \
     .accepted = "a delay, as of --weather",                                  \
     .help = "of each connection, before its first request"},                 \
        {.name = "tls",                                                       \
         .kind = OPTION_FLAG,                                                 \
         .offset = COMPARE_FACTOR_FIELD(tls),                                 \
         .help = "https, with certificates made for the comparison"},         \
        {.name = "size",                                                      \
         .kind = OPTION_SIZE,                                                 \
         .metavar = "SIZE",                                                   \
         .shown = "the flags' own",                                           \
         .least = FACTORS_SIZE_LEAST,                                         \
         .most = FACTORS_SIZE_MOST,                                           \
         .offset = COMPARE_FACTOR_FIELD(size),                                \
         .help = "every image is so large"},                                  \
        {.name = "bandwidth",                                                 \
         .kind = OPTION_SIZE,                                                 \
         .metavar = "SIZE",                                                   \
         .shown = "no bound",                                                 \
         .least = 1,                                                          \
         .most = FACTORS_SIZE_MOST,                                           \
         .offset = COMPARE_FACTOR_FIELD(bandwidth),                           \
         .help = "of each connection, a second"},                             \
    {                                                                         \
        .name = "work", .kind = OPTION_DURATION, .metavar = "D",              \
        .shown = "nothing", .least = 1000, .most = 60 * 1000000,              \
        .offset = COMPARE_FACTOR_FIELD(work_us),                              \
        .help = "the client computes so long on each image that came, as 2ms" \
    }
