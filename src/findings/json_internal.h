#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "comparison/comparison.h"

/*
 * json_internal: what the parts of the JSON share. Within json only. Each gives
 * a new reference, or NULL without memory.
 */

/* null for what is not finite. */
json_t *seconds_json(double us);

/* A value as it is outside: seconds for microseconds, and whole numbers where a
   number of things has no half. */
json_t *value_json(const struct figure *figure, double value);

/* Of each run the time alone, or all that is known. */
json_t *runs_json(const struct comparison_setup *setup,
                  const struct comparison_run *all, size_t count, bool times);
