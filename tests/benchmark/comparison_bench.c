/*
 * comparison_bench: how often `flags compare` says what is not so, by
 * simulation: times are drawn, derived, judged and spoken of as those of real
 * runs are. The draws are the seed's, so that the figures are the same on every
 * machine.
 *
 * Asserted: of comparisons of 4, 7 and 16 cells that are all alike, with 5, 10
 * and 30 runs of each, and with --until-decided, at most 6 % have a false
 * sentence, and at most 6 % decide a condition that has the truth on its edge;
 * ratios' intervals hold the true ratio in 93 to 97 % of the cases.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "comparison/checks.h"
#include "comparison/comparison.h"
#include "comparison/looks.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { SENTENCE_ROUNDS = 1000, LOOK_ROUNDS = 300, COVERAGE_ROUNDS = 20000 };

static const double most_false = 0.06;
static const double truth = 1.3; /* the ratio whose interval is looked at */

static uint64_t state = 77;
static bool failed;

static void must(bool done, const char *what)
{
    if (done)
        return;
    fprintf(stderr, "comparison_bench: %s\n", what);
    exit(EXIT_FAILURE);
}

static double uniform(void)
{
    return ((double)(statistics_random(&state) >> 11) + 0.5) / 0x1p53;
}

/* Box and Muller. */
static double normal(void)
{
    return sqrt(-2 * log(uniform())) * cos(2 * acos(-1) * uniform());
}

/* About 100 ms, a little skewed, and one in twenty far off, as on a machine
   with other work. */
static int64_t draw_us(double factor)
{
    double us = factor * 1e5 * exp(0.03 * normal());

    if (uniform() < 0.05)
        us *= 1 + 0.3 * uniform();
    return llround(us);
}

/* Cells as of a sweep; of four, two strategies at two limits. */
static struct comparison comparison_new(size_t cells, size_t most_runs)
{
    struct comparison comparison = {.cell_count = cells, .same_work = true};

    comparison.cells = calloc(cells, sizeof(*comparison.cells));
    must(comparison.cells, "no memory");
    for (size_t i = 0; i < cells; i++) {
        struct comparison_cell *cell = &comparison.cells[i];

        cell->strategy = cells == 4 && i % 2 == 0 ? "threaded" : "async";
        cell->max_req = (unsigned)(cells == 4 ? 1 + i / 2 * 9 : 1 + i);
        cell->has_limit = cell->reuse = true;
        cell->ideal_us = NAN;
        cell->runs = calloc(most_runs, sizeof(*cell->runs));
        must(cell->runs, "no memory");
    }
    comparison.setup.item_count = 20;
    return comparison;
}

static void run(struct comparison *comparison, size_t runs)
{
    for (size_t i = 0; i < comparison->cell_count; i++) {
        struct comparison_cell *cell = &comparison->cells[i];

        for (; cell->run_count < runs; cell->run_count++) {
            struct comparison_run *made = &cell->runs[cell->run_count];

            figures_forget(made->measured);
            made->observed_us = draw_us(1);
        }
    }
    comparison->setup.runs = (int64_t)runs;
    must(comparison_derive(comparison) == 0, "no memory");
}

/* Whether it tells cells apart that are alike. */
static void on_sentence(void *arg, const char *sentence)
{
    static const char *const claims[] = {"times as fast", "times as long",
                                         "differ by", "gets faster"};
    bool *is_false = arg;

    if (strstr(sentence, "no difference detected") ||
        strstr(sentence, "is not shown") || strstr(sentence, "gains less"))
        return;
    for (size_t i = 0; i < COUNT(claims); i++)
        *is_false |= strstr(sentence, claims[i]) != NULL;
}

static bool says_what_is_false(const struct comparison *comparison)
{
    bool is_false = false;

    must(comparison_conclude(comparison, on_sentence, &is_false) == 0,
         "no memory");
    return is_false;
}

static void expect(const char *what, double share, double least, double most)
{
    bool good = share >= least && share <= most;

    printf("%-58s %6.2f %%%s\n", what, share * 100, good ? "" : "  WRONG");
    fflush(stdout);
    failed |= !good;
}

static void simulate_sentences(size_t cells, size_t runs)
{
    size_t wrong = 0;
    char what[80];

    for (size_t i = 0; i < SENTENCE_ROUNDS; i++) {
        struct comparison comparison = comparison_new(cells, runs);

        run(&comparison, runs);
        wrong += says_what_is_false(&comparison);
        comparison_close(&comparison);
    }
    snprintf(what, sizeof(what), "a false sentence of %zu cells, %zu runs",
             cells, runs);
    expect(what, (double)wrong / SENTENCE_ROUNDS, 0, most_false);
}

/* The cells are alike: a condition on either side of that is not to be decided.
 */
static const char *expression_of(size_t cells, bool ratio)
{
    if (cells == 4)
        return ratio ? "async[10].ratio > 1"
                     : "async[10].median > threaded[10].median";
    return ratio ? "async[2].ratio > 1" : "async[2].median > async[3].median";
}

/* More and more runs until it is decided. */
static void look(struct comparison *comparison, const char *expression,
                 size_t *decided, size_t *wrong)
{
    struct comparison_looks *looks = &comparison->looks;
    struct condition condition;
    struct comparison_check check;
    char why[CONDITION_WHY_SIZE];

    must(condition_parse(&condition, expression, why) == 0 &&
             condition_check(&condition, comparison, why) == 0,
         expression);
    comparison->checks = &check;
    comparison->check_count = 1;
    do {
        run(comparison, (size_t)looks->runs[looks->taken++]);
        must(condition_judge(&condition, comparison, &check) == 0, "no memory");
        looks->enough = looks_enough(comparison);
    } while (!looks->enough && looks->taken < looks->planned);
    *decided += looks->enough;
    *wrong += says_what_is_false(comparison);
}

static void simulate_looks(size_t cells, bool ratio)
{
    const struct compare_settings settings = {
        .runs = 5, .max_runs = 40, .until_decided = true};
    const char *expression = expression_of(cells, ratio);
    size_t decided = 0;
    size_t wrong = 0;
    char what[80];

    for (size_t i = 0; i < LOOK_ROUNDS; i++) {
        struct comparison comparison = comparison_new(cells, 40);

        looks_plan(&comparison.looks, &settings);
        look(&comparison, expression, &decided, &wrong);
        comparison_close(&comparison);
    }
    snprintf(what, sizeof(what), "decided by 40 runs: %s", expression);
    expect(what, (double)decided / LOOK_ROUNDS, 0, most_false);
    snprintf(what, sizeof(what), "a false sentence of %zu cells then", cells);
    expect(what, (double)wrong / LOOK_ROUNDS, 0, most_false);
}

static void simulate_coverage(size_t runs)
{
    size_t held = 0;
    char what[80];

    for (size_t i = 0; i < COVERAGE_ROUNDS; i++) {
        struct comparison comparison = comparison_new(2, runs);

        for (size_t j = 0; j < 2; j++) {
            struct comparison_cell *cell = &comparison.cells[j];

            for (size_t k = 0; k < runs; k++)
                cell->runs[k].observed_us = draw_us(j == 1 ? truth : 1);
            cell->run_count = runs;
        }
        must(comparison_derive(&comparison) == 0, "no memory");
        held += interval_holds(&comparison.cells[1].ratio, truth);
        comparison_close(&comparison);
    }
    snprintf(what, sizeof(what), "an interval of %zu runs holds the ratio",
             runs);
    expect(what, (double)held / COVERAGE_ROUNDS, 0.93, 0.97);
}

int main(void)
{
    static const size_t sizes[] = {4, 7, 16};
    static const size_t runs[] = {5, 10, 30};

    for (size_t i = 0; i < COUNT(runs); i++)
        simulate_coverage(runs[i]);
    for (size_t i = 0; i < COUNT(sizes); i++) {
        for (size_t j = 0; j < COUNT(runs); j++)
            simulate_sentences(sizes[i], runs[j]);
    }
    for (size_t i = 0; i < COUNT(sizes); i++) {
        simulate_looks(sizes[i], true);
        simulate_looks(sizes[i], false);
    }
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
