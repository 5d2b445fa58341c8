#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * ending: whether a file of a known format is there to its end. A body without
 * a declared length, or a file that the server itself has only in part, ends
 * anywhere; but these formats say where they end. What follows the end is
 * allowed.
 *
 * The bytes are pushed in pieces, in order; nothing is kept of them, and
 * nothing recurses, for this runs on a coroutine's stack. A body that bears
 * the format's signature and is no file of it in any other way is searched for
 * the format's last bytes alone.
 */

enum ending_format {
    ENDING_NONE, /* nothing is known of the end: it is always complete */
    ENDING_GIF,  /* GIF89a: the trailer */
    ENDING_PNG,  /* RFC 2083: the chunk IEND */
    ENDING_JPEG, /* ITU T.81: the marker EOI */
    ENDING_WEBP, /* RFC 9649: as many bytes as the RIFF header says */
    ENDING_SVG,  /* the end tag of the root */
    ENDING_GZIP, /* RFC 1952: the trailer, with the right sum and length, of
                    each member */
    ENDING_JSON  /* RFC 8259: one whole value, and spaces; at most 1 MiB and
                    2,048 levels are looked at, what is beyond is complete */
};

enum { ENDING_DEPTH = 2048, ENDING_WORD = 16 };

/* Zeros are ready for ENDING_NONE. */
struct ending {
    enum ending_format format;
    bool complete;  /* the end has come */
    bool broken;    /* it cannot come any more: gzip and JSON alone */
    bool by_search; /* only the last bytes are searched for */
    uint64_t bytes; /* so far */

    /* How far the format was read; what each means is its parser's. */
    int state;
    uint64_t skip; /* so many bytes are of no interest */
    unsigned have; /* bytes in `word` */
    unsigned char word[ENDING_WORD];
    unsigned depth;
    uint64_t tail;                          /* the last eight bytes */
    unsigned char levels[ENDING_DEPTH / 8]; /* JSON: 1 for an object */
    struct z_stream_s *inflate;             /* gzip; NULL: there is none */
};

/* Begin a file. The struct is not in use, or was closed. */
void ending_begin(struct ending *ending, enum ending_format format);

/* -ENOMEM: the file cannot be checked. */
int ending_add(struct ending *ending, const void *bytes, size_t count);

/* After the last piece. */
bool ending_is_complete(const struct ending *ending);

/* Free what it holds; harmless when repeated. */
void ending_close(struct ending *ending);

/* The formats' parsers, one byte a call, except where there is something to
   skip. */
void ending_gif(struct ending *ending, unsigned char byte);
void ending_png(struct ending *ending, unsigned char byte);
void ending_jpeg(struct ending *ending, unsigned char byte);
void ending_svg(struct ending *ending, unsigned char byte);
void ending_json(struct ending *ending, unsigned char byte);

/* The one byte that means anything now, others being passed over; -1: each may.
   What the parser knows of earlier bytes does not depend on those. */
int ending_image_awaits(const struct ending *ending);
int ending_svg_awaits(const struct ending *ending);
