#include "transfer/ending.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { JSON_LIMIT = 1024 * 1024, WEBP_HEADER = 12 };

/* States of gzip. */
enum { GZIP_MEMBERS, GZIP_OVER };

void ending_begin(struct ending *ending, enum ending_format format)
{
    /* The levels need no zeros: each is written before it is read. */
    memset(ending, 0, offsetof(struct ending, levels));
    ending->format = format;
    ending->inflate = NULL;
}

void ending_close(struct ending *ending)
{
    if (ending->inflate)
        inflateEnd(ending->inflate);
    free(ending->inflate);
    ending->inflate = NULL;
}

/* The length stands at the fifth byte; an odd one is followed by a byte of
   padding, which many leave out. */
static void add_webp(struct ending *ending, const unsigned char *at,
                     size_t count)
{
    const unsigned char *length = ending->word + 4;
    uint64_t size;

    while (ending->have < WEBP_HEADER && count > 0) {
        ending->word[ending->have++] = *at++;
        count--;
    }
    size = (uint64_t)length[0] | (uint64_t)length[1] << 8 |
           (uint64_t)length[2] << 16 | (uint64_t)length[3] << 24;
    ending->complete = ending->have == WEBP_HEADER && ending->bytes >= size + 8;
}

static int begin_gzip(struct ending *ending)
{
    enum { GZIP_ONLY = 16 };
    z_stream *inflating = calloc(1, sizeof(*inflating));

    if (!inflating)
        return -ENOMEM;
    if (inflateInit2(inflating, GZIP_ONLY + MAX_WBITS) != Z_OK) {
        free(inflating);
        return -ENOMEM;
    }
    ending->inflate = inflating;
    return 0;
}

/* What comes out is of no interest: zlib checks its sum. */
static int inflate_member(struct ending *ending, const unsigned char *at,
                          size_t count)
{
    unsigned char bin[16384];
    z_stream *inflating = ending->inflate;
    int code;

    inflating->next_in = (unsigned char *)(uintptr_t)at;
    inflating->avail_in = (unsigned)count;
    do {
        inflating->next_out = bin;
        inflating->avail_out = sizeof(bin);
        code = inflate(inflating, Z_NO_FLUSH);
    } while (code == Z_OK);
    if (code == Z_MEM_ERROR)
        return -ENOMEM;
    ending->complete = code == Z_STREAM_END;
    /* Z_BUF_ERROR: it wants more. */
    ending->broken = code != Z_STREAM_END && code != Z_BUF_ERROR;
    return 0;
}

/* Behind a member there may be another one, which begins with the same two
   bytes (RFC 1952, 2.2), and has to have its end, too; anything else ends the
   file. The new place in the bytes. */
static const unsigned char *pass_magic(struct ending *ending,
                                       const unsigned char *at,
                                       const unsigned char *end)
{
    static const unsigned char magic[2] = {0x1f, 0x8b};

    while (at < end && ending->have < sizeof(magic)) {
        if (*at++ != magic[ending->have++]) {
            ending->state = GZIP_OVER;
            return end;
        }
    }
    if (ending->have < sizeof(magic))
        return end;
    ending->have = 0;
    ending->complete = false;
    inflateReset(ending->inflate);
    (void)inflate_member(ending, magic, sizeof(magic));
    return at;
}

static int add_gzip(struct ending *ending, const unsigned char *at,
                    size_t count)
{
    const unsigned char *end = at + count;
    int rc = ending->inflate ? 0 : begin_gzip(ending);

    while (rc == 0 && at < end && !ending->broken &&
           ending->state != GZIP_OVER) {
        if (ending->complete) {
            at = pass_magic(ending, at, end);
            continue;
        }
        rc = inflate_member(ending, at, (size_t)(end - at));
        at = end - ((z_stream *)ending->inflate)->avail_in;
    }
    return rc;
}

typedef void (*parser)(struct ending *ending, unsigned char byte);

static parser parser_of(enum ending_format format)
{
    switch (format) {
    case ENDING_GIF:
        return ending_gif;
    case ENDING_PNG:
        return ending_png;
    case ENDING_JPEG:
        return ending_jpeg;
    case ENDING_SVG:
        return ending_svg;
    case ENDING_JSON:
        return ending_json;
    default:
        return NULL;
    }
}

static void remember_tail(struct ending *ending, const unsigned char *at,
                          size_t count)
{
    for (size_t i = count > 8 ? count - 8 : 0; i < count; i++)
        ending->tail = ending->tail << 8 | at[i];
}

/* Past the bytes that mean nothing: from `at` on, how many. */
static size_t pass_over(struct ending *ending, const unsigned char *at,
                        size_t count)
{
    const unsigned char *found;
    int awaited = -1;

    if (ending->skip > 0) {
        size_t skipped = ending->skip < count ? (size_t)ending->skip : count;

        ending->skip -= skipped;
        return skipped;
    }
    if (ending->format == ENDING_SVG)
        awaited = ending_svg_awaits(ending);
    else if (ending->format != ENDING_JSON)
        awaited = ending_image_awaits(ending);
    if (awaited < 0)
        return 0;
    found = memchr(at, awaited, count);
    return found ? (size_t)(found - at) : count;
}

int ending_add(struct ending *ending, const void *bytes, size_t count)
{
    const unsigned char *at = bytes;
    const unsigned char *end = at + count;
    parser parse = parser_of(ending->format);

    ending->bytes += count;
    if (ending->broken || (ending->complete && ending->format != ENDING_JSON &&
                           ending->format != ENDING_GZIP))
        return 0;
    if (ending->format == ENDING_WEBP)
        add_webp(ending, at, count);
    if (ending->format == ENDING_GZIP)
        return add_gzip(ending, at, count);
    if (ending->format == ENDING_JSON && ending->bytes > JSON_LIMIT)
        return 0;
    if (ending->format == ENDING_JSON && ending->bytes == count && count >= 3 &&
        memcmp(at, "\xef\xbb\xbf", 3) == 0)
        at += 3; /* a byte order mark, which RFC 8259, 8.1, lets us ignore */
    if (ending->format != ENDING_SVG)
        remember_tail(ending, at, (size_t)(end - at));
    while (parse && at < end && !ending->broken) {
        at += pass_over(ending, at, (size_t)(end - at));
        if (at == end)
            break;
        parse(ending, *at++);
        if (ending->complete && ending->format != ENDING_JSON)
            break;
    }
    return 0;
}

/* What is no file of its format in any other way than by its first bytes ends
   with the format's last ones. */
static bool ends_like(const struct ending *ending, unsigned length,
                      uint64_t last)
{
    uint64_t mask = length == 8 ? UINT64_MAX : (1ULL << 8 * length) - 1;

    return (ending->by_search || ending->state <= 1) &&
           (ending->tail & mask) == last;
}

bool ending_is_complete(const struct ending *ending)
{
    bool complete = ending->complete && !ending->broken;

    switch (ending->format) {
    case ENDING_GIF:
        return complete || ends_like(ending, 1, 0x3b);
    case ENDING_PNG:
        return complete || ends_like(ending, 8, 0x49454e44ae426082);
    case ENDING_JPEG:
        return complete || ends_like(ending, 2, 0xffd9);
    case ENDING_JSON:
        return complete || ending->bytes > JSON_LIMIT;
    default:
        return complete || ending->format == ENDING_NONE;
    }
}
