#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "comparison/condition.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MIB 1048576

/* Runs about a time, 1 % apart. */
static void fill(struct comparison_cell *cell, const char *strategy,
                 unsigned max_req, size_t count, int64_t median_us)
{
    *cell = (struct comparison_cell){
        .strategy = strategy,
        .max_req = max_req,
        .reuse = true,
        .run_count = count,
        .ideal_us = (double)median_us * 0.9,
    };
    cell->runs = calloc(count + 1, sizeof(*cell->runs));
    for (size_t i = 0; i < count; i++) {
        int64_t percent = 100 + (int64_t)i - (int64_t)(count / 2);

        cell->runs[i] = (struct comparison_run){
            .observed_us = median_us * percent / 100,
            .measured[FIGURE_PROCESS] = median_us * percent / 100 + 2000,
            .measured[FIGURE_P50] = 5000,
            .measured[FIGURE_P99] = 5000,
            .measured[FIGURE_USER] = 3000,
            .measured[FIGURE_SYSTEM] = 1000,
            .measured[FIGURE_PEAK_RSS] = 10 * MIB,
            .measured[FIGURE_THREADS] = 1,
            .measured[FIGURE_DESCRIPTORS] = 5,
            .measured[FIGURE_VOLUNTARY] = 10,
            .measured[FIGURE_INVOLUNTARY] = 2,
            .measured[FIGURE_CONNECTIONS] = -1,
            .measured[FIGURE_PEAK_IN_FLIGHT] = -1,
            .measured[FIGURE_REQUESTS] = -1,
            .measured[FIGURE_SERVER_BYTES] = -1,
        };
    }
}

/* sequential takes 1 s, threaded 100 ms, async 101 ms; all in 7 runs.
   Of async[50], no run counts. */
static struct comparison comparison_new(void)
{
    struct comparison comparison = {.cell_count = 4};

    comparison.cells = calloc(4, sizeof(*comparison.cells));
    fill(&comparison.cells[0], "sequential", 1, 7, 1000000);
    fill(&comparison.cells[1], "threaded", 20, 7, 100000);
    fill(&comparison.cells[2], "async", 20, 7, 101000);
    fill(&comparison.cells[3], "async", 50, 0, 0);
    comparison.cells[1].errors = 2;
    comparison.cells[3].invalid = 7;
    comparison.cells[3].ideal_us = NAN;
    cr_assert(eq(int, comparison_derive(&comparison), 0));
    return comparison;
}

static struct comparison_check judge(const struct comparison *comparison,
                                     const char *text)
{
    struct condition condition;
    struct comparison_check check = {.expression = NULL};
    char why[CONDITION_WHY_SIZE] = "";

    cr_assert(eq(int, condition_parse(&condition, text, why), 0), "%s", why);
    cr_assert(eq(int, condition_check(&condition, comparison, why), 0), "%s",
              why);
    cr_assert(eq(int, condition_judge(&condition, comparison, &check), 0));
    cr_expect(eq(str, (char *)check.expression, (char *)text));
    return check;
}

Test(judge, a_condition_fails_where_it_holds_whatever_is_drawn)
{
    static const struct {
        const char *text;
        enum comparison_verdict verdict;
    } cases[] = {
        {"async[20].median < 0.2*sequential.median", VERDICT_FAILED},
        {"async[20].median > 0.2*sequential.median", VERDICT_PASSED},
        {"async[20].median > 200ms", VERDICT_PASSED},
        {"async[20].median < 200ms", VERDICT_FAILED},
        {"async[20].median < 101ms", VERDICT_UNDECIDED},
        {"async[20].median > 101ms", VERDICT_UNDECIDED},
        {"async[20].median > threaded.median", VERDICT_UNDECIDED},
        {"async[20].median < threaded.median", VERDICT_UNDECIDED},
        {"async[20].median > 1.1 * threaded.median", VERDICT_PASSED},
        {"async[20].mean > 1.1 * threaded.mean", VERDICT_PASSED},
        {"async[20].ratio < 0.2", VERDICT_FAILED},
        {"async[20].ratio < 20%", VERDICT_FAILED},
        {"async[20].ratio > 0.2", VERDICT_PASSED},
        {"sequential.ratio > 1", VERDICT_PASSED},
        {"async[20].efficiency < 50%", VERDICT_PASSED},
        {"async[20].efficiency > 50%", VERDICT_FAILED},
        {"async[20].efficiency > 1", VERDICT_PASSED},
        {"async[20].overhead < 50ms", VERDICT_FAILED},
        {"async[20].overhead < 0", VERDICT_PASSED},
        {"async[20].max < 90ms", VERDICT_PASSED},
        {"async[20].min > 110ms", VERDICT_PASSED},
        /* It is the greatest or the least in most samples, never beyond. */
        {"async[20].max > 104030us", VERDICT_PASSED},
        {"async[20].max >= 104030us", VERDICT_UNDECIDED},
        {"async[20].min < 97970us", VERDICT_PASSED},
        {"async[20].min <= 97970us", VERDICT_UNDECIDED},
        {"async[20].stddev > 10ms", VERDICT_PASSED},
        {"async[20].process > async[20].median", VERDICT_FAILED},
        /* The same in all runs: a plain comparison. */
        {"async[20].threads > 1", VERDICT_PASSED},
        {"async[20].threads >= 1", VERDICT_FAILED},
        {"async[20].threads < 1", VERDICT_PASSED},
        {"async[20].threads <= 1", VERDICT_FAILED},
        {"async[20].peak_rss < 20M", VERDICT_FAILED},
        {"async[20].peak_rss > 20M", VERDICT_PASSED},
        {"async[20].peak_rss >= 10M", VERDICT_FAILED},
        {"async[20].cpu >= 4ms", VERDICT_FAILED},
        {"async[20].cpu > 4ms", VERDICT_PASSED},
        {"async[20].user <= 3ms", VERDICT_FAILED},
        {"async[20].system > 1ms", VERDICT_PASSED},
        {"async[20].switches >= 12", VERDICT_FAILED},
        {"async[20].descriptors > 5", VERDICT_PASSED},
        {"threaded.ideal >= 90ms", VERDICT_FAILED},
        {"threaded.ideal > 90ms", VERDICT_PASSED},
        {"async[20].p50 >= 5ms", VERDICT_FAILED},
        {"async[20].p99 > 5ms", VERDICT_PASSED},
        {"threaded.errors > 0", VERDICT_FAILED},
        {"async[20].errors > 0", VERDICT_PASSED},
        {"async[50].invalid > 0", VERDICT_FAILED},
        {"1 + 2 * 3 - 4 / 2 >= 5", VERDICT_FAILED},
        {"1 + 2 * 3 - 4 / 2 > 5", VERDICT_PASSED},
        {"-(2 - 3) * 2 >= 2", VERDICT_FAILED},
        {"8 / 4 / 2 > 1", VERDICT_PASSED},
    };
    struct comparison comparison = comparison_new();

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct comparison_check check = judge(&comparison, cases[i].text);

        cr_expect(eq(int, check.verdict, cases[i].verdict), "%s",
                  cases[i].text);
        cr_expect(eq(str, check.reason, ""), "%s", cases[i].text);
    }
    comparison_close(&comparison);
}

Test(judge, what_is_not_known_is_no_verdict)
{
    static const struct {
        const char *text, *reason;
    } cases[] = {
        {"async[50].median < 1",
         "async[50].median is not known: no run counts"},
        {"async[50].p50 < 1", "async[50].p50 is not known: no run counts"},
        {"async[50].ideal < 1",
         "async[50].ideal is not known: there is no ideal"},
        {"async[20].connections < 1",
         "async[20].connections is not known: the runs do not tell"},
        {"1 / (async[20].threads - 1) > 1",
         "it divides by 0, or its numbers are too large"},
        {"1 / threaded.errors - 1 / async[20].errors > 1",
         "it divides by 0, or its numbers are too large"},
    };
    struct comparison comparison = comparison_new();

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct comparison_check check = judge(&comparison, cases[i].text);

        cr_expect(eq(int, check.verdict, VERDICT_IMPOSSIBLE));
        cr_expect(eq(str, check.reason, (char *)cases[i].reason));
        cr_expect(isnan(check.difference.value));
        cr_expect(isnan(check.difference.low));
    }
    comparison.cells[2].queued = true;
    cr_expect(eq(str, judge(&comparison, "async[20].overhead < 1").reason,
                 "async[20].overhead is not known: the server queues its "
                 "requests"));
    cr_expect(eq(int, judge(&comparison, "async[20].ideal < 1s").verdict,
                 VERDICT_FAILED));
    comparison.cells[0].run_count = 0;
    cr_expect(eq(str, judge(&comparison, "threaded.ratio < 1").reason,
                 "threaded.ratio is not known: no run of the first counts"));
    comparison_close(&comparison);
}

Test(judge, the_difference_is_in_microseconds_bytes_or_plain)
{
    struct comparison comparison = comparison_new();
    struct comparison_check time =
        judge(&comparison, "async[20].median < 1.5 * 100ms");
    struct comparison_check size =
        judge(&comparison, "async[20].peak_rss < 8M");
    struct comparison_check plain = judge(&comparison, "async[20].threads < 5");

    cr_expect(eq(int, time.unit, UNIT_TIME));
    cr_expect(epsilon_eq(dbl, time.difference.value, -49000, 1e-6));
    /* Of seven runs, the smallest is the median of a sample if it is drawn at
       least 4 times: in 1.0 % of the samples, outside the interval; the second
       smallest or smaller in 10 %, inside. */
    cr_expect(epsilon_eq(dbl, time.difference.low, 98980 - 150000, 1e-6));
    cr_expect(epsilon_eq(dbl, time.difference.high, 103020 - 150000, 1e-6));
    cr_expect(eq(int, size.unit, UNIT_SIZE));
    cr_expect(eq(dbl, size.difference.value, 2 * MIB));
    cr_expect(eq(dbl, size.difference.high, 2 * MIB));
    cr_expect(eq(int, plain.unit, UNIT_NONE));
    cr_expect(eq(dbl, plain.difference.low, -4));
    comparison_close(&comparison);
}

static void expect_point_estimates(const struct comparison *comparison)
{
    const struct comparison_cell *cell = &comparison->cells[2];

    for (enum figure_id id = 0; id < FIGURES; id++) {
        double expected = figure_of(cell, id);
        char text[64];

        /* One run has no deviation to tell, and 0 to calculate with. */
        if (isnan(expected))
            continue;
        snprintf(text, sizeof(text), "async[20].%s > 0", figures[id].name);
        cr_expect(epsilon_eq(dbl, judge(comparison, text).difference.value,
                             expected, fabs(expected) * 1e-9),
                  "%s", text);
    }
}

Test(judge, point_estimates_are_those_of_the_comparison)
{
    struct comparison comparison = comparison_new();

    for (size_t runs = 7; runs > 0; runs--) {
        comparison.cells[2].run_count = runs;
        cr_assert(eq(int, comparison_derive(&comparison), 0));
        expect_point_estimates(&comparison);
    }
    comparison_close(&comparison);
}

Test(judge, values_of_a_cell_come_from_the_same_runs)
{
    struct comparison comparison = comparison_new();
    struct comparison_check check =
        judge(&comparison, "async[20].process - async[20].median >= 2ms");

    /* Were they drawn apart, their difference would vary. */
    cr_expect(epsilon_eq(dbl, check.difference.low, 0, 1e-6));
    cr_expect(epsilon_eq(dbl, check.difference.high, 0, 1e-6));
    comparison_close(&comparison);
}

Test(judge, a_ratio_has_the_interval_that_is_shown)
{
    struct comparison comparison = comparison_new();
    const struct interval *shown = &comparison.cells[2].ratio;
    struct comparison_check check = judge(&comparison, "async[20].ratio > 0");

    cr_assert(lt(dbl, shown->low, shown->high));
    cr_expect(eq(dbl, check.difference.value, shown->value));
    cr_expect(eq(dbl, check.difference.low, shown->low));
    cr_expect(eq(dbl, check.difference.high, shown->high));

    /* What falls where the ratio rises has its bounds the other way. */
    check =
        judge(&comparison, "1 - 2 * async[20].ratio * sequential.ratio > 0");
    cr_expect(
        epsilon_eq(dbl, check.difference.low, 1 - 2 * shown->high, 1e-12));
    cr_expect(
        epsilon_eq(dbl, check.difference.high, 1 - 2 * shown->low, 1e-12));
    comparison_close(&comparison);
}

Test(judge, a_ratio_that_a_condition_divides_by_may_be_anything_at_a_pole)
{
    struct comparison comparison = comparison_new();
    const struct interval *shown = &comparison.cells[2].ratio;
    double pole = (shown->value + shown->high) / 2;
    struct comparison_check check;
    char text[64];

    snprintf(text, sizeof(text), "1 / (async[20].ratio - %.12f) > 0", pole);
    check = judge(&comparison, text);
    cr_expect(eq(int, check.verdict, VERDICT_UNDECIDED));
    cr_expect(eq(dbl, check.difference.low, -INFINITY));
    cr_expect(eq(dbl, check.difference.high, INFINITY));
    comparison_close(&comparison);
}

Test(judge, looks_at_the_runs_make_a_condition_harder_to_decide)
{
    struct comparison comparison = comparison_new();
    const char *ratio = "async[20].ratio > 0";
    const char *median = "async[20].median > 0";
    struct interval ratio_once = judge(&comparison, ratio).difference;
    struct interval median_once = judge(&comparison, median).difference;
    struct interval often;

    comparison.looks.planned = 6;
    cr_assert(eq(int, comparison_derive(&comparison), 0));
    often = judge(&comparison, ratio).difference;
    cr_expect(lt(dbl, often.low, ratio_once.low));
    cr_expect(gt(dbl, often.high, ratio_once.high));
    often = judge(&comparison, median).difference;
    cr_expect(lt(dbl, often.low, median_once.low));
    cr_expect(gt(dbl, often.high, median_once.high));

    /* Of seven runs each, the ranks give no bounds to so small an error. */
    comparison.looks.planned = 200;
    cr_assert(eq(int, comparison_derive(&comparison), 0));
    cr_expect(eq(int, judge(&comparison, ratio).verdict, VERDICT_UNDECIDED));
    cr_expect(eq(str, judge(&comparison, ratio).reason,
                 (char *)"fewer than 8 runs do not decide it"));
    comparison_close(&comparison);
}

Test(judge, fewer_than_five_runs_decide_nothing)
{
    for (size_t runs = 1; runs <= 5; runs++) {
        struct comparison comparison = {.cell_count = 1};
        struct comparison_check check;

        comparison.cells = calloc(1, sizeof(*comparison.cells));
        fill(&comparison.cells[0], "async", 20, runs, 100000);
        cr_assert(eq(int, comparison_derive(&comparison), 0));
        check = judge(&comparison, "async.median >= 10ms");
        cr_expect(eq(int, check.verdict,
                     runs < 5 ? VERDICT_UNDECIDED : VERDICT_FAILED));
        cr_expect(eq(int, isnan(check.difference.low) != 0, runs < 5));
        cr_expect(eq(int, isnan(check.difference.value), 0),
                  "it is told anyway");
        cr_expect(eq(int, check.reason[0] != '\0', runs < 5));
        /* What is the same in each run is no matter of chance. */
        check = judge(&comparison, "async.errors > 0");
        cr_expect(eq(int, check.verdict, VERDICT_PASSED));
        comparison_close(&comparison);
    }
}

Test(judge, mutated_expressions_are_refused_or_judged)
{
    static const char *const seeds[] = {
        "async[20].median < 0.2*sequential.median",
        "-(threaded.cpu + 4ms) / 2 >= async[20,yes].p99 - 3.5s",
        "threaded.peak_rss * 2 > 20MiB",
    };
    static const char letters[] = "<>=+-*/()[].,% 0195amsMkGn_\n\xff";
    struct comparison comparison = comparison_new();
    uint64_t state = 3;
    unsigned accepted = 0;

    for (int i = 0; i < 60000; i++) {
        const char *seed = seeds[statistics_index(&state, COUNT(seeds))];
        size_t size = strlen(seed);
        char *text = malloc(size + 1); /* exactly, for the sanitizer */
        struct condition condition;
        struct comparison_check check;
        char why[CONDITION_WHY_SIZE] = "";

        memcpy(text, seed, size + 1);
        for (size_t j = statistics_index(&state, 4); j > 0; j--)
            text[statistics_index(&state, size)] =
                letters[statistics_index(&state, sizeof(letters))];
        if (condition_parse(&condition, text, why) != 0) {
            cr_assert(ne(str, why, ""), "%s", text);
        } else if (condition_check(&condition, &comparison, why) == 0) {
            accepted++;
            if (accepted % 500 == 0)
                cr_assert(eq(
                    int, condition_judge(&condition, &comparison, &check), 0));
        }
        free(text);
    }
    cr_expect(gt(uint, accepted, 10000));
    comparison_close(&comparison);
}
