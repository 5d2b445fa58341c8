#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
