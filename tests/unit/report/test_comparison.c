#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/comparison.h"
#include "report/statistics.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

Test(statistics, of_an_odd_and_an_even_number_of_times)
{
    int64_t odd[] = {30, 10, 20};
    int64_t even[] = {40, 10, 30, 20};
    struct statistics s = statistics_of(odd, COUNT(odd));

    cr_expect(eq(sz, s.count, 3));
    cr_expect(epsilon_eq(dbl, s.median, 20, 1e-9));
    cr_expect(epsilon_eq(dbl, s.mean, 20, 1e-9));
    cr_expect(epsilon_eq(dbl, s.stddev, 10, 1e-9));
    cr_expect(epsilon_eq(dbl, s.min, 10, 1e-9));
    cr_expect(epsilon_eq(dbl, s.max, 30, 1e-9));
    s = statistics_of(even, COUNT(even));
    cr_expect(epsilon_eq(dbl, s.median, 25, 1e-9));
}

Test(statistics, of_a_single_time_deviate_by_nothing)
{
    int64_t one[] = {7};
    struct statistics s = statistics_of(one, 1);

    cr_expect(epsilon_eq(dbl, s.median, 7, 1e-9));
    cr_expect(epsilon_eq(dbl, s.stddev, 0, 1e-9));
}

Test(statistics, large_times_that_differ_little_keep_their_deviation)
{
    int64_t values[] = {1000000000000001, 1000000000000003};

    cr_expect(epsilon_eq(dbl, statistics_of(values, 2).stddev, 1.41421356, .1));
}

Test(comparison, times_have_three_digits_and_a_unit)
{
    static const struct {
        double us;
        const char *text;
    } cases[] = {
        {0, "0.00 us"},       {7, "7.00 us"},      {999.4, "999 us"},
        {999.6, "1.00 ms"},   {52300, "52.3 ms"},  {999400, "999 ms"},
        {999600, "1.00 s"},   {7213000, "7.21 s"}, {72130000, "72.1 s"},
        {721300000, "721 s"}, {99960, "100 ms"},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[COMPARISON_TIME_SIZE];

        comparison_time(text, cases[i].us);
        cr_expect(eq(str, text, (char *)cases[i].text));
    }
}

Test(comparison, the_table_relates_each_cell_to_the_first)
{
    static const struct comparison_cell cells[] = {
        {"sequential",
         1,
         {.count = 3, .median = 7213000, .min = 7201000, .max = 7225000}},
        {"threaded",
         20,
         {.count = 3, .median = 1335000, .min = 1334000, .max = 1340000}},
        {"async", 20, {.count = 0}},
    };
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    comparison_print(out, cells, COUNT(cells), false);
    fclose(out);

    cr_expect(eq(str, text,
                 "strategy     -m runs   median      min      max   ratio\n"
                 "sequential    1    3   7.21 s   7.20 s   7.22 s   1.000 "
                 "####################\n"
                 "threaded     20    3   1.33 s   1.33 s   1.34 s   0.185 "
                 "####\n"
                 "async        20    0 no valid run\n"));
    for (char *row = strtok(text, "\n"); row; row = strtok(NULL, "\n"))
        cr_expect(le(sz, strlen(row), 80), "%s", row);
    free(text);
}
