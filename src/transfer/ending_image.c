#include <string.h>

#include "transfer/ending.h"

/* Gather bytes in `word` until there are `count`: true then, once. */
static bool gather(struct ending *ending, unsigned char byte, unsigned count)
{
    ending->word[ending->have++] = byte;
    if (ending->have < count)
        return false;
    ending->have = 0;
    return true;
}

static unsigned two_bytes(const unsigned char *at)
{
    return (unsigned)at[0] | (unsigned)at[1] << 8;
}

/* What a file of the format ends with. */
static const char *last_bytes(enum ending_format format)
{
    switch (format) {
    case ENDING_PNG:
        return "IEND\xae\x42\x60\x82";
    case ENDING_JPEG:
        return "\xff\xd9";
    default:
        return "\x3b";
    }
}

/* Whether those came; `have` of them are there. No byte of them but the first
   is like the first, so where one does not fit nothing but that can begin. */
static void search(struct ending *ending, unsigned char byte)
{
    const char *wanted = last_bytes(ending->format);

    if (byte == (unsigned char)wanted[ending->have])
        ending->have++;
    else
        ending->have = byte == (unsigned char)wanted[0];
    if (!wanted[ending->have])
        ending->complete = true;
}

static void begin_search(struct ending *ending)
{
    ending->by_search = true;
    ending->have = 0;
}

/* The states of GIF. The first two come before any block. */
enum {
    GIF_HEADER,
    GIF_COLOURS,
    GIF_BLOCK,
    GIF_EXTENSION, /* its label and the length of its first sub-block */
    GIF_IMAGE,     /* its descriptor */
    GIF_CODE_SIZE,
    GIF_SUB_BLOCKS
};

static uint64_t gif_colours(unsigned char flags)
{
    return flags & 0x80 ? 3ULL << ((flags & 7) + 1) : 0;
}

static void gif_block(struct ending *ending, unsigned char byte)
{
    switch (byte) {
    case 0x3b:
        ending->complete = true;
        break;
    case 0x21:
        ending->state = GIF_EXTENSION;
        break;
    case 0x2c:
        ending->state = GIF_IMAGE;
        break;
    case 0: /* padding, which is wrong and is seen */
        break;
    default:
        begin_search(ending);
    }
}

/* A plain text, a graphic control, a comment, an application's: the lengths of
   their first sub-blocks are known. */
static void gif_extension(struct ending *ending)
{
    unsigned char label = ending->word[0];
    unsigned char length = ending->word[1];

    if ((label == 0x01 && length == 12) || (label == 0xf9 && length == 4) ||
        (label == 0xff && length == 11) || label == 0xfe) {
        ending->skip = length;
        ending->state = length > 0 ? GIF_SUB_BLOCKS : GIF_BLOCK;
    } else {
        begin_search(ending);
    }
}

void ending_gif(struct ending *ending, unsigned char byte)
{
    if (ending->by_search) {
        search(ending, byte);
        return;
    }
    switch (ending->state) {
    case GIF_HEADER:
        if (gather(ending, byte, 13)) {
            ending->skip = gif_colours(ending->word[10]);
            ending->state = ending->skip > 0 ? GIF_COLOURS : GIF_BLOCK;
        }
        break;
    case GIF_COLOURS: /* they were skipped */
        ending->state = GIF_BLOCK;
        gif_block(ending, byte);
        break;
    case GIF_BLOCK:
        gif_block(ending, byte);
        break;
    case GIF_EXTENSION:
        if (gather(ending, byte, 2))
            gif_extension(ending);
        break;
    case GIF_IMAGE:
        if (!gather(ending, byte, 9))
            break;
        ending->skip = gif_colours(ending->word[8]);
        ending->state = GIF_CODE_SIZE;
        if (two_bytes(ending->word + 4) == 0 ||
            two_bytes(ending->word + 6) == 0)
            begin_search(ending);
        break;
    case GIF_CODE_SIZE:
        ending->state = GIF_SUB_BLOCKS;
        if (byte < 1 || byte > 11)
            begin_search(ending);
        break;
    default:
        ending->skip = byte;
        ending->state = byte > 0 ? GIF_SUB_BLOCKS : GIF_BLOCK;
    }
}

static bool is_letter(unsigned char byte)
{
    return (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';
}

enum { PNG_SIGNATURE = 8, PNG_CHUNK = 8, PNG_SUM = 4 };

/* The head of a chunk: its length and its type. */
void ending_png(struct ending *ending, unsigned char byte)
{
    const unsigned char *type = ending->word + 4;
    uint64_t length = 0;

    if (ending->by_search) {
        search(ending, byte);
        return;
    }
    if (ending->state == 0) {
        if (gather(ending, byte, PNG_SIGNATURE))
            ending->state = 1;
        return;
    }
    if (ending->state == 3) { /* the last byte of IEND's sum */
        ending->complete = true;
        return;
    }
    if (!gather(ending, byte, PNG_CHUNK))
        return;
    for (int i = 0; i < 4; i++)
        length = length << 8 | ending->word[i];
    if (!is_letter(type[0]) || !is_letter(type[1]) || !is_letter(type[2]) ||
        !is_letter(type[3]) || length > INT32_MAX ||
        (ending->state == 1 && memcmp(type, "IHDR", 4) != 0)) {
        begin_search(ending);
        return;
    }
    if (memcmp(type, "IEND", 4) == 0) {
        ending->skip = length + PNG_SUM - 1;
        ending->state = 3;
    } else {
        ending->skip = length + PNG_SUM;
        ending->state = 2;
    }
}

/* The states of JPEG. */
enum {
    JPEG_SOI,
    JPEG_FIRST,   /* marker, length and the first bytes of the first segment */
    JPEG_MARKER,  /* its 0xff */
    JPEG_CODE,    /* what follows that */
    JPEG_SEGMENT, /* its length */
    JPEG_SCAN     /* coded data, up to a marker */
};

enum { SOI = 0xd8, EOI = 0xd9, SOS = 0xda, DQT = 0xdb };

/* Whether the first segment is one that a file begins with. */
static bool jpeg_is_plausible(const unsigned char *word)
{
    static const struct {
        unsigned char code;
        const char *name;
    } known[] = {{0xe0, "JFIF"}, {0xe0, "JFXX"}, {0xe1, "Exif"},
                 {0xe1, "http"}, {0xe2, "ICC_"}, {0xee, "Adob"}};
    unsigned length = (unsigned)word[2] << 8 | word[3];

    if (word[0] != 0xff)
        return false;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (word[1] == known[i].code && memcmp(word + 4, known[i].name, 4) == 0)
            return length >= 8;
    }
    return word[1] == DQT && length >= 67 && length <= 2 + 4 * 129;
}

static void jpeg_code(struct ending *ending, unsigned char byte)
{
    bool alone = byte == 1 || (byte >= 0xd0 && byte <= SOI);

    if (byte == 0xff)
        return; /* filling */
    if (byte == EOI)
        ending->complete = true;
    else if (byte == 0)
        begin_search(ending);
    else if (alone)
        ending->state = JPEG_MARKER;
    else
        ending->state = JPEG_SEGMENT;
    ending->depth = byte == SOS; /* coded data follows this segment */
}

static void jpeg_segment(struct ending *ending)
{
    unsigned length = (unsigned)ending->word[0] << 8 | ending->word[1];

    if (length < 2) {
        begin_search(ending);
        return;
    }
    ending->skip = length - 2;
    ending->state = ending->depth ? JPEG_SCAN : JPEG_MARKER;
}

/* 0xff 0x00 is a byte of the data, and restarts belong to it. */
static void jpeg_scan(struct ending *ending, unsigned char byte)
{
    bool marked = ending->have == 1;

    ending->have = byte == 0xff;
    if (!marked || byte == 0 || byte == 0xff || (byte >= 0xd0 && byte <= 0xd7))
        return;
    jpeg_code(ending, byte);
}

int ending_image_awaits(const struct ending *ending)
{
    if (ending->by_search && ending->have == 0)
        return (unsigned char)last_bytes(ending->format)[0];
    if (ending->format == ENDING_JPEG && ending->state == JPEG_SCAN &&
        ending->have == 0)
        return 0xff;
    return -1;
}

void ending_jpeg(struct ending *ending, unsigned char byte)
{
    if (ending->by_search) {
        search(ending, byte);
        return;
    }
    switch (ending->state) {
    case JPEG_SOI:
        if (gather(ending, byte, 2))
            ending->state = JPEG_FIRST;
        break;
    case JPEG_FIRST:
        if (!gather(ending, byte, 8))
            break;
        if (jpeg_is_plausible(ending->word)) {
            /* Without the length itself, and the four bytes after it. */
            ending->skip =
                ((uint64_t)ending->word[2] << 8 | ending->word[3]) - 6;
            ending->state = JPEG_MARKER;
        } else {
            begin_search(ending);
        }
        break;
    case JPEG_MARKER:
        if (byte == 0xff)
            ending->state = JPEG_CODE;
        else
            begin_search(ending);
        break;
    case JPEG_CODE:
        jpeg_code(ending, byte);
        break;
    case JPEG_SEGMENT:
        if (gather(ending, byte, 2))
            jpeg_segment(ending);
        break;
    default:
        jpeg_scan(ending, byte);
    }
}
