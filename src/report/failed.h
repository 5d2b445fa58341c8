#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "download/events.h"

/*
 * failed: a list of what is not in place, which `--input` reads back: for each
 * item a comment with the reason, then its URL, a tab, and its file's name.
 *
 * A code that a wildcard stood for and that was not found is no failure; of a
 * line that was no URL there is the comment alone. Credentials are left out.
 * URL and name are written byte for byte, but escaped to a terminal.
 * Write errors are left in the stream. Ownership: embedded; borrows `out`.
 */
struct failed {
    struct event_sink sink;
    FILE *out;
    bool is_terminal;
};

/* Add the sink to the stream. */
void failed_init(struct failed *failed, FILE *out, struct events *events);
