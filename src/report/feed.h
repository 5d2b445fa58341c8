#pragma once

#include <stdint.h>
#include <stdio.h>

#include "download/events.h"
#include "report/tally.h"

/*
 * feed: what a run tells the `flags compare` that started it, line by line on
 * a pipe of their own:
 *
 *   final BR ok 9443 1        an item is settled: code, status, bytes, attempts
 *   observed 1054321          microseconds from the first item scheduled to
 *                             the last one final; the run is complete
 *
 * Private between two processes of the same program: it has no version and
 * may change. Each line is written at once.
 */
struct feed {
    struct event_sink sink;
    FILE *out;
};

/* Add the sink to the stream. Both are borrowed. */
void feed_init(struct feed *feed, FILE *out, struct events *events);

/* The last line. 0; -EPIPE or another negative errno value: not all of the
   feed was written. */
int feed_end(struct feed *feed, const struct tally *tally);

/* One line, read back. */
struct feed_line {
    enum { FEED_FINAL, FEED_OBSERVED } kind;
    char code[CODE_SIZE];
    enum status status;
    int64_t bytes;
    unsigned attempts;
    int64_t observed_us;
};

/* -EINVAL: that is no line of a feed. */
int feed_parse(struct feed_line *line, const char *text);
