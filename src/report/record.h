#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "download/events.h"

/*
 * record: what a run did, kept: a row for each item and a row for each request.
 * A fold of the event stream, which timelines and waterfalls are drawn from.
 *
 * Times are microseconds on the stream's clock; -1: it never happened.
 *
 * Memory follows the number of items, so a record is kept only where somebody
 * wants to see all of them.
 *
 * Ownership: embedded by the caller, zeroed; record_close() once. Zero is an
 * empty record. Threads: the sink is called under the stream's lock; everything
 * else before and after the run.
 */

/* One HTTP exchange: the image of an item, or its metadata. */
struct record_request {
    size_t item;           /* index in `items` */
    unsigned attempt;      /* from 1 */
    unsigned number;       /* within the attempt: 1 the image, 2 the metadata */
    unsigned worker;       /* the thread or slot that waited for it, from 1 */
    int64_t start_us;      /* it was given to libcurl */
    int64_t connected_us;  /* it had a connection: start_us for a kept one */
    int64_t first_byte_us; /* of the answer */
    int64_t end_us;
    enum cause cause; /* CAUSE_NONE: a complete 2xx answer */
    long http_status; /* 0: none */
    int64_t bytes;    /* of the body, received */
    int64_t from;     /* so many came before, of the same body */
    long local_port;  /* names the connection; 0: there was none */
    bool new_connection;
};

struct record_item {
    char *subject; /* the code, or the URL */
    char *name;    /* of the file in place; NULL: there is none */
    enum status status;
    enum cause cause; /* of an error */
    long http_status; /* of the deciding answer; 0: there was none */
    int64_t bytes;    /* of the file in place, else 0 */
    unsigned attempts;
    unsigned worker;    /* of the last attempt; 0: none was started */
    int64_t started_us; /* the first attempt */
    int64_t final_us;   /* it was settled; -1: not yet */

    /* The fold's own: the next request began no earlier, and how many there
       were in this attempt. */
    int64_t after_us;
    unsigned requests;
};

struct record {
    struct event_sink sink;
    struct record_item *items; /* by their index in the input */
    size_t item_count;
    struct record_request *requests; /* in the order of their ends, which is
                                        relied on to find an item's */
    size_t request_count;
    int64_t first_us; /* the first item was scheduled; -1: none was */
    int64_t last_us;  /* the last item was settled; -1: none was */
    int error;        /* a negative errno code: rows are missing */
    size_t item_room, request_room;
};

/* Add the sink to the stream, which borrows it. `record` is zeroed. */
void record_init(struct record *record, struct events *events);
void record_close(struct record *record);

/* From the first item scheduled to the last one settled; 0: nothing was. */
int64_t record_observed_us(const struct record *record);

/*
 * Write the record as lines, each a JSON object, and take one of them back: how
 * a run that is a child process hands it to its parent (report/feed.h). Private
 * between two processes of the same program:
 *
 *   {"first_us": ..., "last_us": ..., "error": ...}
 *   {"item": INDEX, "status": ...}        one an item, in their order
 *   {"request": INDEX OF ITS ITEM, ...}   one a request, in the record's order
 *
 * record_write: 0; -ENOMEM; another negative errno value of the writing, and
 * part of it may be written. record_read: 1: `line` (borrowed) was one of a
 * record, and is in it now; 0: it is something else; -EINVAL: a field is
 * missing, unknown, or out of its range, or the line is not what follows those
 * before; -ENOMEM. On failure the record is as before. A line adds one row at
 * most, whatever it says.
 */
int record_write(FILE *out, const struct record *record);
int record_read(struct record *record, json_t *line);

/* Print `line` and a newline, and let go of it; NULL stands for one that there
   was no memory for. As record_write(). */
int record_print_line(FILE *out, json_t *line);

/* What an item was doing. */
enum record_phase {
    PHASE_QUEUED,     /* from the start of the run to its first attempt */
    PHASE_CONNECTING, /* resolving, connecting, TLS */
    PHASE_WAITING,    /* for the first byte of an answer */
    PHASE_RECEIVING,
    PHASE_SAVING, /* from the last byte of an attempt's answers to its end */
    PHASE_FAILED, /* a request that did not end in a complete 2xx answer: in
                     place of its last phase */
    PHASE_BACKING_OFF, /* between two attempts */
    PHASE_COUNT
};

/* "queued", "connecting", "waiting", "receiving", "saving", "failed",
   "backing off". */
const char *record_phase_name(enum record_phase phase);

/* In a word or two what became of an item: "ok", "not found", "HTTP 418",
   "timeout" ... */
enum { RECORD_OUTCOME_SIZE = 20 };
void record_outcome(char text[RECORD_OUTCOME_SIZE],
                    const struct record_item *item);

struct record_span {
    enum record_phase phase;
    int64_t from_us, to_us; /* never to_us < from_us */
    unsigned worker;        /* 0: nobody's */
};

typedef void (*record_on_span)(void *arg, const struct record_span *span);

/*
 * Call `on_span` for each phase of item `item` in the order of time, without
 * gaps from record->first_us to its final_us; phases of no length are left
 * out. Between the requests of one attempt the item is saving.
 */
void record_spans(const struct record *record, size_t item,
                  record_on_span on_span, void *arg);

/* The request of `item` that ended after `before`, NULL: its first one; NULL if
   there is none. */
const struct record_request *record_next_request(
    const struct record *record, size_t item,
    const struct record_request *before);

/*
 * For folds that keep less than all rows: the row of an EVENT_TRANSFERRED, but
 * for `item` and `number`, and the phases of a request, as record_spans() tells
 * them. `after_us`: when the attempt began, or its request before this one
 * ended.
 */
struct record_request record_request_of(const struct event *event,
                                        int64_t after_us);
void record_request_spans(const struct record_request *request,
                          record_on_span on_span, void *arg);
