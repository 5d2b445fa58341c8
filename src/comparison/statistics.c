#include "comparison/statistics.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int compare_values(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

static void sort_values(int64_t *values, size_t count)
{
    qsort(values, count, sizeof(*values), compare_values);
}

/* A sorted copy, for the caller to free; NULL for lack of memory. */
static int64_t *sorted_copy(const int64_t *values, size_t count)
{
    int64_t *copy = malloc(count * sizeof(*copy));

    if (copy) {
        memcpy(copy, values, count * sizeof(*copy));
        sort_values(copy, count);
    }
    return copy;
}

static double middle(double lower, double upper)
{
    return lower + (upper - lower) / 2;
}

static double median_of_sorted(const int64_t *sorted, size_t count)
{
    return middle((double)sorted[(count - 1) / 2], (double)sorted[count / 2]);
}

void statistics_sort(int64_t *values, size_t count)
{
    qsort(values, count, sizeof(*values), compare_values);
}

struct statistics statistics_of(int64_t *values, size_t count)
{
    struct statistics s = {.count = count};
    double squares = 0;

    assert(count > 0);
    sort_values(values, count);
    s.min = (double)values[0];
    s.max = (double)values[count - 1];
    s.median = median_of_sorted(values, count);
    for (size_t i = 0; i < count; i++)
        s.mean += (double)values[i] / (double)count;
    /* A second pass, as the sum of squares less the square of the sum loses
       all digits where the values are large and near to each other. */
    for (size_t i = 0; i < count; i++)
        squares += ((double)values[i] - s.mean) * ((double)values[i] - s.mean);
    if (count > 1)
        s.stddev = sqrt(squares / (double)(count - 1));
    return s;
}

/* Where the quantile lies: between which two of `count` values, and how far
   from the lower one to the upper one. */
static double place(size_t count, double q, size_t *lower, size_t *upper)
{
    double position = (double)(count - 1) * q;

    assert(count > 0 && q >= 0 && q <= 1);
    *lower = (size_t)position;
    *upper = *lower + 1 < count ? *lower + 1 : *lower;
    return position - (double)*lower;
}

double statistics_quantile(const int64_t *sorted, size_t count, double q)
{
    size_t lower;
    size_t upper;
    double share = place(count, q, &lower, &upper);

    return (double)sorted[lower] +
           share * ((double)sorted[upper] - (double)sorted[lower]);
}

static double quantile_of_doubles(const double *sorted, size_t count, double q)
{
    size_t lower;
    size_t upper;
    double share = place(count, q, &lower, &upper);

    return sorted[lower] + share * (sorted[upper] - sorted[lower]);
}

void statistics_bounds(struct interval *interval, double *estimates,
                       size_t count, double error)
{
    qsort(estimates, count, sizeof(*estimates), compare_doubles);
    interval->low = quantile_of_doubles(estimates, count, error / 2);
    interval->high = quantile_of_doubles(estimates, count, 1 - error / 2);
}

bool interval_holds(const struct interval *interval, double value)
{
    return interval->low <= value && value <= interval->high;
}

/* What the distance from the median is measured in, so that beyond 3.5 is an
   outlier; 0: all values are the same. `distances` are sorted. */
static double spread(const double *distances, size_t count)
{
    double mad = middle(distances[(count - 1) / 2], distances[count / 2]);
    double mean = 0;

    if (mad > 0)
        return mad / 0.6745;
    for (size_t i = 0; i < count; i++)
        mean += distances[i] / (double)count;
    return mean * 1.253314;
}

int statistics_outliers(const int64_t *values, size_t count, bool *outlier,
                        size_t *outliers)
{
    int64_t *sorted;
    double *distances;
    double median;
    double unit;

    *outliers = 0;
    for (size_t i = 0; outlier && i < count; i++)
        outlier[i] = false;
    if (count < STATISTICS_OUTLIERS_LEAST)
        return 0;
    sorted = sorted_copy(values, count);
    distances = malloc(count * sizeof(*distances));
    if (!sorted || !distances) {
        free(sorted);
        free(distances);
        return -ENOMEM;
    }
    median = median_of_sorted(sorted, count);
    for (size_t i = 0; i < count; i++)
        distances[i] = fabs((double)values[i] - median);
    qsort(distances, count, sizeof(*distances), compare_doubles);
    unit = spread(distances, count);
    for (size_t i = 0; i < count; i++) {
        double distance = fabs((double)values[i] - median);
        bool out = distance > 3.5 * unit && distance > 0.05 * fabs(median);

        *outliers += out;
        if (outlier)
            outlier[i] = out;
    }
    free(sorted);
    free(distances);
    return 0;
}

/* Abramowitz and Stegun, "Handbook of Mathematical Functions" (1964), 26.7.3
   and 26.7.4: a finite sum for each whole number of degrees. */
double statistics_t_chance(double t, size_t degrees)
{
    double angle = atan2(fabs(t), sqrt((double)degrees));
    double square = cos(angle) * cos(angle);
    bool odd = degrees % 2 == 1;
    double term = odd ? cos(angle) : 1;
    double sum = degrees > 1 ? term : 0;
    double within;

    for (size_t i = odd ? 3 : 2; i < degrees; i += 2) {
        term *= square * (double)(i - 1) / (double)i;
        sum += term;
    }
    within = odd ? (angle + sin(angle) * sum) * M_2_PI : sin(angle) * sum;
    return within < 1 ? 1 - within : 0;
}

double statistics_t_bound(double chance, size_t degrees)
{
    double low = 0;
    double high = 1;

    while (statistics_t_chance(high, degrees) > chance && high < 1e9)
        high *= 2;
    for (int i = 0; i < 100; i++) {
        double middle = low + (high - low) / 2;

        if (statistics_t_chance(middle, degrees) > chance)
            low = middle;
        else
            high = middle;
    }
    return high;
}

uint64_t statistics_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

size_t statistics_index(uint64_t *state, size_t count)
{
    assert(count > 0 && count <= UINT32_MAX);
    return (size_t)((statistics_random(state) >> 32) * count >> 32);
}
