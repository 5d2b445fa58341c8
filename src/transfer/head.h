#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * head: the head of an HTTP answer, read line by line as libcurl hands it
 * over, and what libcurl is too lenient about: status lines, and how long the
 * body is (RFC 9112, 4 and 6). Pure.
 *
 * An exchange may have several heads (100, 103, then the final one). What
 * comes after the final head's empty line is trailers, and means nothing here.
 */

enum {
    HEAD_REASON_SIZE = 64,
    HEAD_FIELD_SIZE = 128, /* a field that is longer counts as absent */
    HEAD_WRONG_SIZE = 96,
    HEAD_LIMIT = 256 * 1024 /* of all heads together */
};

enum head_part {
    HEAD_EXPECTED, /* a status line must come */
    HEAD_FIELDS,   /* fields */
    HEAD_COMPLETE  /* the final head is complete */
};

struct head {
    enum head_part part;
    int major;  /* of the protocol's version: 1, 2 */
    int status; /* of the last status line; 0: there was none */
    bool any;   /* a byte has come */
    size_t head_bytes;
    int64_t length; /* declared; -1: it is not */
    bool chunked;   /* the body tells its own end */
    bool framing;   /* the last field was one that frames the body */
    bool sets_cookies;

    /* Fields of the last head; "" if absent. Control characters are replaced,
       the others are as they came. */
    char reason[HEAD_REASON_SIZE]; /* cut */
    char coding[HEAD_FIELD_SIZE];  /* Content-Encoding, without identity */
    char type[HEAD_FIELD_SIZE];    /* Content-Type */
    char retry_after[HEAD_FIELD_SIZE];
    char etag[HEAD_FIELD_SIZE];
    char last_modified[HEAD_FIELD_SIZE];
    char date[HEAD_FIELD_SIZE];
    char range[HEAD_FIELD_SIZE]; /* Content-Range */

    /* Why the head is none that could be believed, in words; "". */
    char wrong[HEAD_WRONG_SIZE];
    bool is_garbage; /* what came is no head at all */
};

/* Before a request is sent. */
void head_begin(struct head *head);

/*
 * The next line, with its line end. False: the exchange is to be given up,
 * `wrong` says why. An answer whose status is an error in itself is believed
 * as far as its status line goes: then what is wrong below it is told by
 * `wrong` alone.
 */
bool head_line(struct head *head, const char *line, size_t bytes);

/* Whether the body ends with its connection, HTTP/1.x's last resort. Of HTTP/2
   it means nothing; which of them is spoken, the connection knows, and not the
   status line, in which a server may write what it likes. */
bool head_ends_by_close(const struct head *head);

/* Which bytes of the whole a 206 has: Content-Range. */
struct head_range {
    int64_t first, last; /* counted from 0 */
    int64_t whole;       /* the whole's length; -1: not known */
};

/* False: it does not say, or nothing that can be; *range is untouched. */
bool head_range_of(const struct head *head, struct head_range *range);

/*
 * Retry-After (RFC 9110, 10.2.3) in microseconds from now: seconds, or a date,
 * for which `now_s` is the time since the epoch. -1: absent, past or garbage.
 * What is too long becomes INT64_MAX.
 */
int64_t head_retry_after_us(const struct head *head, int64_t now_s);
