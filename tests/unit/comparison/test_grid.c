#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/redirect.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/compare_options.h"
#include "comparison/grid.h"
#include "comparison/settings_check.h"
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
    return rc < 0 ? rc
                  : compare_settings_check(&settings, &line,
                                           &compare_option_table);
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

Test(compare, the_book_is_scaled_by_another_weather)
{
    cr_assert(eq(int, read_line("--book --weather lognormal:.03:.65"), 0));
    cr_expect(eq(str, (char *)settings.weather, "lognormal:.03:.65"));
    cr_expect(eq(i64, settings.seed, COMPARE_BOOK_SEED));
    cr_assert(eq(int, read_line("--book --seed 3"), 0));
    cr_expect(eq(str, (char *)settings.weather, COMPARE_BOOK_WEATHER));
    cr_expect(eq(i64, settings.seed, 3));
}

Test(compare, what_does_not_go_together_is_refused)
{
    static const struct {
        const char *typed;
        const char *error;
    } cases[] = {
        {"--book -a", "--all: not together with --book, which has its own"},
        {"--book BR", "CC: 'BR' is not accepted: no code, as --book has its "
                      "own"},
        {"-s http://h/ --weather 1s",
         "--weather: not together with --server, which has its own"},
        {"--weather storm",
         "--weather: 'storm' is not accepted: a delay as in 50ms, "
         "uniform:.5:5, normal:1:.2 or lognormal:.3:.6"},
        {"-r 0", "-r: '0' is not accepted: an integer from 1 to 10000"},
        {"-m 1,0",
         "-m: '1,0' is not accepted: at most 32 different numbers from 1 to "
         "10000, with commas between them"},
        {"-m 5,5",
         "-m: '5,5' is not accepted: at most 32 different numbers from 1 to "
         "10000, with commas between them"},
        {"-m 5,", "-m: '5,' is not accepted: at most 32 different numbers from "
                  "1 to 10000, with commas between them"},
        {"--strategies threads",
         "--strategies: 'threads' is not accepted: strategies with commas "
         "between them, each once: sequential, threaded, async"},
        {"--strategies async,async",
         "--strategies: 'async,async' is not accepted: strategies with commas "
         "between them, each once: sequential, threaded, async"},
        {"--reuse maybe", "--reuse: 'maybe' is not accepted: yes, no, or both "
                          "with a comma between them"},
        {"--export-json - --trace -",
         "-: only one of the exports can go to standard output"},
        {"--book --order random",
         "--order: not together with --book, which has its own"},
        {"--book --until 5%",
         "--until: not together with --book, which has its own"},
        {"--until 0%", "--until: '0%' is not accepted: a percentage above 0, "
                       "at most 100%, as in 5%"},
        {"--until-decided", "--until-decided: there is no --fail-if to decide"},
        {"--max-runs 20", "--max-runs: only with --until or --until-decided"},
        {"--until 5% -r 101",
         "--runs 101: more than --max-runs, which is 100 unless said"},
        {"--until 5% -r 21 --max-runs 20",
         "--runs 21: more than --max-runs, which is 20"},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        cr_expect(eq(int, read_line(cases[i].typed), -EINVAL), "%s",
                  cases[i].typed);
        cr_expect(eq(str, line.error, (char *)cases[i].error));
    }
}

Test(compare, a_grid_is_made_of_lists)
{
    struct comparison_cell *cells;
    size_t count;

    cr_assert(eq(
        int, read_line("--strategies async,sequential -m 5,1 --reuse no,yes"),
        0));
    cr_assert(eq(int, grid_cells(&settings, 20, NULL, &cells, &count), 0));

    static const struct {
        const char *strategy;
        unsigned max_req;
        bool reuse;
    } expected[] = {
        {"async", 5, false}, {"async", 1, false},      {"async", 5, true},
        {"async", 1, true},  {"sequential", 1, false}, {"sequential", 1, true},
    };
    cr_assert(eq(sz, count, COUNT(expected)));
    for (size_t i = 0; i < count; i++) {
        cr_expect(
            eq(str, (char *)cells[i].strategy, (char *)expected[i].strategy));
        cr_expect(eq(uint, cells[i].max_req, expected[i].max_req));
        cr_expect(eq(int, cells[i].reuse, expected[i].reuse));
    }
    free(cells);
}

Test(compare, a_cell_beyond_what_a_strategy_can_do_is_not_made_twice)
{
    struct comparison_cell *cells;
    size_t count;

    cr_redirect_stderr();
    cr_assert(eq(int, read_line("--strategies threaded -m 1000,2000,3000"), 0));
    cr_assert(eq(int, grid_cells(&settings, 20, NULL, &cells, &count), 0));

    cr_expect(eq(sz, count, 1));
    cr_expect(eq(uint, cells[0].max_req, 1000));
    free(cells);
}

/* "0a 1a 0b": which cell, and its runs by letters; w is a warm-up. */
static char *order_of(const char *typed, size_t cells)
{
    static char text[256];
    struct grid_run *runs;
    size_t count = 0;
    size_t used = 0;

    cr_assert(eq(int, read_line(typed), 0));
    runs = grid_runs(&settings, cells, 0, settings.runs, &count);
    cr_assert(ne(ptr, runs, NULL));
    for (size_t i = 0; i < count; i++)
        used += (size_t)snprintf(
            text + used, sizeof(text) - used, "%s%zu%c", i ? " " : "",
            runs[i].cell,
            runs[i].number ? (char)('a' + runs[i].number - 1) : 'w');
    free(runs);
    return text;
}

Test(compare, runs_are_interleaved_unless_they_are_asked_for_in_blocks)
{
    cr_expect(
        eq(str, order_of("-r 2", 3), (char *)"0w 1w 2w 0a 1a 2a 0b 1b 2b"));
    cr_expect(eq(str, order_of("-r 2 -w 0 --order blocked", 2),
                 (char *)"0a 0b 1a 1b"));
    cr_expect(eq(str, order_of("-r 1 -w 2 --order blocked", 2),
                 (char *)"0w 0w 0a 1w 1w 1a"));
    cr_expect(eq(str, order_of("--book -r 1", 3), (char *)"0a 1a 2a"));
}

Test(compare, more_runs_go_on_with_the_numbers_and_do_not_warm_up)
{
    size_t count = 0;
    struct grid_run *runs;

    cr_assert(eq(int, read_line("-w 3"), 0));
    runs = grid_runs(&settings, 2, 5, 7, &count);

    cr_assert(eq(sz, count, 4));
    for (size_t i = 0; i < count; i++) {
        cr_expect(eq(sz, runs[i].cell, i % 2));
        cr_expect(eq(i64, runs[i].number, 6 + (int64_t)i / 2));
    }
    free(runs);
}

Test(compare, random_order_is_the_seeds_and_has_every_run_once)
{
    char first[256];
    bool differs = false;

    snprintf(first, sizeof(first), "%s",
             order_of("-r 4 -w 1 --order random --seed 5", 3));
    cr_expect(eq(str, order_of("-r 4 -w 1 --order random --seed 5", 3), first));
    cr_expect(eq(int, strncmp(first, "0w 1w 2w ", 9), 0));
    for (int cell = '0'; cell <= '2'; cell++) {
        for (int number = 'a'; number <= 'd'; number++) {
            const char run[] = {(char)cell, (char)number, '\0'};
            const char *found = strstr(first, run);

            cr_assert(ne(ptr, (void *)found, NULL));
            cr_expect(eq(ptr, strstr(found + 1, run), NULL));
        }
    }
    for (char seed = '6'; seed <= '9'; seed++) {
        char typed[] = "-r 4 -w 1 --order random --seed 6";

        typed[sizeof(typed) - 2] = seed;
        differs |= strcmp(order_of(typed, 3), first) != 0;
    }
    cr_expect(differs);
}
