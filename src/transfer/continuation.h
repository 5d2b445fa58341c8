#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "transfer/head.h"
#include "transfer/intake.h"
#include "transfer/save.h"

/*
 * continuation: what has come of a long body whose transfer broke, kept for the
 * next request of the same URL, which asks for the rest (RFC 9110, 14) on the
 * condition that the whole is still the same (If-Range, 13.1.5): by a strong
 * ETag, or by a Last-Modified that is at least a second older than the answer
 * (8.8.2.2). Without either, nothing is kept.
 *
 * The bytes are in a file of the run's directory; their sum, and what was seen
 * of the format, are here, so that nothing is read again.
 *
 * Ownership: embedded, zeroed but for `dir` and `number`; while something is
 * kept, plain memory that may be moved, with what it holds elsewhere.
 * continuation_drop() at last. One thread at a time.
 */

/* Bodies up to here are not worth it. */
enum { CONTINUATION_LEAST = 1024 * 1024 };

/* The answer that began it. */
struct continuation_answer {
    char etag[HEAD_FIELD_SIZE];
    char last_modified[HEAD_FIELD_SIZE];
    char type[HEAD_FIELD_SIZE];
    bool by_date; /* last_modified is the condition, not etag */
    struct content content;
};

struct continuation {
    struct save_dir *dir;
    uint64_t number; /* names its file; no other of the run has it */
    int64_t bytes;   /* kept; 0: nothing is */
    int64_t whole;   /* the body's length; -1: not known */
    struct digest_sum digest;
    /* Its own; NULL: there was none. Most transfers do not break, and a
       continuation is part of each that could. */
    struct continuation_answer *answer;
};

/* Keep what has come of the answer with this head, after what was kept before
   if it was the rest. False: it cannot be continued, if only for want of
   memory, and the file is the caller's to discard. True: the file, the digest
   and the content of the sinks are taken out of them. */
bool continuation_keep(struct continuation *kept, struct intake *intake,
                       const struct head *head);

/* What If-Range is to say. */
const char *continuation_condition(const struct continuation *kept);

/* Whether the answer, a 206, is the rest of what is kept, all of it. Pure. */
bool continuation_fits(const struct continuation *kept,
                       const struct head *head);

/* The intake goes on behind what is kept, which is its sinks' from then on,
   and no longer kept. A negative errno code: nothing is kept any more. */
int continuation_resume(struct continuation *kept, struct intake *intake);

/* Keep nothing. Harmless when repeated. */
void continuation_drop(struct continuation *kept);
