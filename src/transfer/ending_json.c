#include <string.h>

#include "transfer/ending.h"

/*
 * JSON, RFC 8259, byte by byte: which bytes may come next. jansson wants the
 * whole text and nests calls as deep as the text nests, which neither a long
 * body nor a coroutine's stack allows.
 */
enum {
    JSON_VALUE, /* one must come */
    JSON_FIRST, /* a value or the end of the array */
    JSON_KEY_OR_END,
    JSON_KEY,
    JSON_COLON,
    JSON_AFTER, /* a value: a comma, or the end of what holds it */
    JSON_STRING,
    JSON_ESCAPE,
    JSON_HEX,   /* `have` digits are to come */
    JSON_UTF8,  /* `have` bytes are to come, the next from word[0] to word[1] */
    JSON_WORD,  /* true, false, null: word[0] which, `have` letters seen */
    JSON_MINUS, /* a digit must come */
    JSON_ZERO,
    JSON_INTEGER,
    JSON_POINT, /* a digit must come */
    JSON_FRACTION,
    JSON_E, /* a sign or a digit must come */
    JSON_E_SIGN,
    JSON_EXPONENT
};

/* word[2]: the string is a key. */
enum { IS_KEY = 2 };

static bool is_space(unsigned char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static bool is_digit(unsigned char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool in_object(const struct ending *ending)
{
    unsigned level = ending->depth - 1;

    return ending->levels[level / 8] >> (level % 8) & 1;
}

static void go_in(struct ending *ending, bool object)
{
    unsigned level = ending->depth;
    unsigned char bit = (unsigned char)(1U << (level % 8));

    if (level == ENDING_DEPTH) {
        ending->format = ENDING_NONE;
        return;
    }
    if (object)
        ending->levels[level / 8] |= bit;
    else
        ending->levels[level / 8] &= (unsigned char)~bit;
    ending->depth++;
    ending->state = object ? JSON_KEY_OR_END : JSON_FIRST;
}

static void after_value(struct ending *ending)
{
    ending->state = JSON_AFTER;
    ending->complete = ending->depth == 0;
}

static void go_out(struct ending *ending, unsigned char byte)
{
    if (ending->depth == 0 || in_object(ending) != (byte == '}')) {
        ending->broken = true;
        return;
    }
    ending->depth--;
    after_value(ending);
}

static void begin_string(struct ending *ending, bool key)
{
    ending->word[IS_KEY] = key;
    ending->state = JSON_STRING;
}

static void begin_number(struct ending *ending, unsigned char byte)
{
    if (byte == '-')
        ending->state = JSON_MINUS;
    else
        ending->state = byte == '0' ? JSON_ZERO : JSON_INTEGER;
    ending->complete = byte != '-' && ending->depth == 0;
}

static void value(struct ending *ending, unsigned char byte)
{
    if (byte == '{' || byte == '[') {
        go_in(ending, byte == '{');
    } else if (byte == '"') {
        begin_string(ending, false);
    } else if (byte == '-' || is_digit(byte)) {
        begin_number(ending, byte);
    } else if (byte == 't' || byte == 'f' || byte == 'n') {
        ending->word[0] = byte;
        ending->have = 1;
        ending->state = JSON_WORD;
    } else {
        ending->broken = true;
    }
}

static void word(struct ending *ending, unsigned char byte)
{
    const char *wanted = ending->word[0] == 't'   ? "true"
                         : ending->word[0] == 'f' ? "false"
                                                  : "null";

    if (byte != (unsigned char)wanted[ending->have++])
        ending->broken = true;
    else if (!wanted[ending->have])
        after_value(ending);
}

static void after(struct ending *ending, unsigned char byte)
{
    if (byte == '}' || byte == ']')
        go_out(ending, byte);
    else if (byte == ',' && ending->depth > 0)
        ending->state = in_object(ending) ? JSON_KEY : JSON_VALUE;
    else
        ending->broken = true;
}

/* RFC 3629, 4: what may follow a lead byte. */
static void begin_utf8(struct ending *ending, unsigned char byte)
{
    ending->word[0] = 0x80;
    ending->word[1] = 0xbf;
    ending->state = JSON_UTF8;
    if (byte >= 0xc2 && byte <= 0xdf)
        ending->have = 1;
    else if (byte >= 0xe0 && byte <= 0xef)
        ending->have = 2;
    else if (byte >= 0xf0 && byte <= 0xf4)
        ending->have = 3;
    else
        ending->broken = true;
    if (byte == 0xe0)
        ending->word[0] = 0xa0;
    else if (byte == 0xed)
        ending->word[1] = 0x9f;
    else if (byte == 0xf0)
        ending->word[0] = 0x90;
    else if (byte == 0xf4)
        ending->word[1] = 0x8f;
}

static void string(struct ending *ending, unsigned char byte)
{
    if (byte == '"' && ending->word[IS_KEY])
        ending->state = JSON_COLON;
    else if (byte == '"')
        after_value(ending);
    else if (byte == '\\')
        ending->state = JSON_ESCAPE;
    else if (byte < 0x20)
        ending->broken = true;
    else if (byte >= 0x80)
        begin_utf8(ending, byte);
}

static void in_string(struct ending *ending, unsigned char byte)
{
    switch (ending->state) {
    case JSON_STRING:
        string(ending, byte);
        break;
    case JSON_ESCAPE:
        ending->have = 4;
        ending->state = byte == 'u' ? JSON_HEX : JSON_STRING;
        ending->broken = byte == 0 || !strchr("\"\\/bfnrtu", byte);
        break;
    case JSON_HEX:
        ending->broken =
            !is_digit(byte) && ((byte | 0x20) < 'a' || (byte | 0x20) > 'f');
        if (--ending->have == 0)
            ending->state = JSON_STRING;
        break;
    default: /* JSON_UTF8 */
        ending->broken = byte < ending->word[0] || byte > ending->word[1];
        ending->word[0] = 0x80;
        ending->word[1] = 0xbf;
        if (--ending->have == 0)
            ending->state = JSON_STRING;
    }
}

/* What a number may go on with; false: it does not go on with this byte. */
static bool number_goes_on(struct ending *ending, unsigned char byte)
{
    int state = ending->state;
    bool whole = state == JSON_ZERO || state == JSON_INTEGER;
    bool digit = is_digit(byte);

    if (digit && (state == JSON_MINUS || state == JSON_INTEGER))
        ending->state =
            byte == '0' && state == JSON_MINUS ? JSON_ZERO : JSON_INTEGER;
    else if (digit && (state == JSON_POINT || state == JSON_FRACTION))
        ending->state = JSON_FRACTION;
    else if (digit && (state == JSON_E || state == JSON_E_SIGN ||
                       state == JSON_EXPONENT))
        ending->state = JSON_EXPONENT;
    else if (byte == '.' && whole)
        ending->state = JSON_POINT;
    else if ((byte | 0x20) == 'e' && (whole || state == JSON_FRACTION))
        ending->state = JSON_E;
    else if ((byte == '+' || byte == '-') && state == JSON_E)
        ending->state = JSON_E_SIGN;
    else
        return false;
    ending->complete = digit && ending->depth == 0;
    return true;
}

static bool number_may_end(const struct ending *ending)
{
    return ending->state == JSON_ZERO || ending->state == JSON_INTEGER ||
           ending->state == JSON_FRACTION || ending->state == JSON_EXPONENT;
}

static void number(struct ending *ending, unsigned char byte)
{
    if (number_goes_on(ending, byte))
        return;
    if (!number_may_end(ending)) {
        ending->broken = true;
        return;
    }
    after_value(ending);
    if (!is_space(byte))
        after(ending, byte);
}

static void between(struct ending *ending, unsigned char byte)
{
    switch (ending->state) {
    case JSON_FIRST:
        if (byte == ']')
            go_out(ending, byte);
        else
            value(ending, byte);
        break;
    case JSON_VALUE:
        value(ending, byte);
        break;
    case JSON_COLON:
        ending->broken = byte != ':';
        ending->state = JSON_VALUE;
        break;
    case JSON_AFTER:
        after(ending, byte);
        break;
    default: /* a key */
        if (byte == '"')
            begin_string(ending, true);
        else if (byte == '}' && ending->state == JSON_KEY_OR_END)
            go_out(ending, byte);
        else
            ending->broken = true;
    }
}

void ending_json(struct ending *ending, unsigned char byte)
{
    if (ending->state >= JSON_STRING && ending->state <= JSON_UTF8)
        in_string(ending, byte);
    else if (ending->state == JSON_WORD)
        word(ending, byte);
    else if (ending->state >= JSON_MINUS)
        number(ending, byte);
    else if (!is_space(byte))
        between(ending, byte);
}
