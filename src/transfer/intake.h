#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "transfer/content.h"
#include "transfer/digest.h"
#include "transfer/save.h"

/*
 * intake: where the bytes of an answer go: into a buffer, which is reused from
 * request to request; from there, when it is full or the body is complete, to
 * whoever wants to see them, and to a file in one write.
 *
 * Ownership: embedded by the transfer, zeroed; intake_close() once.
 */

enum { INTAKE_BUFFER = 64 * 1024 }; /* bodies beyond it do not stay in memory */

/* Who gets the bytes; each borrowed, or NULL. */
struct intake_sinks {
    struct save_file *file;    /* not open yet; NULL: a body beyond the buffer
                                  is too long */
    struct content *content;   /* begun */
    struct digest_sum *digest; /* begun */
    int64_t limit;             /* bytes; 0: none */
};

struct intake {
    char *buffer;
    size_t capacity;
    size_t length;  /* in the buffer, not yet handed on */
    int64_t bytes;  /* received so far */
    int64_t from;   /* so many bytes of the whole were received before */
    bool handed_on; /* some were */
    const struct intake_sinks *sinks;
};

/* Forget the body before. */
void intake_begin(struct intake *intake, const struct intake_sinks *sinks);

/*
 * Take bytes. -EMSGSIZE: more than the limit, or than a buffer where there is
 * no file. -ENOMEM; other codes are save.h's, and the file is discarded.
 */
int intake_add(struct intake *intake, const void *bytes, size_t count);

/* The most that a body may have; INT64_MAX: anything. */
int64_t intake_limit(const struct intake_sinks *sinks);

/* Hand on all that has come, to the file, too, which is opened if need be. As
   intake_add(). */
int intake_flush(struct intake *intake);

/* Hand the rest on to those that look at it, not yet to the file: after the
   last byte. As intake_add(). */
int intake_end(struct intake *intake);

/* Write what is not in `file` yet, opening it if need be; once. Codes of
   save.h: the file is discarded. */
int intake_store(struct intake *intake, struct save_file *file);

void intake_close(struct intake *intake);
