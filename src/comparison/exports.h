#pragma once

#include <stdio.h>

/*
 * exports: the files that a comparison is written to, made from exports.list.
 */

struct comparison;

enum {
#define EXPORT(identifier, writer, option, help) EXPORT_##identifier,
#include "comparison/exports.list"
#undef EXPORT
    EXPORTS
};

/* Write it. What was not written in full shows at the stream; 0, or a negative
   errno value for what else went wrong: -ENOMEM. */
#define EXPORT(identifier, writer, option, help) \
    int writer(FILE *out, const struct comparison *comparison);
#include "comparison/exports.list"
#undef EXPORT
