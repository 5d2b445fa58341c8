#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "text/escape.h"

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
