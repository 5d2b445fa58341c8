#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "command/compare_options.h"
#include "command/compare_run.h"
#include "country/codes.h"
#include "fixture/weather.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct compare_settings settings;
static struct command_line line;

/* Read the words of `typed`, which are separated by single blanks. */
static int read_line(const char *typed)
{
    static char copy[256];
    static char *words[32];
    int count = 0;
    int rc;

    memset(&settings, 0, sizeof(settings));
    snprintf(copy, sizeof(copy), "%s", typed);
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
        words[count++] = word;
    rc = command_line_read(&line, &compare_option_table, &settings, count,
                           words);
    return rc < 0 ? rc : compare_settings_check(&settings, &line);
}

Test(compare, the_books_weather_sums_to_what_its_script_took)
{
    struct weather weather = {0};
    double sum = 0;
    double longest = 0;

    cr_assert(eq(int, read_line("--book"), 0));
    weather.seed = (uint64_t)settings.seed;
    cr_assert(eq(int, delay_parse(&weather.delay, settings.weather), 0));

    for (size_t i = 0; i < CODES_POPULOUS; i++) {
        int a = tolower(codes_populous[i][0]);
        int b = tolower(codes_populous[i][1]);
        char path[32];
        double seconds;

        snprintf(path, sizeof(path), "/flags/%c%c/%c%c.gif", a, b, a, b);
        seconds = (double)weather_at(&weather, path, 1).delay_us / 1e6;
        sum += seconds;
        longest = seconds > longest ? seconds : longest;
    }

    cr_expect(ge(dbl, sum, 7.0));
    cr_expect(le(dbl, sum, 7.4));
    cr_expect(ge(dbl, longest, 1.3));
    cr_expect(le(dbl, longest, 1.4));
    weather_close(&weather);
}

Test(compare, the_book_makes_three_runs_unless_told)
{
    cr_assert(eq(int, read_line("--book"), 0));
    cr_expect(eq(i64, settings.runs, 3));
    cr_assert(eq(int, read_line("--book -r 1"), 0));
    cr_expect(eq(i64, settings.runs, 1));
    cr_assert(eq(int, read_line(""), 0));
    cr_expect(eq(i64, settings.runs, 10));
    cr_expect(eq(str, (char *)settings.weather, "uniform:.02:.08"));
}

Test(compare, what_does_not_go_together_is_refused)
{
    static const struct {
        const char *typed;
        const char *error;
    } cases[] = {
        {"--book --seed 3",
         "--seed: not together with --book, which has its own"},
        {"--book -a", "--all: not together with --book, which has its own"},
        {"--book BR", "CC: 'BR' is not accepted: no code, as --book has its "
                      "own"},
        {"-s http://h/ --weather 1s",
         "--weather: not together with --server, which has its own"},
        {"--weather storm",
         "--weather: 'storm' is not accepted: a delay as in 50ms, "
         "uniform:.5:5, normal:1:.2 or lognormal:.3:.6"},
        {"-r 0", "-r: '0' is not accepted: an integer from 1 to 10000"},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        cr_expect(eq(int, read_line(cases[i].typed), -EINVAL), "%s",
                  cases[i].typed);
        cr_expect(eq(str, line.error, (char *)cases[i].error));
    }
}

Test(compare, runs_of_other_work_are_told_apart)
{
    static const struct {
        struct compare_item items[2];
        size_t count;
        const char *phrase; /* NULL: the same work */
    } cases[] = {
        {{{"BR", STATUS_OK, 9, 1}, {"US", STATUS_OK, 8, 1}}, 2, NULL},
        {{{"BR", STATUS_OK, 9, 1}}, 1, "1 codes, not 2"},
        {{{"BR", STATUS_OK, 9, 1}, {"UY", STATUS_OK, 8, 1}},
         2,
         "UY, which nobody asked for"},
        {{{"BR", STATUS_OK, 9, 1}, {"US", STATUS_ERROR, 0, 1}},
         2,
         "US: error, not ok"},
        {{{"BR", STATUS_OK, 9, 1}, {"US", STATUS_OK, 7, 1}},
         2,
         "US: 7 bytes in 1 attempts, not 8 in 1"},
        {{{"BR", STATUS_OK, 9, 2}, {"US", STATUS_OK, 8, 1}},
         2,
         "BR: 9 bytes in 2 attempts, not 9 in 1"},
    };
    struct compare_item model_items[2];
    struct compare_run model = {.items = model_items, .count = 2};

    memcpy(model_items, cases[0].items, sizeof(model_items));
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct compare_item items[2];
        struct compare_run run = {.items = items, .count = cases[i].count};
        char phrase[64] = "";

        memcpy(items, cases[i].items, sizeof(items));
        cr_expect(eq(int,
                     compare_run_differs(&run, &model, phrase, sizeof(phrase)),
                     cases[i].phrase != NULL));
        cr_expect(
            eq(str, phrase, (char *)(cases[i].phrase ? cases[i].phrase : "")));
    }
}
