#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "comparison/statistics.h"

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

Test(statistics, a_quantile_lies_between_its_neighbours)
{
    /* Worked by hand: the position is (count - 1) q. */
    static const int64_t values[] = {15, 20, 35, 40, 50};
    static const struct {
        size_t count;
        double q, quantile;
    } cases[] = {
        {5, 0, 15},   {5, 0.05, 16}, {5, 0.3, 23},     {5, 0.4, 29},
        {5, 0.5, 35}, {5, 1, 50},    {4, 0.5, 27.5},   {4, 0.9, 38.5},
        {1, 0, 15},   {1, 0.5, 15},  {2, 0.99, 19.95}, {1, 1, 15},
    };

    for (size_t i = 0; i < COUNT(cases); i++)
        cr_expect(epsilon_eq(
            dbl, statistics_quantile(values, cases[i].count, cases[i].q),
            cases[i].quantile, 1e-9));
}

Test(statistics, bounds_are_quantiles_of_the_estimates)
{
    double estimates[41];
    struct interval interval = {.value = 7};

    for (int i = 0; i < 41; i++)
        estimates[i] = (i * 17) % 41;
    statistics_bounds(&interval, estimates, COUNT(estimates), 0.05);

    cr_expect(epsilon_eq(dbl, interval.low, 1, 1e-9));
    cr_expect(epsilon_eq(dbl, interval.high, 39, 1e-9));
    cr_expect(epsilon_eq(dbl, interval.value, 7, 1e-9));
}

Test(statistics, an_outlier_is_far_from_the_median_by_what_is_usual_there)
{
    static const struct {
        size_t count;
        int64_t values[11];
        const char *outliers; /* an x for each */
    } cases[] = {
        /* Median 100, MAD 10: 0.6745 * 51 is within 3.5, 0.6745 * 52 is not. */
        {11,
         {100, 90, 110, 90, 110, 90, 110, 95, 105, 100, 151},
         "..........."},
        {11,
         {100, 90, 110, 90, 110, 90, 110, 95, 105, 100, 152},
         "..........x"},
        {11, {48, 90, 110, 90, 110, 90, 110, 95, 105, 100, 100}, "x.........."},
        /* MAD 1, and more than 3.5 of it: within 5 % of the median. */
        {10,
         {1000, 999, 1001, 999, 1001, 1000, 1001, 999, 1000, 1050},
         ".........."},
        {10,
         {1000, 999, 1001, 999, 1001, 1000, 1001, 999, 1000, 1051},
         ".........x"},
        /* MAD 0, mean deviation 3: 30 is 8 of 1.253314 of it. */
        {10, {10, 10, 40, 10, 10, 10, 10, 10, 10, 10}, "..x......."},
        {10, {10, 10, 10, 10, 10, 10, 10, 10, 10, 10}, ".........."},
        /* Of fewer nothing is known to be usual. */
        {9, {10, 10, 40, 10, 10, 10, 10, 10, 10}, "........."},
        {1, {10}, "."},
        {0, {0}, ""},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        bool outlier[11] = {false};
        char text[12] = "";
        size_t expected = 0;
        size_t found = 99;

        cr_assert(eq(int,
                     statistics_outliers(cases[i].values, cases[i].count,
                                         outlier, &found),
                     0));
        for (size_t j = 0; j < cases[i].count; j++) {
            text[j] = outlier[j] ? 'x' : '.';
            expected += cases[i].outliers[j] == 'x';
        }
        cr_expect(eq(str, text, (char *)cases[i].outliers));
        cr_expect(eq(sz, found, expected));
        cr_assert(eq(
            int,
            statistics_outliers(cases[i].values, cases[i].count, NULL, &found),
            0));
        cr_expect(eq(sz, found, expected));
    }
}

Test(statistics, random_numbers_are_those_of_splitmix64)
{
    /* Of its authors' generator, from the state 1234567. */
    static const uint64_t expected[] = {
        6457827717110365317u, 3203168211198807973u,  9817491932198370423u,
        4593380528125082431u, 16408922859458223821u,
    };
    uint64_t state = 1234567;
    uint64_t zero = 0;

    for (size_t i = 0; i < COUNT(expected); i++)
        cr_expect(eq(u64, statistics_random(&state), expected[i]));
    cr_expect(eq(u64, statistics_random(&zero), 0xe220a8397b1dcdafu));
}

Test(statistics, indexes_are_even_and_below_the_count)
{
    uint64_t state = 1;
    unsigned times[7] = {0};

    for (int i = 0; i < 70000; i++) {
        size_t index = statistics_index(&state, COUNT(times));

        cr_assert(lt(sz, index, COUNT(times)));
        times[index]++;
    }
    for (size_t i = 0; i < COUNT(times); i++)
        cr_expect(lt(int, abs((int)times[i] - 10000), 400), "%u", times[i]);
    cr_expect(eq(sz, statistics_index(&state, 1), 0));
}

Test(statistics, an_interval_holds_its_bounds_and_an_unknown_one_nothing)
{
    struct interval known = {1, 0.5, 2};
    struct interval unknown = {NAN, NAN, NAN};

    cr_expect(interval_holds(&known, 0.5));
    cr_expect(interval_holds(&known, 2));
    cr_expect(not(interval_holds(&known, 2.01)));
    cr_expect(not(interval_holds(&known, 0.49)));
    cr_expect(not(interval_holds(&unknown, 1)));
}

Test(statistics, students_t_is_as_tables_have_it)
{
    static const struct {
        size_t degrees;
        double chance, bound;
    } table[] = {{1, 0.05, 12.7062}, {2, 0.05, 4.3027}, {3, 0.05, 3.1824},
                 {4, 0.05, 2.7764},  {4, 0.01, 4.6041}, {5, 0.002, 5.8934},
                 {9, 0.05, 2.2622},  {10, 0.1, 1.8125}, {30, 0.05, 2.0423},
                 {63, 0.05, 1.9983}};

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        double bound = statistics_t_bound(table[i].chance, table[i].degrees);

        cr_expect(epsilon_eq(dbl, bound, table[i].bound, 1e-4), "%zu",
                  table[i].degrees);
        cr_expect(epsilon_eq(dbl, statistics_t_chance(bound, table[i].degrees),
                             table[i].chance, 1e-9));
    }
    cr_expect(eq(dbl, statistics_t_chance(0, 4), 1));
}
