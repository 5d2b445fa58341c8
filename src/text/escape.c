#include "text/escape.h"

#include <stdbool.h>
#include <string.h>

/* How many bytes the UTF-8 character at `text` has; 0: it is none. Overlong
   forms, surrogates and what lies beyond U+10FFFF are none. */
static size_t character_size(const unsigned char *text)
{
    static const struct {
        unsigned char first, last; /* of the first byte */
        unsigned char low, high;   /* of the second */
        unsigned char size;
    } forms[] = {
        /* The Unicode Standard, table 3-7. C2's second byte begins at A0, as
           80 to 9F are the C1 control characters. */
        {0xc2, 0xc2, 0xa0, 0xbf, 2}, {0xc3, 0xdf, 0x80, 0xbf, 2},
        {0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
        {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4},
        {0xf4, 0xf4, 0x80, 0x8f, 4},
    };

    if (text[0] >= ' ' && text[0] < 0x7f)
        return 1;
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        if (text[0] < forms[i].first || text[0] > forms[i].last)
            continue;
        if (text[1] < forms[i].low || text[1] > forms[i].high)
            return 0;
        for (size_t j = 2; j < forms[i].size; j++) {
            if (text[j] < 0x80 || text[j] > 0xbf)
                return 0;
        }
        return forms[i].size;
    }
    return 0;
}

/* Whether the character at `text` moves others about (Unicode Standard Annex 9,
   2: the explicit directional characters and the implicit marks) or ends a line
   (U+2028, U+2029). */
static bool moves_text(const char *text)
{
    static const struct {
        char lead[3];
        unsigned char first, last; /* of the last byte */
    } ranges[] = {
        {"\xd8", 0x9c, 0x9c},     /* U+061C */
        {"\xe2\x80", 0x8e, 0x8f}, /* U+200E, U+200F */
        {"\xe2\x80", 0xa8, 0xae}, /* U+2028 to U+202E */
        {"\xe2\x81", 0xa6, 0xa9}, /* U+2066 to U+2069 */
    };

    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        size_t size = strlen(ranges[i].lead);

        if (strncmp(text, ranges[i].lead, size) == 0 &&
            (unsigned char)text[size] >= ranges[i].first &&
            (unsigned char)text[size] <= ranges[i].last)
            return true;
    }
    return false;
}

const char *escape_next(const char *text, char unit[ESCAPE_UNIT_SIZE])
{
    size_t size = character_size((const unsigned char *)text);

    if (size == 0 || moves_text(text)) {
        snprintf(unit, ESCAPE_UNIT_SIZE, "\\x%02x", (unsigned char)*text);
        return text + 1;
    }
    memcpy(unit, text, size);
    unit[size] = '\0';
    return text + size;
}

/* Of a digit as escape_next() writes it. -1: it is none. */
static int value_of(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* The byte that \xNN at `text` stands for; -1: there is no such thing. */
static int byte_of(const char *text)
{
    int high = text[0] == '\\' && text[1] == 'x' ? value_of(text[2]) : -1;
    int low = high >= 0 ? value_of(text[3]) : -1;

    return low >= 0 ? high * 16 + low : -1;
}

const char *escape_next_exactly(const char *text, char unit[ESCAPE_UNIT_SIZE])
{
    if (byte_of(text) < 0)
        return escape_next(text, unit);
    snprintf(unit, ESCAPE_UNIT_SIZE, "\\x%02x", '\\');
    return text + 1;
}

void escape_undo(char *text)
{
    char *to = text;

    while (*text) {
        int byte = byte_of(text);

        /* None has stood for the end. */
        *to++ = byte > 0 ? (char)byte : *text;
        text += byte > 0 ? 4 : 1;
    }
    *to = '\0';
}

void escape_print(FILE *out, const char *text)
{
    char unit[ESCAPE_UNIT_SIZE];

    while (*text) {
        text = escape_next(text, unit);
        fputs(unit, out);
    }
}

void escape_json(FILE *out, const char *text)
{
    char unit[ESCAPE_UNIT_SIZE];

    putc('"', out);
    while (*text) {
        text = escape_next_exactly(text, unit);
        /* Of the characters that JSON escapes, escape_next() leaves these. */
        if (unit[0] == '"' || unit[0] == '\\')
            putc('\\', out);
        fputs(unit, out);
    }
    putc('"', out);
}

void escape_copy(char *room, size_t size, const char *text)
{
    static const char cut[] = "...";
    char unit[ESCAPE_UNIT_SIZE];
    size_t used = 0;
    size_t safe = 0; /* how much stays if the rest must be cut */

    while (*text) {
        size_t unit_size;

        text = escape_next(text, unit);
        unit_size = strlen(unit);
        if (used + unit_size + 1 > size) {
            memcpy(room + safe, cut, sizeof(cut));
            return;
        }
        memcpy(room + used, unit, unit_size);
        used += unit_size;
        if (used + sizeof(cut) <= size)
            safe = used;
    }
    room[used] = '\0';
}
