#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "comparison/looks.h"

/* "5 10 20": the runs of each cell at each look. */
static char *plan(int64_t runs, int64_t most)
{
    static char text[128];
    const struct compare_settings settings = {
        .runs = runs, .until = .05, .max_runs = most};
    struct comparison_looks looks;
    size_t used = 0;

    text[0] = '\0';
    looks_plan(&looks, &settings);
    for (size_t i = 0; i < looks.planned; i++)
        used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%lld",
                                 i ? " " : "", (long long)looks.runs[i]);
    return text;
}

Test(looks, double_from_five_runs_or_those_asked_for_up_to_the_most)
{
    cr_expect(eq(str, plan(5, 100), (char *)"5 10 20 40 80 100"));
    cr_expect(eq(str, plan(1, 20), (char *)"5 10 20"));
    cr_expect(eq(str, plan(7, 30), (char *)"7 14 28 30"));
    cr_expect(eq(str, plan(100, 100), (char *)"100"));
    cr_expect(eq(str, plan(3, 4), (char *)"4"));
    cr_expect(eq(str, plan(5, 10000),
                 (char *)"5 10 20 40 80 160 320 640 1280 "
                         "2560 5120 10000"));
}

Test(looks, are_not_taken_where_nobody_asks_for_them)
{
    const struct compare_settings settings = {.runs = 10, .max_runs = 100};
    const struct comparison none = {.cell_count = 0};
    struct comparison_looks looks;

    looks_plan(&looks, &settings);

    cr_expect(eq(sz, looks.planned, 0));
    cr_expect(eq(dbl, comparison_error(&none), COMPARISON_ERROR));
}

/* Two cells of `runs` runs each; those of the second one take `factor` times as
   long. */
static struct comparison comparison_of(size_t runs, double factor)
{
    struct comparison comparison = {.cell_count = 2};

    comparison.cells = calloc(2, sizeof(*comparison.cells));
    for (size_t i = 0; i < 2; i++) {
        struct comparison_cell *cell = &comparison.cells[i];

        cell->strategy = i ? "async" : "sequential";
        cell->max_req = 20;
        cell->ideal_us = NAN;
        cell->run_count = runs;
        cell->runs = calloc(runs + 1, sizeof(*cell->runs));
        for (size_t j = 0; j < runs; j++) {
            figures_forget(cell->runs[j].measured);
            cell->runs[j].observed_us =
                (int64_t)((i ? factor : 1) * (100000 + 1000 * (double)j));
        }
    }
    return comparison;
}

Test(looks, share_the_error_of_each_interval)
{
    struct comparison comparison = comparison_of(10, 0.5);
    struct interval alone;
    struct interval shared;

    cr_assert(eq(int, comparison_derive(&comparison), 0));
    alone = comparison.cells[1].ratio;
    comparison.looks.planned = 5;
    cr_assert(eq(int, comparison_derive(&comparison), 0));
    shared = comparison.cells[1].ratio;

    cr_expect(epsilon_eq(dbl, comparison_error(&comparison), .01, 1e-12));
    cr_expect(lt(dbl, shared.low, alone.low));
    cr_expect(gt(dbl, shared.high, alone.high));
    cr_assert(eq(int, comparison_relate(&comparison, 1, 0, .01, &alone), 0));
    cr_expect(eq(dbl, shared.low, alone.low));
    cr_expect(eq(dbl, shared.high, alone.high));
    comparison_close(&comparison);
}

Test(looks, end_where_every_ratio_is_narrow_and_every_condition_decided)
{
    struct comparison comparison = comparison_of(10, 0.5);
    struct comparison_check checks[2] = {{.verdict = VERDICT_PASSED},
                                         {.verdict = VERDICT_IMPOSSIBLE}};
    const struct interval *ratio = &comparison.cells[1].ratio;
    double width;

    cr_assert(eq(int, comparison_derive(&comparison), 0));
    width = (ratio->high - ratio->low) / ratio->value;
    comparison.checks = checks;
    comparison.check_count = 2;

    comparison.looks.width = width * 1.001;
    cr_expect(looks_enough(&comparison));
    comparison.looks.width = width * 0.999;
    cr_expect(not(looks_enough(&comparison)));

    comparison.looks.width = width * 1.001;
    comparison.looks.decide = true;
    cr_expect(looks_enough(&comparison));
    checks[0].verdict = VERDICT_UNDECIDED;
    cr_expect(not(looks_enough(&comparison)));
    comparison.looks.decide = false;
    cr_expect(looks_enough(&comparison), "nobody asks for decisions");
    comparison_close(&comparison);
}

Test(looks, go_on_where_there_are_too_few_runs_for_an_interval)
{
    struct comparison comparison = comparison_of(4, 0.5);

    cr_assert(eq(int, comparison_derive(&comparison), 0));
    comparison.looks.width = 1;
    cr_expect(not(looks_enough(&comparison)));
    comparison.cells[1].run_count = 0; /* no ratio is asked of it */
    cr_assert(eq(int, comparison_derive(&comparison), 0));
    cr_expect(looks_enough(&comparison));
    comparison_close(&comparison);
}
