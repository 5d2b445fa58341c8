#include "comparison/ranks.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * In how many of the orders of i values of a and j of b there are u pairs with
 * x > y: if the greatest of all is of a, it makes j such pairs, and leaves i -
 * 1 and j; else it makes none, and leaves i and j - 1. Row j of `ways` has them
 * for what i has come to. Sums of positive numbers alone: nothing cancels.
 */
static void count_orders(double *ways, size_t width, size_t a_count,
                         size_t b_count)
{
    memset(ways, 0, (b_count + 1) * width * sizeof(*ways));
    for (size_t j = 0; j <= b_count; j++)
        ways[j * width] = 1; /* of none of a there is one order */
    for (size_t i = 1; i <= a_count; i++) {
        for (size_t j = 1; j <= b_count; j++) {
            double *row = ways + j * width;
            const double *fewer = ways + (j - 1) * width;

            for (size_t u = width; u-- > 0;)
                row[u] = (u >= j ? row[u - j] : 0) + fewer[u];
        }
    }
}

int ranks_open(struct ranks *ranks, size_t a_count, size_t b_count)
{
    size_t width = a_count * b_count / 2 + 1;
    double orders = 1;
    double sum = 0;
    double *ways;

    assert(a_count > 0 && b_count > 0);
    *ranks = (struct ranks){a_count, b_count, NULL};
    if (a_count >= RANKS_EXACT || b_count >= RANKS_EXACT)
        return 0;
    ways = malloc((b_count + 1) * width * sizeof(*ways));
    ranks->below = malloc(width * sizeof(*ranks->below));
    if (!ways || !ranks->below) {
        free(ways);
        ranks_close(ranks);
        return -ENOMEM;
    }
    count_orders(ways, width, a_count, b_count);
    for (size_t i = 1; i <= a_count; i++)
        orders *= (double)(b_count + i) / (double)i;
    for (size_t u = 0; u < width; u++) {
        sum += ways[b_count * width + u];
        ranks->below[u] = sum / orders;
    }
    free(ways);
    return 0;
}

void ranks_close(struct ranks *ranks)
{
    free(ranks->below);
    ranks->below = NULL;
}

double ranks_chance(const struct ranks *ranks, size_t u)
{
    double a = (double)ranks->a_count;
    double b = (double)ranks->b_count;
    double deviation = sqrt(a * b * (a + b + 1) / 12);

    if (u > ranks->a_count * ranks->b_count / 2)
        return 1;
    if (ranks->below)
        return ranks->below[u];
    return erfc((a * b / 2 - 0.5 - (double)u) / deviation / sqrt(2)) / 2;
}

size_t ranks_cut(const struct ranks *ranks, double error)
{
    size_t low = 0; /* is possible */
    size_t high = ranks->a_count * ranks->b_count / 2 + 1;

    while (low < high) {
        size_t k = high - (high - low) / 2;

        if (ranks_chance(ranks, k - 1) <= error / 2)
            low = k;
        else
            high = k - 1;
    }
    return low;
}

size_t ranks_least(double error)
{
    double orders = 1; /* of n and n values */
    size_t n = 0;

    assert(error > 0);
    while (2 / orders > error) {
        n++;
        orders *= (double)(2 * n) * (double)(2 * n - 1) / (double)(n * n);
    }
    return n;
}

/* How many of the pairs have a ratio of at most `ratio`. From one x to the next
   greater one, the y that are great enough only get fewer. */
static size_t count_up_to(const struct ranks *ranks, const int64_t *a,
                          const int64_t *b, double ratio)
{
    size_t fewer = 0; /* of b: too small */
    size_t count = 0;

    for (size_t i = 0; i < ranks->a_count; i++) {
        while (fewer < ranks->b_count &&
               (double)a[i] / (double)b[fewer] > ratio)
            fewer++;
        count += ranks->b_count - fewer;
    }
    return count;
}

double ranks_alike(const struct ranks *ranks, const int64_t *a,
                   const int64_t *b)
{
    size_t pairs = ranks->a_count * ranks->b_count;
    size_t most = count_up_to(ranks, a, b, 1);
    size_t least = pairs - count_up_to(ranks, a, b, nextafter(1, 0));

    return fmin(1, 2 * ranks_chance(ranks, most < least ? most : least));
}

/* The ratio number k, from 1, from below. The pairs are too many to be sorted:
   it is found by halving, between the least and the greatest ratio. Positive
   doubles are ordered as the integers of the same bits are, so that it comes to
   an end, and is exact. */
static double ratio_number(const struct ranks *ranks, const int64_t *a,
                           const int64_t *b, size_t k)
{
    double least = (double)a[0] / (double)b[ranks->b_count - 1];
    double greatest = (double)a[ranks->a_count - 1] / (double)b[0];
    uint64_t low;
    uint64_t high;

    memcpy(&low, &least, sizeof(low));
    memcpy(&high, &greatest, sizeof(high));
    while (low < high) {
        uint64_t bits = low + (high - low) / 2;
        double ratio;

        memcpy(&ratio, &bits, sizeof(ratio));
        if (count_up_to(ranks, a, b, ratio) >= k)
            high = bits;
        else
            low = bits + 1;
    }
    memcpy(&least, &low, sizeof(least));
    return least;
}

double ranks_factor(const int64_t *a, size_t a_count, const int64_t *b,
                    size_t b_count)
{
    const struct ranks ranks = {a_count, b_count, NULL};
    size_t pairs = a_count * b_count;
    double middle = ratio_number(&ranks, a, b, (pairs + 1) / 2);

    if (pairs % 2 == 0)
        middle = sqrt(middle * ratio_number(&ranks, a, b, pairs / 2 + 1));
    return middle;
}

void ranks_ratio(const struct ranks *ranks, struct interval *ratio,
                 const int64_t *a, const int64_t *b, double error)
{
    size_t pairs = ranks->a_count * ranks->b_count;
    size_t k = ranks_cut(ranks, error);

    ratio->value = ranks_factor(a, ranks->a_count, b, ranks->b_count);
    ratio->low = ratio->high = (double)NAN;
    if (k > 0) {
        ratio->low = ratio_number(ranks, a, b, k);
        ratio->high = ratio_number(ranks, a, b, pairs + 1 - k);
    }
}
