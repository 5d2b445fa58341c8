#include <string.h>

#include "transfer/ending.h"

/*
 * SVG: of the markup only what is needed to tell tags from what looks like
 * them in comments, in CDATA, in declarations and in quotes; of the tags only
 * those of elements named svg, which may be nested.
 */
enum {
    SVG_TEXT,
    SVG_BEGIN, /* after "<" */
    SVG_BANG,  /* after "<!" */
    SVG_COMMENT,
    SVG_CDATA,
    SVG_INSTRUCTION,
    SVG_DECLARATION, /* levels[0]: how deep in brackets */
    SVG_INNER_COMMENT,
    SVG_NAME, /* of a start tag */
    SVG_END_NAME,
    SVG_START_TAG, /* of an svg */
    SVG_END_TAG,
    SVG_OTHER_TAG
};

static bool ends_with(const struct ending *ending, const char *what)
{
    size_t length = strlen(what);

    for (size_t i = 0; i < length; i++) {
        if ((ending->tail >> 8 * (length - 1 - i) & 0xff) !=
            (unsigned char)what[i])
            return false;
    }
    return true;
}

/* A quote opens or closes; true: `byte` is quoted. skip is not in use here, so
   `have` holds the quote. */
static bool is_quoted(struct ending *ending, unsigned char byte)
{
    if (ending->have == byte && byte != 0) {
        ending->have = 0;
        return true;
    }
    if (ending->have == 0 && (byte == '"' || byte == '\''))
        ending->have = byte;
    return ending->have != 0;
}

static bool is_name_end(unsigned char byte)
{
    return byte == '>' || byte == '/' || byte == ' ' || byte == '\t' ||
           byte == '\r' || byte == '\n';
}

/* The name's last characters are in `word`, without what stands before a
   colon. */
static bool names_svg(const struct ending *ending)
{
    return ending->have == 3 && memcmp(ending->word, "svg", 3) == 0;
}

static void tag_ends(struct ending *ending)
{
    bool alone = (ending->tail >> 8 & 0xff) == '/';

    if (ending->state == SVG_START_TAG)
        ending->depth++;
    if (ending->depth > 0 && (ending->state == SVG_END_TAG ||
                              (ending->state == SVG_START_TAG && alone)))
        ending->complete = --ending->depth == 0;
    ending->state = SVG_TEXT;
    ending->have = 0;
}

static void svg_name(struct ending *ending, unsigned char byte)
{
    bool is_end = ending->state == SVG_END_NAME;

    if (byte == ':') {
        ending->have = 0;
    } else if (!is_name_end(byte)) {
        if (ending->have < ENDING_WORD)
            ending->word[ending->have++] = byte;
    } else {
        if (!names_svg(ending))
            ending->state = SVG_OTHER_TAG;
        else
            ending->state = is_end ? SVG_END_TAG : SVG_START_TAG;
        ending->have = 0;
        if (byte == '>')
            tag_ends(ending);
    }
}

static void svg_declaration(struct ending *ending, unsigned char byte)
{
    if (is_quoted(ending, byte))
        return;
    if (ends_with(ending, "<!--"))
        ending->state = SVG_INNER_COMMENT;
    else if (byte == '[')
        ending->levels[0]++;
    else if (byte == ']' && ending->levels[0] > 0)
        ending->levels[0]--;
    else if (byte == '>' && ending->levels[0] == 0)
        ending->state = SVG_TEXT;
}

static void svg_begin(struct ending *ending, unsigned char byte)
{
    ending->have = 0;
    switch (byte) {
    case '!':
        ending->state = SVG_BANG;
        break;
    case '?':
        ending->state = SVG_INSTRUCTION;
        break;
    case '/':
        ending->state = SVG_END_NAME;
        break;
    default:
        ending->state = SVG_NAME;
        svg_name(ending, byte);
    }
}

static void svg_bang(struct ending *ending, unsigned char byte)
{
    ending->have++;
    if (ends_with(ending, "<!--"))
        ending->state = SVG_COMMENT;
    else if (ends_with(ending, "[CDATA["))
        ending->state = SVG_CDATA;
    else if ((ending->have == 1 && byte != '-' && byte != '[') ||
             ending->have > sizeof("[CDATA[") - 1)
        ending->state = SVG_DECLARATION;
    if (ending->state == SVG_DECLARATION)
        ending->levels[0] = 0;
    if (ending->state != SVG_BANG)
        ending->have = 0;
}

void ending_svg(struct ending *ending, unsigned char byte)
{
    ending->tail = ending->tail << 8 | byte;
    switch (ending->state) {
    case SVG_TEXT:
        if (byte == '<')
            ending->state = SVG_BEGIN;
        break;
    case SVG_BEGIN:
        svg_begin(ending, byte);
        break;
    case SVG_BANG:
        svg_bang(ending, byte);
        break;
    case SVG_COMMENT:
        if (ends_with(ending, "-->"))
            ending->state = SVG_TEXT;
        break;
    case SVG_INNER_COMMENT:
        if (ends_with(ending, "-->"))
            ending->state = SVG_DECLARATION;
        break;
    case SVG_CDATA:
        if (ends_with(ending, "]]>"))
            ending->state = SVG_TEXT;
        break;
    case SVG_INSTRUCTION:
        if (ends_with(ending, "?>"))
            ending->state = SVG_TEXT;
        break;
    case SVG_DECLARATION:
        svg_declaration(ending, byte);
        break;
    case SVG_NAME:
    case SVG_END_NAME:
        svg_name(ending, byte);
        break;
    default:
        if (!is_quoted(ending, byte) && byte == '>')
            tag_ends(ending);
    }
}

int ending_svg_awaits(const struct ending *ending)
{
    return ending->state == SVG_TEXT ? '<' : -1;
}
