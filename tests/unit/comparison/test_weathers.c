#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

#include "comparison/weathers.h"

enum { WEATHERS = 6, RUNS = 2, ALL = WEATHERS * RUNS };

/* Two cells with RUNS runs under each of some weathers. */
struct cells {
    int64_t over[ALL], under[ALL];
    size_t weather[ALL];
    size_t count;
};

static struct weathers relate(const struct cells *cells)
{
    struct weathers weathers = {.count = 0};

    cr_assert(
        eq(int,
           weathers_relate(&weathers,
                           &(struct weathers_runs){cells->over, cells->weather,
                                                   cells->count},
                           &(struct weathers_runs){cells->under, cells->weather,
                                                   cells->count}),
           0));
    return weathers;
}

/* Of each weather all runs have the ratio that `ratio_of` gives, and weathers
   are as far apart as may be. */
static struct cells cells_of(size_t weathers, double (*ratio_of)(size_t))
{
    struct cells cells = {.count = weathers * RUNS};

    for (size_t i = 0; i < cells.count; i++) {
        cells.weather[i] = i % weathers;
        cells.under[i] = 100000 * (int64_t)(1 + cells.weather[i] * 10);
        cells.over[i] =
            llround((double)cells.under[i] * ratio_of(cells.weather[i]));
    }
    return cells;
}

static double two(size_t weather)
{
    (void)weather;
    return 2;
}

static double one(size_t weather)
{
    (void)weather;
    return 1;
}

static double power_of_two(size_t weather)
{
    return (double)(1U << weather);
}

Test(weathers, are_of_equal_weight_however_long_they_take)
{
    struct cells cells = cells_of(3, power_of_two); /* 1, 2, 4 */
    struct weathers weathers = relate(&cells);
    struct interval ratio = weathers_interval(&weathers, 0.05);

    cr_expect(eq(sz, weathers.count, 3));
    cr_expect(epsilon_eq(dbl, ratio.value, 2, 1e-9));
}

Test(weathers, fewer_than_five_tell_nothing_of_others)
{
    struct cells cells = cells_of(WEATHERS_LEAST - 1, two);
    struct weathers weathers = relate(&cells);
    struct interval ratio = weathers_interval(&weathers, 0.05);

    cr_expect(epsilon_eq(dbl, ratio.value, 2, 1e-9));
    cr_expect(isnan(ratio.low) && isnan(ratio.high));
    cr_expect(eq(dbl, weathers_alike(&weathers), 1));
}

Test(weathers, that_all_say_the_same_leave_no_doubt)
{
    struct cells cells = cells_of(WEATHERS_LEAST, two);
    struct weathers weathers = relate(&cells);
    struct interval ratio = weathers_interval(&weathers, 0.05);

    cr_expect(epsilon_eq(dbl, ratio.low, 2, 1e-9));
    cr_expect(epsilon_eq(dbl, ratio.high, 2, 1e-9));
    cr_expect(eq(dbl, weathers_alike(&weathers), 0));
    cells = cells_of(WEATHERS_LEAST, one);
    weathers = relate(&cells);
    cr_expect(eq(dbl, weathers_alike(&weathers), 1));
}

Test(weathers, bounds_are_students_where_runs_do_not_vary)
{
    struct cells cells = cells_of(WEATHERS, power_of_two);
    struct weathers weathers = relate(&cells);
    struct interval ratio = weathers_interval(&weathers, 0.05);
    /* The logarithms of 2 are 0 to 5: their mean is 2.5, their standard
       deviation sqrt(3.5), and t of 5 degrees is 2.5706. */
    double reach = log(2) * sqrt(3.5 / 6) * 2.5706;

    cr_expect(epsilon_eq(dbl, log(ratio.value), 2.5 * log(2), 1e-9));
    cr_expect(
        epsilon_eq(dbl, log(ratio.high / ratio.value), reach, 0.06 * reach));
    cr_expect(
        epsilon_eq(dbl, log(ratio.value / ratio.low), reach, 0.06 * reach));
}

Test(weathers, runs_that_vary_make_the_bounds_wider)
{
    struct cells cells = cells_of(WEATHERS, two);
    struct weathers weathers;
    struct interval ratio;

    for (size_t i = 0; i < cells.count; i++)
        cells.over[i] += cells.over[i] / (i < WEATHERS ? 10 : -10);
    weathers = relate(&cells);
    ratio = weathers_interval(&weathers, 0.05);

    cr_expect(lt(dbl, ratio.low, 1.99));
    cr_expect(gt(dbl, ratio.high, 2.0));
}

Test(weathers, interval_and_chance_agree_and_are_the_same_again)
{
    struct cells cells = cells_of(WEATHERS, one);
    uint64_t state = 5;

    for (int round = 0; round < 20; round++) {
        struct weathers weathers;
        struct weathers again;
        struct interval ratio;

        for (size_t i = 0; i < cells.count; i++)
            cells.over[i] = cells.under[i] +
                            (int64_t)statistics_index(&state, 30000) - 12000;
        weathers = relate(&cells);
        again = relate(&cells);
        ratio = weathers_interval(&weathers, 0.05);
        cr_expect(eq(int, weathers_alike(&weathers) <= 0.05,
                     ratio.low > 1 || ratio.high < 1));
        cr_expect(eq(dbl, weathers.log_err, again.log_err));
    }
}

Test(weathers, one_that_a_cell_has_no_run_of_is_left_out)
{
    const int64_t over[] = {200, 900};
    const int64_t under[] = {100, 100};
    const size_t of_over[] = {0, 1};
    const size_t of_under[] = {0, 2};
    struct weathers weathers = {.count = 0};

    cr_assert(
        eq(int,
           weathers_relate(&weathers, &(struct weathers_runs){over, of_over, 2},
                           &(struct weathers_runs){under, of_under, 2}),
           0));
    cr_expect(eq(sz, weathers.count, 1));
    cr_expect(epsilon_eq(dbl, exp(weathers.log), 2, 1e-9));
}

Test(weathers, bounds_of_samples_are_farther_out_the_fewer_there_are)
{
    double estimates[STATISTICS_RESAMPLES];
    double high = INFINITY;

    for (size_t weathers = 5; weathers < 30; weathers += 8) {
        struct interval interval = {0, 0, 0};

        for (size_t i = 0; i < STATISTICS_RESAMPLES; i++)
            estimates[i] = (double)i;
        weathers_bounds(&interval, estimates, STATISTICS_RESAMPLES, weathers,
                        0.05);
        cr_expect(lt(dbl, interval.high, high));
        cr_expect(gt(dbl, interval.high, 9750));
        high = interval.high;
    }
}

Test(weathers, bounds_of_samples_are_not_known_of_few_weathers_or_samples)
{
    double estimates[] = {1, 2, 3, 4, 5, 6};
    struct interval interval = {3, 0, 0};

    weathers_bounds(&interval, estimates, 6, 1, 0.5);
    cr_expect(gt(dbl, interval.high, interval.low));
    weathers_bounds(&interval, estimates, 6, WEATHERS_LEAST - 1, 0.5);
    cr_expect(isnan(interval.low) && isnan(interval.high));
    interval.low = interval.high = 0;
    weathers_bounds(&interval, estimates, 6, WEATHERS_LEAST, 0.05);
    cr_expect(isnan(interval.low) && isnan(interval.high));
}
