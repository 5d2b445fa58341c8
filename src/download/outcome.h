#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "transfer/digest.h"
#include "transfer/reply.h"
#include "transfer/save.h"

/*
 * outcome: what became of an attempt at an item. A download that fails is
 * data, not an error.
 */

enum status {
    STATUS_OK,        /* the file is in place */
    STATUS_UNCHANGED, /* it was before, and the server has no other */
    STATUS_SKIPPED,   /* it was before, and nobody was asked */
    STATUS_NOT_FOUND, /* HTTP 404 for the image, and nothing else */
    STATUS_ERROR,
    STATUS_CANCELLED, /* by a stop; perhaps never started */
    STATUS_COUNT
};

/* "ok", "unchanged", "skipped", "not_found", "error", "cancelled". */
const char *status_name(enum status status);

/* Whether the file is in place. */
bool status_in_place(enum status status);

/* Plain memory, nothing to free. `reply.url` is borrowed from the item: the
   request that decided (the image's or the metadata's). */
struct outcome {
    enum status status;
    struct reply reply;   /* reply.cause and reply.text: why it is not ok, also
                             where not the server but saving failed */
    int64_t bytes;        /* of the image, in place; 0 unless it is */
    struct digest digest; /* of the same, if it was wanted; zeros */
    char name[SAVE_NAME_SIZE]; /* of the file in place; "" unless
                                  it is */
};

/* Settled without having been started. */
struct outcome outcome_cancelled(const char *url);

/* How many items ended how. Together: all items. */
struct counts {
    uint64_t of[STATUS_COUNT];
};

uint64_t counts_total(const struct counts *counts);
