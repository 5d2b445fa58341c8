#pragma once

#include <stdio.h>

#include "download/events.h"

/*
 * event_lines: the events of a run as they come, a JSON object on each line:
 * {"t":0.012300,"ev":"started","item":"BR","attempt":1,"worker":2}
 *
 * `t` is in seconds since the stream began. Write errors are left in the
 * stream. Ownership: embedded; borrows `out`.
 */
struct event_lines {
    struct event_sink sink;
    FILE *out;
};

/* Add the sink to the stream. */
void event_lines_init(struct event_lines *lines, FILE *out,
                      struct events *events);
