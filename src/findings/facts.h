#pragma once

#include "comparison/comparison.h"

/*
 * comparison_facts: what was run, on what, and how to run it again, in words:
 * the same for every form that tells it.
 */

/* Called with a label and a text, both valid during the call. The text may
   hold anything that was on the command line. */
typedef void (*facts_on_fact)(void *arg, const char *label, const char *text);

/* Those that are known, in order. -ENOMEM: some are missing. */
int comparison_facts(const struct comparison *comparison, facts_on_fact on_fact,
                     void *arg);

/*
 * The command that makes this comparison again, with words quoted for a
 * shell, to be freed by the caller; NULL: no memory. What a comparison does
 * not keep (retries, credentials) is not in it.
 */
char *comparison_command(const struct comparison *comparison);

/* A value as its unit has it: "52.3 ms", "-9.4 MiB", "0.074". */
void facts_value(char text[COMPARISON_TEXT_SIZE], enum comparison_unit unit,
                 double value);

/*
 * What a check found, in words: the difference of its two sides with its
 * interval and unit, "-101 ms (-104 ms to -98.0 ms)", or why there is none.
 */
enum { FACTS_CHECK_SIZE = 136 };
void facts_check(char text[FACTS_CHECK_SIZE],
                 const struct comparison_check *check);
