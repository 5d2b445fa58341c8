#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "text/escape.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

TestSuite(escape);

enum { SHOWN_SIZE = 64 };

static void exactly(char room[SHOWN_SIZE], const char *text)
{
    char unit[ESCAPE_UNIT_SIZE];
    size_t used = 0;

    room[0] = '\0';
    while (*text) {
        text = escape_next_exactly(text, unit);
        used += (size_t)snprintf(room + used, SHOWN_SIZE - used, "%s", unit);
        cr_assert(lt(sz, used, SHOWN_SIZE));
    }
}

Test(escape, shows_what_is_no_text_by_its_bytes)
{
    char shown[SHOWN_SIZE];

    exactly(shown, "a\xff\x1b[m\xc2\x85z\xc3\xbc");
    cr_expect(eq(str, shown, "a\\xff\\x1b[m\\xc2\\x85z\xc3\xbc"));
}

Test(escape, shows_what_moves_text_about_by_its_bytes)
{
    static const struct {
        const char *text, *shown;
    } cases[] = {
        {"\u061c", "\\xd8\\x9c"},
        {"\u061b", "\u061b"},
        {"\u200d", "\u200d"},
        {"\u200e", "\\xe2\\x80\\x8e"},
        {"\u200f", "\\xe2\\x80\\x8f"},
        {"\u2010", "\u2010"},
        {"\u2027", "\u2027"},
        {"\u2028", "\\xe2\\x80\\xa8"},
        {"a\u202egpj", "a\\xe2\\x80\\xaegpj"},
        {"\u202f", "\u202f"},
        {"\u2065", "\u2065"},
        {"\u2066", "\\xe2\\x81\\xa6"},
        {"\u2069", "\\xe2\\x81\\xa9"},
        {"\u206a", "\u206a"},
    };
    char shown[SHOWN_SIZE];

    for (size_t i = 0; i < COUNT(cases); i++) {
        exactly(shown, cases[i].text);
        cr_expect(eq(str, shown, (char *)cases[i].shown));
        escape_undo(shown);
        cr_expect(eq(str, shown, (char *)cases[i].text));
    }
}

Test(escape, leaves_a_backslash_that_looks_like_nothing_else)
{
    char shown[SHOWN_SIZE];

    exactly(shown, "\\ \\x \\xf \\xFF \\xg0 \\\\ \\n");
    cr_expect(eq(str, shown, "\\ \\x \\xf \\xFF \\xg0 \\\\ \\n"));
}

Test(escape, tells_a_byte_from_what_looks_like_one)
{
    char shown[SHOWN_SIZE];

    exactly(shown, "\\xff");
    cr_expect(eq(str, shown, "\\x5cxff"));
    exactly(shown, "\\\\xff");
    cr_expect(eq(str, shown, "\\\\x5cxff"));
}

/* All texts of up to five of what could be confused. */
Test(escape, can_be_undone)
{
    static const char letters[] = "\\x5cf\xff\x09";
    enum { LETTERS = sizeof(letters) - 1, LONGEST = 5 };
    char shown[SHOWN_SIZE];

    for (unsigned number = 0; number < 7 * 7 * 7 * 7 * 7; number++) {
        char text[LONGEST + 1] = "";
        unsigned rest = number;

        for (int i = 0; i < LONGEST && rest > 0; i++, rest /= LETTERS)
            text[i] = letters[rest % LETTERS];
        exactly(shown, text);
        escape_undo(shown);
        cr_assert(eq(str, shown, text));
    }
}

Test(escape, undoes_nothing_that_stands_for_an_end)
{
    char text[] = "a\\x00b\\x4";

    escape_undo(text);
    cr_expect(eq(str, text, "a\\x00b\\x4"));
}

Test(escape, only_what_is_printable_stays)
{
    static const struct {
        const char *raw;
        const char *shown;
    } cases[] = {
        {"plain text", "plain text"},
        {"a\nb\tc\x7f", "a\\x0ab\\x09c\\x7f"},
        {"\x1b]0;title\x07", "\\x1b]0;title\\x07"},
        {"C\xc3\xb4te d'Ivoire", "C\xc3\xb4te d'Ivoire"},
        {"\xc2\x9b"
         "31m",
         "\\xc2\\x9b31m"},
        {"\x9b"
         "31m",
         "\\x9b31m"},
        {"\xe2\x82\xac \xf0\x9f\x87\xa7", "\xe2\x82\xac \xf0\x9f\x87\xa7"},
        {"\xc0\x80 \xed\xa0\x80 \xf5\x80\x80\x80",
         "\\xc0\\x80 \\xed\\xa0\\x80 \\xf5\\x80\\x80\\x80"},
        {"cut \xe2\x82", "cut \\xe2\\x82"},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        char room[80];

        escape_copy(room, sizeof(room), cases[i].raw);
        cr_expect(eq(str, room, (char *)cases[i].shown));
    }
}

Test(escape, what_is_too_long_is_cut_between_characters)
{
    static const struct {
        const char *raw;
        const char *shown;
    } cases[] = {
        {"1234567", "1234567"},
        {"12345678", "1234..."},
        {"12\xe2\x82\xac"
         "5678",
         "12..."},
        {"123\n5678", "123..."},
        {"\x01\x01", "\\x01..."},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        char room[8];

        escape_copy(room, sizeof(room), cases[i].raw);
        cr_expect(eq(str, room, (char *)cases[i].shown));
    }
}
