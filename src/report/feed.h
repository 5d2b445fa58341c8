#pragma once

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

#include "download/events.h"
#include "report/footprint.h"
#include "report/record.h"

/*
 * feed: what a run tells the `flags compare` that started it, line by line on
 * a pipe of their own:
 *
 *   {"final": "BR", "status": "ok"}   an item is settled; written at once
 *   ...                               after the run: record_write()'s lines
 *   {"peak_rss": 9437184, "threads": 21, "descriptors": 45,   peaks; bytes
 *    "wait_us": 310, "user_us": 5100, "system_us": 4200,      of the footprint
 *    "voluntary": 20, "involuntary": 1}
 *   {"observed_us": 1054321}          from the first item scheduled to the last
 *                                     one settled; the feed is complete
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
    int error; /* of the lines written during the run; 0: none */
};

/* Add the sinks to the stream. All is borrowed; feed_close() once. */
void feed_init(struct feed *feed, FILE *out, struct events *events);
void feed_close(struct feed *feed);

/* After the run, its lines. 0; -ENOMEM: the record is not complete, or a line
   could not be made; -EPIPE or another negative errno value: not all of the
   feed was written. After a failure it has no last line. */
int feed_end(struct feed *feed);

/* One line that is not the record's, read back. */
struct feed_line {
    enum { FEED_FINAL, FEED_FOOTPRINT, FEED_OBSERVED } kind;
    char code[CODE_SIZE]; /* FEED_FINAL */
    enum status status;
    int64_t peak_rss, threads, descriptors; /* FEED_FOOTPRINT; -1: unknown */
    int64_t wait_us, user_us, system_us, voluntary, involuntary; /* likewise */
    int64_t observed_us; /* FEED_OBSERVED */
};

/* From one line of JSON. 0; -EINVAL: that is no such line, and *line is as it
   was. */
int feed_parse(struct feed_line *line, json_t *json);
