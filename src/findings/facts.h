#pragma once

#include "comparison/comparison.h"

/*
 * comparison_facts: what was run, and on what, in words:
 * the same for every form that tells it.
 */

/* Called with a label and a text, both valid during the call. The text may
   hold anything that was on the command line. */
typedef void (*facts_on_fact)(void *arg, const char *label, const char *text);

/* Those that are known, in order. -ENOMEM: some are missing. */
int comparison_facts(const struct comparison *comparison, facts_on_fact on_fact,
                     void *arg);
