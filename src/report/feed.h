#pragma once

#include <stdint.h>
#include <stdio.h>

#include "download/events.h"
#include "report/footprint.h"
#include "report/record.h"

/*
 * feed: what a run tells the `flags compare` that started it, line by line on
 * a pipe of their own:
 *
 *   final BR ok             an item is settled; written at once
 *   ...                     after the run: the lines of record_write()
 *   footprint 9437184 21 45 the peaks of memory (bytes), threads, descriptors
 *   observed 1054321        microseconds from the first item scheduled to the
 *                           last one settled; the feed is complete
 *
 * So nothing but one short line an item is written while the run is measured.
 * Private between two processes of the same program: it has no version and
 * may change.
 */
struct feed {
    struct event_sink sink;
    struct record record;
    struct footprint footprint;
    FILE *out;
};

/* Add the sinks to the stream. All is borrowed; feed_close() once. */
void feed_init(struct feed *feed, FILE *out, struct events *events);
void feed_close(struct feed *feed);

/* After the run, its lines. 0; -ENOMEM: the record is not complete, and
   nothing was written; -EPIPE or another negative errno value: not all of the
   feed was. */
int feed_end(struct feed *feed);

/* One line that is not the record's, read back. */
struct feed_line {
    enum { FEED_FINAL, FEED_FOOTPRINT, FEED_OBSERVED } kind;
    char code[CODE_SIZE]; /* FEED_FINAL */
    enum status status;
    int64_t peak_rss, threads, descriptors; /* FEED_FOOTPRINT */
    int64_t observed_us;                    /* FEED_OBSERVED */
};

/* -EINVAL: that is no such line. */
int feed_parse(struct feed_line *line, const char *text);
