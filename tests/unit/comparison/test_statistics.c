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
    statistics_bounds(&interval, estimates, COUNT(estimates));

    cr_expect(epsilon_eq(dbl, interval.low, 1, 1e-9));
    cr_expect(epsilon_eq(dbl, interval.high, 39, 1e-9));
    cr_expect(epsilon_eq(dbl, interval.value, 7, 1e-9));
}

Test(statistics, an_outlier_is_far_from_the_median_by_what_is_usual_there)
{
    static const struct {
        size_t count;
        int64_t values[10];
        const char *outliers; /* an x for each */
    } cases[] = {
        {5, {100, 12, 11, 13, 10}, "x...."},
        /* MAD 1: 0.6745 * 5 is within 3.5, 0.6745 * 6 is not. */
        {5, {10, 11, 12, 13, 17}, "....."},
        {5, {10, 11, 12, 13, 18}, "....x"},
        {5, {-18, 10, 11, 12, 13}, "x...."},
        /* MAD 100: 3.494 and 3.501. */
        {5, {1000, 1100, 1200, 1300, 1718}, "....."},
        {5, {1000, 1100, 1200, 1300, 1719}, "....x"},
        /* MAD 0, mean deviation 30 / 7: 30 is 5.6 of 1.253314 of it. */
        {7, {10, 10, 40, 10, 10, 10, 10}, "..x...."},
        /* Mean deviation 30 / 4: 3.2. */
        {4, {10, 10, 10, 40}, "...."},
        {4, {10, 10, 10, 10}, "...."},
        {2, {10, 1000}, ".."},
        {1, {10}, "."},
        {0, {0}, ""},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        bool outlier[10] = {false};
        char text[11] = "";
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

static struct interval ratio_of(const int64_t *a, size_t a_count,
                                const int64_t *b, size_t b_count)
{
    struct interval ratio = {0};

    cr_assert(eq(int, statistics_ratio(&ratio, a, a_count, b, b_count, 42), 0));
    return ratio;
}

static void expect_interval(struct interval ratio, double value, double low,
                            double high)
{
    cr_expect(epsilon_eq(dbl, ratio.value, value, 1e-9));
    cr_expect(epsilon_eq(dbl, ratio.low, low, 1e-9));
    cr_expect(epsilon_eq(dbl, ratio.high, high, 1e-9));
}

Test(statistics, the_ratio_of_single_values_is_certain)
{
    static const int64_t a[] = {300};
    static const int64_t b[] = {200};

    expect_interval(ratio_of(a, 1, b, 1), 1.5, 1.5, 1.5);
}

Test(statistics, the_interval_is_that_of_the_resampled_medians)
{
    /* Of seven, the smallest is the median of a sample if it is drawn at least
       4 times: in 1.0 % of the samples, outside the interval; the second
       smallest or smaller in 10 %, inside. */
    static const int64_t seven[] = {40, 10, 70, 20, 30, 60, 50};
    static const int64_t six[] = {40, 10, 20, 30, 60, 50};
    static const int64_t unit[] = {10};

    expect_interval(ratio_of(seven, 7, unit, 1), 4, 2, 6);
    expect_interval(ratio_of(unit, 1, seven, 7), 1 / 4., 1 / 6., 1 / 2.);
    /* Of six, by all 46,656 samples: 10 or less in 0.9 %, 15 in 3.5 %. */
    expect_interval(ratio_of(six, 6, unit, 1), 3.5, 1.5, 5.5);
    /* Of two, both are the first, both the second, or one each. */
    expect_interval(ratio_of(seven, 2, unit, 1), 2.5, 1, 4);
}

Test(statistics, the_order_of_the_values_does_not_matter)
{
    static const int64_t a[] = {910, 950, 1010, 1040, 1100, 990};
    static const int64_t shuffled[] = {1040, 990, 910, 1100, 950, 1010};
    static const int64_t b[] = {200, 230, 210};
    struct interval ratio = ratio_of(a, 6, b, 3);

    expect_interval(ratio_of(shuffled, 6, b, 3), ratio.value, ratio.low,
                    ratio.high);
    cr_expect(lt(dbl, ratio.low, ratio.value));
    cr_expect(gt(dbl, ratio.high, ratio.value));
}

Test(statistics, what_is_the_same_holds_1)
{
    static const int64_t a[] = {910, 950, 1010, 1040, 1100, 990};
    struct interval same = ratio_of(a, 6, a, 6);

    cr_expect(interval_holds(&same, 1));
    cr_expect(lt(dbl, same.low, 1));
    cr_expect(gt(dbl, same.high, 1));
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

/* Above 0 and below 1. */
static double uniform(uint64_t *state)
{
    return ((double)(statistics_random(state) >> 11) + 0.5) / 9007199254740992.;
}

/* How often, of 200 pairs of samples of `count` values, the interval holds the
   ratio of what they are drawn from: uniform about 1 s, and 100 ms with an
   exponential tail. */
static int hits(size_t count, uint64_t seed)
{
    const double truth = 1e6 / (1e5 + 2e4 * log(2));
    int held = 0;

    for (int i = 0; i < 200; i++) {
        int64_t a[30];
        int64_t b[30];
        struct interval ratio;

        for (size_t j = 0; j < count; j++) {
            a[j] = (int64_t)(9e5 + 2e5 * uniform(&seed));
            b[j] = (int64_t)(1e5 - 2e4 * log(uniform(&seed)));
        }
        ratio = ratio_of(a, count, b, count);
        held += interval_holds(&ratio, truth);
    }
    return held;
}

Test(statistics, the_interval_holds_the_truth_in_most_of_the_cases)
{
    static const size_t counts[] = {10, 30};

    for (size_t i = 0; i < COUNT(counts); i++) {
        int held = hits(counts[i], 7 + i);

        cr_expect(ge(int, held, 180), "%d of 200", held);
        cr_expect(le(int, held, 195), "%d of 200", held);
    }
}
