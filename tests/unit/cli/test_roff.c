#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/roff.h"

/* What `write` makes of the text. */
static void check(void (*write)(FILE *out, const char *text), const char *text,
                  const char *wanted)
{
    char *made = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&made, &size);

    cr_assert(ne(ptr, out, NULL));
    write(out, text);
    cr_assert(eq(int, fclose(out), 0));
    cr_expect(eq(str, made, (char *)wanted));
    free(made);
}

Test(roff, what_means_something_to_a_formatter_is_escaped)
{
    check(roff_plain, "a\\b --c", "a\\eb \\-\\-c");
    check(roff_plain, "'d' \"e\" `f`", "\\(aqd\\(aq \\(dqe\\(dq \\(gaf\\(ga");
    check(roff_plain, "~g ^h", "\\(tig \\(hah");
}

Test(roff, a_full_stop_begins_no_request)
{
    check(roff_line, ".5 s", "\\&.5 s\n");
    check(roff_text, ".5 s", "\\&.5 s\n");
    check(roff_line, "at .5 s.", "at .5 s.\n");
    check(roff_plain, "...", "..."); /* within a line */
}

Test(roff, a_quote_begins_no_request)
{
    check(roff_line, "'KIND'", "\\(aqKIND\\(aq\n");
}

Test(roff, prose_has_literals_and_variables)
{
    check(roff_line, "`--log`={FILE}.", "\\fB\\-\\-log\\fR=\\fIFILE\\fR.\n");
    check(roff_line, "`.x`", "\\fB.x\\fR\n");
}

Test(roff, braces_of_a_literal_are_its_own)
{
    check(roff_line, "`/{cc}.png`", "\\fB/{cc}.png\\fR\n");
}

Test(roff, text_has_no_marks)
{
    check(roff_text, "a {cc}", "a {cc}\n");
}

Test(roff, paragraphs_are_broken_where_no_sentence_ends)
{
    const char *sixty =
        "123456789 123456789 123456789 123456789 123456789 123456789";
    char text[256];
    char wanted[256];

    snprintf(text, sizeof(text), "%s0 end. And .more words", sixty);
    snprintf(wanted, sizeof(wanted), "%s0\nend. And .more words\n", sixty);
    check(roff_text, text, wanted);
    snprintf(text, sizeof(text), "%s0. And then .more", sixty);
    snprintf(wanted, sizeof(wanted), "%s0. And\nthen .more\n", sixty);
    check(roff_prose, text, wanted);
    snprintf(text, sizeof(text), "%s0 .more", sixty);
    snprintf(wanted, sizeof(wanted), "%s0\n\\&.more\n", sixty);
    check(roff_prose, text, wanted);
    snprintf(wanted, sizeof(wanted), "%s0 .more\n", sixty);
    check(roff_line, text, wanted);
}

Test(roff, newlines_of_the_help_are_blanks)
{
    check(roff_text, "one\ntwo", "one two\n");
}

Test(roff, newlines_of_code_stay)
{
    check(roff_plain, "one\n.two", "one\n\\&.two");
}

Test(roff, arguments_are_quoted)
{
    check(roff_argument, "a \"b\"", "\"a \\(dqb\\(dq\"");
}
