#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/help.h"
#include "cli/option.h"
#include "cli/suggest.h"
#include "cli/values.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct settings {
    bool all;
    bool verbose;
    int64_t max_req;
    int64_t timeout_us;
    int64_t size;
    struct value_rate rate;
    double error_rate;
    int strategy;
    const char *server;
    const char *taken;
    struct option_texts faults;
};

static int take_even(void *settings, const char *text)
{
    if (strlen(text) % 2)
        return -EINVAL;
    ((struct settings *)settings)->taken = text;
    return 0;
}

static const char *const strategies[] = {"sequential", "threaded", "async",
                                         NULL};

static const struct option_row rows[] = {
    {.group = "Selection",
     .name = "all",
     .letter = 'a',
     .kind = OPTION_FLAG,
     .help = "everything",
     .offset = offsetof(struct settings, all)},
    {.name = "verbose",
     .letter = 'v',
     .kind = OPTION_FLAG,
     .help = "say more",
     .offset = offsetof(struct settings, verbose)},
    {.group = "Transfer",
     .name = "max-req",
     .alias = "max_req",
     .letter = 'm',
     .kind = OPTION_INTEGER,
     .metavar = "N",
     .least = 1,
     .most = 1000,
     .help = "requests in flight",
     .shown = "30; sequential: 1",
     .offset = offsetof(struct settings, max_req)},
    {.name = "timeout",
     .letter = 't',
     .kind = OPTION_DURATION,
     .metavar = "S",
     .fallback = "10s",
     .least = 1000,
     .help = "time for an attempt",
     .offset = offsetof(struct settings, timeout_us)},
    {.name = "size",
     .kind = OPTION_SIZE,
     .metavar = "SIZE",
     .least = 1,
     .help = "the largest body",
     .offset = offsetof(struct settings, size)},
    {.name = "rate",
     .kind = OPTION_RATE,
     .metavar = "N/U",
     .help = "starts",
     .offset = offsetof(struct settings, rate)},
    {.name = "error-rate",
     .kind = OPTION_PROBABILITY,
     .metavar = "P",
     .help = "chance",
     .offset = offsetof(struct settings, error_rate)},
    {.name = "strategy",
     .letter = 'S',
     .kind = OPTION_CHOICE,
     .metavar = "NAME",
     .choices = strategies,
     .fallback = "async",
     .help = "how to wait",
     .offset = offsetof(struct settings, strategy)},
    {.name = "server",
     .letter = 's',
     .kind = OPTION_TEXT,
     .metavar = "X",
     .help = "where from",
     .offset = offsetof(struct settings, server)},
    {.name = "even",
     .kind = OPTION_TAKEN,
     .metavar = "TEXT",
     .take = take_even,
     .accepted = "a text of even length",
     .help = "even"},
    {.name = "fault",
     .kind = OPTION_TEXTS,
     .metavar = "RULE",
     .help = "rules",
     .offset = offsetof(struct settings, faults)},
    OPTION_COMMON_ROWS,
};

static const struct option_table table = {
    .command = "get",
    .synopsis = "[OPTIONS] [CC]...",
    .purpose = "Download flags.",
    .rows = rows,
    .count = COUNT(rows),
    .example = "flags get -S threaded BR",
    .example_means = "one flag",
};

static struct settings settings;
static struct command_line line;

/* Read the words of `typed`, which are separated by single blanks. */
static int read_words(const struct option_table *with, const char *typed)
{
    static char copy[256];
    static char *words[32];
    int count = 0;

    option_settings_free(&table, &settings);
    memset(&settings, 0, sizeof(settings));
    snprintf(copy, sizeof(copy), "%s", typed);
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
        words[count++] = word;
    return command_line_read(&line, with, &settings, count, words);
}

static int read_line(const char *typed)
{
    return read_words(&table, typed);
}

static void forget(void)
{
    option_settings_free(&table, &settings);
}

TestSuite(option, .fini = forget);

Test(option, defaults_are_read_from_the_table)
{
    cr_assert(eq(int, read_line(""), 0));

    cr_expect(eq(i64, settings.timeout_us, 10000000));
    cr_expect(eq(int, settings.strategy, 2));
    cr_expect(eq(i64, settings.max_req, 0));
    cr_expect(not(command_line_has(&line, &table, "timeout")));
}

Test(option, a_value_follows_after_a_blank_or_an_equals_sign_or_at_once)
{
    static const char *const spellings[] = {
        "--max-req 20", "--max-req=20", "--max_req 20", "--max_req=20",
        "-m 20",        "-m20",         "-m 3 -m 20",   "-avm20",
    };

    for (size_t i = 0; i < COUNT(spellings); i++) {
        cr_expect(eq(int, read_line(spellings[i]), 0), "%s", spellings[i]);
        cr_expect(eq(i64, settings.max_req, 20), "%s", spellings[i]);
        cr_expect(command_line_has(&line, &table, "max-req"));
        cr_expect(eq(sz, line.count, 0));
    }
}

Test(option, short_options_may_be_bundled)
{
    cr_assert(eq(int, read_line("-avt 500ms"), 0));

    cr_expect(settings.all);
    cr_expect(settings.verbose);
    cr_expect(eq(i64, settings.timeout_us, 500000));
}

Test(option, an_empty_value_is_a_value)
{
    cr_assert(eq(int, read_line("--server="), 0));

    cr_expect(eq(str, (char *)settings.server, ""));
}

Test(option, arguments_and_options_come_in_any_order)
{
    cr_assert(eq(int, read_line("BR -v US --max-req 2 - -- -m --all"), 0));

    cr_assert(eq(sz, line.count, 5));
    cr_expect(eq(str, line.arguments[0], "BR"));
    cr_expect(eq(str, line.arguments[1], "US"));
    cr_expect(eq(str, line.arguments[2], "-"));
    cr_expect(eq(str, line.arguments[3], "-m"));
    cr_expect(eq(str, line.arguments[4], "--all"));
    cr_expect(not(settings.all));
}

Test(option, a_command_may_follow_the_dashes)
{
    struct option_table with_command = table;

    with_command.command_follows = true;

    cr_assert(eq(int, read_words(&with_command, "-v -- curl -m 3"), 0));

    cr_expect(eq(sz, line.count, 0));
    cr_assert(eq(sz, line.command_count, 3));
    cr_expect(eq(str, line.command[0], "curl"));
    cr_expect(eq(str, line.command[1], "-m"));
}

Test(option, every_kind_lands_in_its_field)
{
    cr_assert(
        eq(int,
           read_line("--size 10k --rate 12/s --error-rate .25 -S threaded "
                     "--even abcd --fault a --fault b"),
           0),
        "%s", line.error);

    cr_expect(eq(i64, settings.size, 10240));
    cr_expect(eq(i64, settings.rate.count, 12));
    cr_expect(ieee_ulp_eq(dbl, settings.error_rate, .25, 1));
    cr_expect(eq(int, settings.strategy, 1));
    cr_expect(eq(str, (char *)settings.taken, "abcd"));
    cr_assert(eq(sz, settings.faults.count, 2));
    cr_expect(eq(str, (char *)settings.faults.items[0], "a"));
    cr_expect(eq(str, (char *)settings.faults.items[1], "b"));
}

Test(option, a_usage_error_names_the_option_the_value_and_what_is_accepted)
{
    static const struct {
        const char *typed;
        const char *error;
    } cases[] = {
        {"-m 0", "-m: '0' is not accepted: an integer from 1 to 1000"},
        {"-m http://u:S@h/?token=S&x=1", "-m: 'http://...@h/?token=...&x=1' is "
                                         "not accepted: an integer from 1 to "
                                         "1000"},
        {"--max_req=x",
         "--max_req: 'x' is not accepted: an integer from 1 to 1000"},
        {"--max-req 1001",
         "--max-req: '1001' is not accepted: an integer from 1 to 1000"},
        {"-t nan", "-t: 'nan' is not accepted: a time as in 500ms, 2s, 1.5 or "
                   "1m, at least 1ms"},
        {"-t 0", "-t: '0' is not accepted: a time as in 500ms, 2s, 1.5 or 1m, "
                 "at least 1ms"},
        {"--size 0", "--size: '0' is not accepted: a size as in 4096, 10k or "
                     "1M, at least 1"},
        {"--rate 12",
         "--rate: '12' is not accepted: a rate as in 12/s or 100/m"},
        {"--error-rate 2", "--error-rate: '2' is not accepted: a probability "
                           "from 0 to 1, as in .25 or 25%"},
        {"-S threads", "-S: 'threads' is not accepted: one of sequential, "
                       "threaded, async; did you mean 'threaded'?"},
        {"-S twisted", "-S: 'twisted' is not accepted: one of sequential, "
                       "threaded, async"},
        {"--even abc", "--even: 'abc' is not accepted: a text of even length"},
        {"--all=yes", "--all: 'yes' is not accepted: it takes no value"},
        {"--server", "--server: a value is missing: X"},
        {"-vs", "-s: a value is missing: X"},
        {"--sever x", "--sever: no such option; did you mean '--server'?"},
        {"--strat async",
         "--strat: no such option; did you mean '--strategy'?"},
        {"--frobnicate",
         "--frobnicate: no such option; 'flags get --help' lists them"},
        {"-vx", "-x: no such option; 'flags get --help' lists them"},
        {"-m \x1b[31m",
         "-m: '\\x1b[31m' is not accepted: an integer from 1 to 1000"},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        cr_expect(eq(int, read_line(cases[i].typed), -EINVAL), "%s",
                  cases[i].typed);
        cr_expect(eq(str, line.error, (char *)cases[i].error));
    }
}

Test(option, a_long_value_is_cut_in_the_message)
{
    char typed[250] = "-m ";

    memset(typed + 3, '9', sizeof(typed) - 4);

    cr_assert(eq(int, read_line(typed), -EINVAL));

    cr_expect(lt(sz, strlen(line.error), 150));
    cr_expect(ne(ptr, strstr(line.error, "9...'"), NULL));
}

Test(option, help_and_version_end_the_reading)
{
    cr_expect(eq(int, read_line("-vh --frobnicate"), 0));
    cr_expect(eq(int, line.wish, LINE_HELP));
    cr_expect(eq(int, read_line("--version -m 0"), 0));
    cr_expect(eq(int, line.wish, LINE_VERSION));
}

Test(option, the_help_shows_groups_letters_defaults_and_the_example)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    help_print(out, &table);
    fclose(out);

    cr_expect(
        ne(ptr, strstr(text, "Usage: flags get [OPTIONS] [CC]...\n"), NULL));
    cr_expect(ne(ptr, strstr(text, "\nTransfer:\n"), NULL));
    cr_expect(ne(ptr,
                 strstr(text, "  -t, --timeout=S           time for an "
                              "attempt (10s)\n"),
                 NULL));
    cr_expect(ne(ptr, strstr(text, "(30; sequential: 1)"), NULL));
    cr_expect(
        ne(ptr, strstr(text, "\nExample:\n  flags get -S threaded BR"), NULL));
    cr_expect(eq(ptr, strstr(text, "max_req"), NULL));
    for (char *row = strtok(text, "\n"); row; row = strtok(NULL, "\n"))
        cr_expect(le(sz, strlen(row), 80), "%s", row);
    free(text);
}

Test(suggest, the_nearest_word_is_meant)
{
    static const char *const labels[] = {"LOCAL", "DELAY", "ERROR", "REMOTE"};
    static const struct {
        const char *typed;
        const char *meant;
    } cases[] = {
        {"LOACL", "LOCAL"},
        {"local", "LOCAL"},
        {"EROR", "ERROR"},
        {"REMOTES", "REMOTE"},
        {"DEL", "DELAY"},
        {"NOWHERE", NULL},
        {"", NULL},
        {"X", NULL},
        {"LOCALOCALOCAL", NULL},
        {"a word far longer than any that is ever compared", NULL},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *meant =
            suggest_nearest(cases[i].typed, labels, COUNT(labels));

        if (cases[i].meant)
            cr_expect(eq(str, (char *)meant, (char *)cases[i].meant));
        else
            cr_expect(eq(ptr, (void *)meant, NULL), "%s", cases[i].typed);
    }
}
