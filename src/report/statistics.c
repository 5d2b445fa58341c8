#include "report/statistics.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

static int compare_values(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

struct statistics statistics_of(int64_t *values, size_t count)
{
    struct statistics s = {.count = count};
    double squares = 0;

    assert(count > 0);
    qsort(values, count, sizeof(*values), compare_values);
    s.min = (double)values[0];
    s.max = (double)values[count - 1];
    s.median =
        ((double)values[(count - 1) / 2] + (double)values[count / 2]) / 2;
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
