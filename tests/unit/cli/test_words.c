#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stddef.h>
#include <stdlib.h>

#include "cli/words.h"

struct settings {
    bool all;
    int64_t timeout_us;
    const char *server;
    struct option_texts faults;
    int64_t runs;
};

static const struct option_row rows[] = {
    {.name = "all",
     .letter = 'a',
     .kind = OPTION_FLAG,
     .help = "x",
     .offset = offsetof(struct settings, all)},
    {.name = "timeout",
     .letter = 't',
     .kind = OPTION_DURATION,
     .metavar = "S",
     .fallback = "10",
     .help = "x",
     .offset = offsetof(struct settings, timeout_us)},
    {.name = "server",
     .kind = OPTION_TEXT,
     .metavar = "X",
     .help = "x",
     .offset = offsetof(struct settings, server)},
    {.name = "fault",
     .kind = OPTION_TEXTS,
     .metavar = "F",
     .help = "x",
     .offset = offsetof(struct settings, faults)},
    {.name = "runs",
     .letter = 'r',
     .kind = OPTION_INTEGER,
     .metavar = "N",
     .fallback = "10",
     .help = "x",
     .offset = offsetof(struct settings, runs)},
};

static const struct option_table table = {
    .command = "test", .rows = rows, .count = sizeof(rows) / sizeof(rows[0])};

/* The command line that a command line is handed on as. */
static char *handed_on(size_t from, size_t to)
{
    char *argv[] = {
        (char *)"-t",           (char *)"1",           (char *)"BR",
        (char *)"-t2.50",       (char *)"-a",          (char *)"--server",
        (char *)"http://x/ $y", (char *)"--fault=a b", (char *)"--fault=it's"};
    struct settings settings = {0};
    struct command_line line;
    struct words words = {0};
    char *text;

    cr_assert(eq(int,
                 command_line_read(&line, &table, &settings,
                                   sizeof(argv) / sizeof(argv[0]), argv),
                 0));
    cr_assert(eq(
        int, words_add_options(&words, &line, &table, &settings, from, to), 0));
    cr_assert(eq(int, words_add(&words, "%s", line.arguments[0]), 0));
    cr_expect(eq(ptr, words.items[words.count], NULL));
    text = words_text(&words);
    cr_assert(ne(ptr, text, NULL));
    words_free(&words);
    option_settings_free(&table, &settings);
    return text;
}

Test(words, are_what_was_typed_and_no_defaults)
{
    char *text = handed_on(0, sizeof(struct settings));

    cr_expect(eq(str, text,
                 "--all --timeout=2.50 '--server=http://x/ $y' '--fault=a b' "
                 "'--fault=it'\\''s' BR"));
    free(text);
}

Test(words, are_those_of_a_part_of_the_settings)
{
    char *text = handed_on(offsetof(struct settings, timeout_us),
                           offsetof(struct settings, server));

    cr_expect(eq(str, text, "--timeout=2.50 BR"));
    free(text);
}

Test(words, an_empty_word_is_one_too)
{
    struct words words = {0};
    char *text;

    cr_assert(eq(int, words_add(&words, "%s", ""), 0));
    text = words_text(&words);
    cr_expect(eq(str, text, "''"));
    free(text);
    words_free(&words);
}
