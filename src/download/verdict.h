#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * verdict: from what happened to the exit status. Pure.
 */

struct verdict {
    size_t in_place;  /* saved, unchanged or skipped */
    size_t missing;   /* named one by one, and not found */
    size_t tolerated; /* from a wildcard, and not found */
    size_t failed;    /* ended in error */
    size_t cancelled;
    bool any_named;    /* something was asked for by its own name */
    bool local_failed; /* directory, disk, report */
    bool check_failed;
    bool deadline; /* reached with work left */
};

/*
 * The exit status. When several apply, the first of: local failure, deadline,
 * failed check, nothing in place, some errors, something named not found.
 * What was cancelled is not in place, and counts as an error where nothing
 * else explains it. Signals are the caller's.
 */
int verdict_status(const struct verdict *v);
