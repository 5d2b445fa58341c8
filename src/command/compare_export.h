#pragma once

#include <stdbool.h>

#include "cli/output_file.h"
#include "comparison/comparison.h"
#include "comparison/exports.h"
#include "comparison/settings.h"

/*
 * compare_export: the files that a comparison is written to.
 *
 * Ownership: embedded by the caller, zeroed; exports_close() once.
 */

struct compare_exports {
    struct export_file files[EXPORTS];
    bool has_stdout; /* one of them is standard output */
};

/* Open all that the settings name. A negative errno value: told on stderr. */
int exports_open(struct compare_exports *exports,
                 const struct compare_settings *settings);

/* Write and close them all, whatever becomes of one. The first failure, a
   negative errno value; each is told on stderr. */
int exports_write(struct compare_exports *exports,
                  const struct comparison *comparison);

void exports_close(struct compare_exports *exports);
