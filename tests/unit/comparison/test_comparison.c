#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "comparison/comparison.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

Test(comparison, orders_and_verdicts_have_names)
{
    cr_expect(eq(str, (char *)comparison_order_name(ORDER_INTERLEAVED),
                 "interleaved"));
    cr_expect(eq(str, (char *)comparison_order_name(ORDER_BLOCKED), "blocked"));
    cr_expect(
        eq(str, (char *)comparison_verdict_name(VERDICT_PASSED), "passed"));
    cr_expect(eq(str, (char *)comparison_verdict_name(VERDICT_IMPOSSIBLE),
                 "impossible"));
}

/* A cell of runs that took `observed_us`, its other values in proportion. */
static struct comparison_cell cell_of(const char *strategy, unsigned max_req,
                                      bool reuse, size_t count,
                                      const int64_t *observed_us)
{
    struct comparison_cell cell = {.strategy = strategy,
                                   .max_req = max_req,
                                   .reuse = reuse,
                                   .run_count = count,
                                   .ideal_us = NAN};

    if (count > 0)
        cell.runs = calloc(count, sizeof(*cell.runs));
    for (size_t i = 0; i < count; i++)
        cell.runs[i] = (struct comparison_run){
            .number = (int64_t)i + 1,
            .observed_us = observed_us[i],
            .measured[FIGURE_PROCESS] = observed_us[i] + 1000,
            .measured[FIGURE_USER] = 10 + (int64_t)i,
            .measured[FIGURE_SYSTEM] = 40 - 10 * (int64_t)i,
            .measured[FIGURE_PEAK_RSS] = 1048576,
            .measured[FIGURE_THREADS] = 1,
            .measured[FIGURE_DESCRIPTORS] = -1,
            .measured[FIGURE_VOLUNTARY] = i == 0 ? -1 : 5,
            .measured[FIGURE_P50] = -1,
            .measured[FIGURE_CONNECTIONS] = -1,
            .measured[FIGURE_PEAK_IN_FLIGHT] = -1,
            .measured[FIGURE_REQUESTS] = -1,
            .measured[FIGURE_SERVER_BYTES] = -1,
        };
    return cell;
}

static struct comparison comparison_of(const struct comparison_cell *cells,
                                       size_t count)
{
    struct comparison comparison = {.cell_count = count};

    comparison.cells = calloc(count, sizeof(*cells));
    memcpy(comparison.cells, cells, count * sizeof(*cells));
    return comparison;
}

Test(comparison, a_cell_is_named_by_what_tells_it_from_the_others)
{
    static const struct {
        struct comparison_cell cells[4];
        size_t count;
        const char *names[4];
    } cases[] = {
        {{{.strategy = "sequential", .max_req = 1},
          {.strategy = "threaded", .max_req = 20},
          {.strategy = "async", .max_req = 20}},
         3,
         {"sequential", "threaded", "async"}},
        {{{.strategy = "async", .max_req = 5, .reuse = true},
          {.strategy = "async", .max_req = 20, .reuse = true},
          {.strategy = "sequential", .max_req = 1, .reuse = true}},
         3,
         {"async -m 5", "async -m 20", "sequential"}},
        {{{.strategy = "async", .max_req = 5, .reuse = true},
          {.strategy = "async", .max_req = 5},
          {.strategy = "threaded", .max_req = 5}},
         3,
         {"async", "async no reuse", "threaded"}},
        {{{.strategy = "sequential", .max_req = 9999, .reuse = true},
          {.strategy = "sequential", .max_req = 10000},
          {.strategy = "sequential", .max_req = 10000, .reuse = true}},
         3,
         {"sequential -m 9999", "sequential -m 10000 no reuse",
          "sequential -m 10000"}},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct comparison comparison =
            comparison_of(cases[i].cells, cases[i].count);

        cr_assert(eq(int, comparison_derive(&comparison), 0));
        for (size_t j = 0; j < cases[i].count; j++)
            cr_expect(
                eq(str, comparison.cells[j].name, (char *)cases[i].names[j]));
        comparison_close(&comparison);
    }
}

static const int64_t slow[] = {900000, 1000000, 1100000};
static const int64_t fast[] = {120000, 100000, 80000};
static const int64_t slow_five[] = {900000, 1000000, 1100000, 950000, 1050000};
static const int64_t fast_five[] = {120000, 100000, 80000, 90000, 110000};

Test(comparison, what_is_derived_follows_from_the_runs)
{
    struct comparison_cell cells[] = {
        cell_of("sequential", 1, true, COUNT(slow), slow),
        cell_of("async", 20, true, COUNT(fast), fast),
    };
    struct comparison comparison = comparison_of(cells, COUNT(cells));
    struct comparison_cell *async = &comparison.cells[1];

    async->ideal_us = 75000;
    cr_assert(eq(int, comparison_derive(&comparison), 0));

    cr_expect(eq(sz, async->observed.count, 3));
    cr_expect(eq(dbl, async->observed.median, 100000));
    cr_expect(eq(dbl, figure_of(async, FIGURE_OVERHEAD), 25000));
    cr_expect(eq(dbl, figure_of(async, FIGURE_EFFICIENCY), 0.75));
    cr_expect(eq(dbl, figure_of(async, FIGURE_PROCESS), 101000));
    cr_expect(eq(dbl, figure_of(async, FIGURE_USER), 11));
    cr_expect(eq(dbl, figure_of(async, FIGURE_SYSTEM), 30));
    cr_expect(eq(dbl, figure_of(async, FIGURE_CPU), 41));
    cr_expect(eq(dbl, figure_of(async, FIGURE_PEAK_RSS), 1048576));
    cr_expect(eq(dbl, figure_of(async, FIGURE_THREADS), 1));
    cr_expect(eq(dbl, figure_of(async, FIGURE_VOLUNTARY), 5),
              "of the runs that know it");
    cr_expect(eq(dbl, async->ratio.value, 0.1));
    cr_expect(isnan(async->ratio.low), "of three runs there is no interval");
    cr_expect(isnan(async->ratio.high));
    cr_expect(eq(dbl, comparison.cells[0].ratio.low, 1));
    cr_expect(eq(dbl, comparison.cells[0].ratio.high, 1));
    cr_expect(eq(i64, async->runs[0].observed_us, 120000), "order stays");
    comparison_close(&comparison);
    cr_expect(eq(sz, comparison.cell_count, 0));
}

Test(comparison, switches_are_summed_run_by_run)
{
    static const int64_t of_both[][2] = {{10, 0}, {20, 50}, {30, 1}};
    struct comparison_cell cells[] = {
        cell_of("async", 20, true, COUNT(fast), fast),
    };
    struct comparison comparison = comparison_of(cells, COUNT(cells));
    struct comparison_cell *async = &comparison.cells[0];

    for (size_t i = 0; i < COUNT(of_both); i++) {
        async->runs[i].measured[FIGURE_VOLUNTARY] = of_both[i][0];
        async->runs[i].measured[FIGURE_INVOLUNTARY] = of_both[i][1];
    }
    cr_assert(eq(int, comparison_derive(&comparison), 0));

    cr_expect(eq(dbl, figure_of(async, FIGURE_VOLUNTARY), 20));
    cr_expect(eq(dbl, figure_of(async, FIGURE_INVOLUNTARY), 1));
    cr_expect(eq(dbl, figure_of(async, FIGURE_SWITCHES), 31),
              "of 10, 70 and 31");
    comparison_close(&comparison);
}

Test(comparison, what_is_not_known_is_nan)
{
    struct comparison_cell cells[] = {
        cell_of("sequential", 1, true, COUNT(slow), slow),
        cell_of("async", 20, true, 0, NULL),
    };
    struct comparison comparison = comparison_of(cells, COUNT(cells));
    struct comparison_cell *some = &comparison.cells[0];
    struct comparison_cell *none = &comparison.cells[1];

    none->ideal_us = 75000;
    cr_assert(eq(int, comparison_derive(&comparison), 0));

    cr_expect(isnan(figure_of(some, FIGURE_OVERHEAD)));
    cr_expect(isnan(figure_of(some, FIGURE_EFFICIENCY)));
    cr_expect(isnan(figure_of(some, FIGURE_CONNECTIONS)));
    cr_expect(isnan(figure_of(some, FIGURE_DESCRIPTORS)));
    cr_expect(isnan(figure_of(some, FIGURE_P50)));
    cr_expect(eq(sz, none->observed.count, 0));
    cr_expect(isnan(none->observed.median));
    cr_expect(isnan(none->ratio.value));
    cr_expect(isnan(none->ratio.low));
    cr_expect(isnan(figure_of(none, FIGURE_OVERHEAD)));
    cr_expect(isnan(figure_of(none, FIGURE_CPU)));
    comparison_close(&comparison);
}

Test(comparison, outliers_are_marked_where_they_are)
{
    static const int64_t times[] = {100, 900, 101, 99,  102,
                                    100, 98,  103, 101, 100};
    struct comparison_cell cell =
        cell_of("async", 20, true, COUNT(times), times);
    struct comparison comparison = comparison_of(&cell, 1);

    cr_assert(eq(int, comparison_derive(&comparison), 0));

    cr_expect(eq(sz, comparison.cells[0].outliers, 1));
    for (size_t i = 0; i < COUNT(times); i++)
        cr_expect(eq(int, comparison.cells[0].runs[i].outlier, i == 1));
    comparison_close(&comparison);
}

Test(comparison, the_same_pair_always_gets_the_same_ratio)
{
    static const int64_t zero[] = {0, 0};
    struct comparison_cell cells[] = {
        cell_of("sequential", 1, true, COUNT(slow_five), slow_five),
        cell_of("threaded", 20, true, COUNT(fast_five), fast_five),
        cell_of("async", 20, true, COUNT(zero), zero),
    };
    struct comparison comparison = comparison_of(cells, COUNT(cells));
    struct interval once = {0};
    struct interval again = {0};

    cr_assert(eq(int, comparison_relate(&comparison, 1, 0, 0.05, &once), 0));
    cr_assert(eq(int, comparison_relate(&comparison, 1, 0, 0.05, &again), 0));
    cr_expect(gt(dbl, once.low, 0.07));
    cr_expect(lt(dbl, once.high, 0.14));
    cr_expect(eq(dbl, once.low, again.low));
    cr_expect(eq(dbl, once.high, again.high));
    cr_assert(eq(int, comparison_relate(&comparison, 0, 2, 0.05, &once), 0));
    cr_expect(eq(dbl, once.value, 1e6), "no time is too short to divide by");
    comparison_close(&comparison);
}

Test(comparison, runs_that_waited_for_a_processor_are_disturbed)
{
    struct comparison_run run = {.observed_us = 1000};

    figures_forget(run.measured);
    cr_expect(not(comparison_is_disturbed(&run)), "it is not known");
    run.measured[FIGURE_CLIENT_WAIT] = 60;
    run.measured[FIGURE_SERVER_WAIT] = 40;
    cr_expect(not(comparison_is_disturbed(&run)));
    run.measured[FIGURE_SERVER_WAIT] = 41;
    cr_expect(comparison_is_disturbed(&run));
}
