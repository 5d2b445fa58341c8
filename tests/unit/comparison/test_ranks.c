#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "comparison/ranks.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { MOST = 60 };

static struct ranks ranks_of(size_t a_count, size_t b_count)
{
    struct ranks ranks;

    cr_assert(eq(int, ranks_open(&ranks, a_count, b_count), 0));
    return ranks;
}

/* In how many orders of the values, each bit set one of a, U is at most u. */
static double by_trying(size_t a_count, size_t b_count, size_t u)
{
    unsigned orders = 0;
    unsigned below = 0;

    for (unsigned order = 0; order < 1U << (a_count + b_count); order++) {
        size_t smaller = 0; /* of b, so far */
        size_t pairs = 0;
        size_t of_a = 0;

        for (size_t i = 0; i < a_count + b_count; i++) {
            if (order >> i & 1) {
                of_a++;
                pairs += smaller;
            } else {
                smaller++;
            }
        }
        orders += of_a == a_count;
        below += of_a == a_count && pairs <= u;
    }
    return (double)below / (double)orders;
}

Test(ranks, chances_are_those_of_all_orders_tried)
{
    for (size_t a = 1; a <= 5; a++) {
        for (size_t b = 1; b <= 6; b++) {
            struct ranks ranks = ranks_of(a, b);

            for (size_t u = 0; u <= a * b / 2; u++)
                cr_expect(epsilon_eq(dbl, ranks_chance(&ranks, u),
                                     by_trying(a, b, u), 1e-12),
                          "%zu and %zu, %zu", a, b, u);
            cr_expect(eq(dbl, ranks_chance(&ranks, a * b / 2 + 1), 1));
            ranks_close(&ranks);
        }
    }
}

/* Mann and Whitney's test, two-sided, 5 and 1 %: the greatest U that is
   significant, as tables have it (Siegel and Castellan, "Nonparametric
   Statistics for the Behavioral Sciences", 1988). */
Test(ranks, cuts_are_those_of_the_printed_tables)
{
    static const struct {
        size_t a, b, five, one;
    } rows[] = {{5, 5, 2, 0},     {5, 8, 6, 2},      {8, 8, 13, 7},
                {10, 10, 23, 16}, {12, 9, 26, 18},   {15, 15, 64, 51},
                {20, 10, 55, 42}, {20, 20, 127, 105}};

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ranks ranks = ranks_of(rows[i].a, rows[i].b);

        cr_expect(eq(sz, ranks_cut(&ranks, 0.05), rows[i].five + 1), "%zu", i);
        cr_expect(eq(sz, ranks_cut(&ranks, 0.01), rows[i].one + 1), "%zu", i);
        ranks_close(&ranks);
    }
}

Test(ranks, many_values_go_by_the_normal_distribution)
{
    struct ranks exact = ranks_of(RANKS_EXACT - 1, RANKS_EXACT - 1);
    struct ranks normal = exact;
    struct ranks many = ranks_of(RANKS_EXACT, 3);

    cr_expect(eq(ptr, many.below, NULL));
    normal.below = NULL;
    for (size_t u = 600; u <= 1200; u += 50) {
        double chance = ranks_chance(&exact, u);

        cr_expect(epsilon_eq(dbl, ranks_chance(&normal, u), chance, 1e-3),
                  "%zu: %g", u, chance);
    }
    cr_expect(le(
        int, abs((int)ranks_cut(&normal, 0.05) - (int)ranks_cut(&exact, 0.05)),
        1));
    ranks_close(&exact);
}

Test(ranks, too_few_values_allow_no_bounds)
{
    struct ranks three = ranks_of(3, 3);
    struct ranks four = ranks_of(4, 4);
    int64_t a[] = {4, 5, 6};
    int64_t b[] = {1, 2, 3};
    struct interval ratio;

    cr_expect(eq(sz, ranks_cut(&three, 0.05), 0), "1 of 20 orders, twice");
    cr_expect(eq(sz, ranks_cut(&four, 0.05), 1), "1 of 70");
    ranks_ratio(&three, &ratio, a, b, 0.05);
    cr_expect(epsilon_eq(dbl, ratio.value, 2.5, 1e-12));
    cr_expect(isnan(ratio.low));
    cr_expect(isnan(ratio.high));
    cr_expect(eq(sz, ranks_least(0.05), 4));
    cr_expect(eq(sz, ranks_least(0.05 / 6), 5), "2 of 252");
    cr_expect(eq(sz, ranks_least(0.05 / 7), 6));
    cr_expect(eq(sz, ranks_least(1), 1));
    ranks_close(&three);
    ranks_close(&four);
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Above 0 and below 1. */
static double uniform(uint64_t *state)
{
    return ((double)(statistics_random(state) >> 11) + 0.5) / 9007199254740992.;
}

/* `count` sorted times about 1 s with a tail, and a few that are the same if
   they are coarse. */
static void draw(int64_t *values, size_t count, int64_t unit, uint64_t *state)
{
    for (size_t i = 0; i < count; i++)
        values[i] =
            (int64_t)(1e6 - 2e5 * log(uniform(state))) / unit * unit + unit;
    statistics_sort(values, count);
}

static void expect_all_pairs(const int64_t *a, size_t a_count, const int64_t *b,
                             size_t b_count)
{
    static double pairs[MOST * MOST];
    struct ranks ranks = ranks_of(a_count, b_count);
    size_t count = a_count * b_count;
    size_t k = ranks_cut(&ranks, 0.05);
    struct interval ratio;

    for (size_t i = 0; i < count; i++)
        pairs[i] = (double)a[i / b_count] / (double)b[i % b_count];
    qsort(pairs, count, sizeof(*pairs), compare_doubles);
    ranks_ratio(&ranks, &ratio, a, b, 0.05);
    cr_expect(epsilon_eq(dbl, ratio.value,
                         sqrt(pairs[(count - 1) / 2] * pairs[count / 2]),
                         1e-12));
    cr_assert(gt(sz, k, 0));
    cr_expect(eq(dbl, ratio.low, pairs[k - 1]));
    cr_expect(eq(dbl, ratio.high, pairs[count - k]));
    ranks_close(&ranks);
}

Test(ranks, ratio_and_bounds_are_those_of_all_pairs_sorted)
{
    static const size_t counts[] = {4, 5, 9, 10, 30, 49, 60};
    uint64_t state = 4;
    int64_t a[MOST];
    int64_t b[MOST];

    for (size_t i = 0; i < COUNT(counts); i++) {
        for (size_t j = 0; j < COUNT(counts); j++) {
            draw(a, counts[i], i % 2 ? 1 : 50000, &state);
            draw(b, counts[j], i % 2 ? 1 : 50000, &state);
            expect_all_pairs(a, counts[i], b, counts[j]);
        }
    }
}

Test(ranks, the_ratio_the_other_way_is_the_reciprocal)
{
    struct ranks ranks = ranks_of(6, 6);
    struct interval there;
    struct interval back;
    uint64_t state = 9;
    int64_t a[6];
    int64_t b[6];

    draw(a, 6, 1, &state);
    draw(b, 6, 1, &state);
    ranks_ratio(&ranks, &there, a, b, 0.05);
    ranks_ratio(&ranks, &back, b, a, 0.05);
    cr_expect(epsilon_eq(dbl, there.value * back.value, 1, 1e-12));
    cr_expect(epsilon_eq(dbl, there.low * back.high, 1, 1e-12));
    cr_expect(epsilon_eq(dbl, there.high * back.low, 1, 1e-12));
    ranks_close(&ranks);
}

/* Ties on both sides of 1 included: of coarse times there are many. */
Test(ranks, what_is_unlike_is_what_the_interval_leaves_out)
{
    static const double errors[] = {0.1, 0.05, 0.01};
    struct ranks ranks = ranks_of(7, 9);
    uint64_t state = 5;
    int unlike = 0;

    for (int i = 0; i < 400; i++) {
        int64_t a[7];
        int64_t b[9];
        double chance;

        draw(a, 7, i % 2 ? 1 : 100000, &state);
        draw(b, 9, i % 2 ? 1 : 100000, &state);
        for (size_t j = 0; j < 7 && i % 3 == 0; j++)
            a[j] += 200000;
        chance = ranks_alike(&ranks, a, b);
        for (size_t j = 0; j < COUNT(errors); j++) {
            struct interval ratio;

            ranks_ratio(&ranks, &ratio, a, b, errors[j]);
            cr_expect(
                eq(int, chance <= errors[j], ratio.low > 1 || ratio.high < 1));
        }
        unlike += chance <= 0.05;
    }
    cr_expect(gt(int, unlike, 40));
    ranks_close(&ranks);
}

Test(ranks, what_is_the_same_is_alike)
{
    static const int64_t same[] = {7, 7, 7, 7, 7};
    struct ranks ranks = ranks_of(5, 5);
    struct interval ratio;

    cr_expect(eq(dbl, ranks_alike(&ranks, same, same), 1));
    ranks_ratio(&ranks, &ratio, same, same, 0.05);
    cr_expect(eq(dbl, ratio.value, 1));
    cr_expect(eq(dbl, ratio.low, 1));
    cr_expect(eq(dbl, ratio.high, 1));
    ranks_close(&ranks);
}

/* In 1,000 pairs of samples, whose true factor is 0.1: .968, .957 and .95 are
   expected of 5, 10 and 30 values, give or take .014. */
Test(ranks, the_interval_holds_the_truth_in_most_of_the_cases)
{
    static const size_t counts[] = {5, 10, 30};

    for (size_t i = 0; i < COUNT(counts); i++) {
        struct ranks ranks = ranks_of(counts[i], counts[i]);
        uint64_t state = 11 + i;
        int held = 0;

        for (int j = 0; j < 1000; j++) {
            struct interval ratio;
            int64_t a[30];
            int64_t b[30];

            draw(a, counts[i], 1, &state);
            draw(b, counts[i], 1, &state);
            for (size_t k = 0; k < counts[i]; k++)
                b[k] *= 10;
            ranks_ratio(&ranks, &ratio, a, b, 0.05);
            held += interval_holds(&ratio, 0.1);
        }
        cr_expect(ge(int, held, 930), "%zu: %d", counts[i], held);
        cr_expect(le(int, held, 985), "%zu: %d", counts[i], held);
        ranks_close(&ranks);
    }
}
