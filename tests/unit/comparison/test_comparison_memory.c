/*
 * Without memory: each step of a comparison again and again, with the n-th
 * allocation failing, until it is left untouched. The linker wraps what our own
 * objects call, see meson.build.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "comparison/condition.h"

static long fails_at; /* counts down to the call that fails; 0: none */

static bool fails(void)
{
    return fails_at > 0 && --fails_at == 0;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : __real_calloc(n, size);
}

TestSuite(memory, .timeout = 20);

enum { CELLS = 4, RUNS = 3, MOST = 1000 };

/* A sweep, whose every step is a gain. */
static struct comparison comparison_new(void)
{
    struct comparison comparison = {.cell_count = CELLS};

    comparison.cells = calloc(CELLS, sizeof(*comparison.cells));
    for (unsigned i = 0; i < CELLS; i++) {
        struct comparison_cell *cell = &comparison.cells[i];

        cell->strategy = "async";
        cell->max_req = i + 1;
        cell->ideal_us = 1000;
        cell->run_count = RUNS;
        cell->runs = calloc(RUNS, sizeof(*cell->runs));
        for (unsigned j = 0; j < RUNS; j++)
            cell->runs[j].observed_us = (1000000 >> i) + j;
    }
    return comparison;
}

/* Let `step` run with its n-th allocation failing, for each n that it has;
   it is to end with -ENOMEM then, and after that with 0. */
static void exhaust(int (*step)(struct comparison *comparison),
                    struct comparison *comparison)
{
    for (long n = 1; n < MOST; n++) {
        long left;
        int error;

        fails_at = n;
        error = step(comparison);
        left = fails_at;
        fails_at = 0;
        cr_assert(eq(int, error, left ? 0 : -ENOMEM), "%ld", n);
        if (left) {
            cr_expect(gt(long, n, 1), "it allocates nothing");
            return;
        }
    }
    cr_fail("it never ends");
}

static int derive(struct comparison *comparison)
{
    int error = comparison_derive(comparison);

    /* What is missing is unknown, and nothing else. */
    for (size_t i = 0; i < CELLS; i++) {
        struct comparison_cell *cell = &comparison->cells[i];

        cr_expect(ne(int, cell->name[0], '\0'));
        cr_expect(cell->observed.count == RUNS || isnan(cell->observed.median));
        cr_expect(isnan(cell->ratio.value) || cell->ratio.value <= 1);
    }
    return error;
}

Test(memory, a_comparison_is_derived_in_part_and_says_so)
{
    struct comparison comparison = comparison_new();

    exhaust(derive, &comparison);
    comparison_close(&comparison);
}

/* No run is as slow as the one before it, so none of this is true. */
static void expect_truth(void *arg, const char *sentence)
{
    (void)arg;
    cr_expect(eq(ptr, strstr(sentence, "gains nothing"), NULL), "%s", sentence);
    cr_expect(eq(ptr, strstr(sentence, "no difference"), NULL), "%s", sentence);
}

static int conclude(struct comparison *comparison)
{
    return comparison_conclude(comparison, expect_truth, NULL);
}

Test(memory, conclusions_are_left_out_and_never_wrong)
{
    struct comparison comparison = comparison_new();

    cr_assert(eq(int, comparison_derive(&comparison), 0));
    exhaust(conclude, &comparison);
    comparison_close(&comparison);
}

static int judge(struct comparison *comparison)
{
    struct condition condition;
    struct comparison_check check = {.expression = "untouched"};
    char why[CONDITION_WHY_SIZE];
    int error;

    cr_assert(eq(int,
                 condition_parse(&condition,
                                 "async[1].p50 + async[2].ratio * async[3].mean"
                                 " < async[4].median * async[4].efficiency",
                                 why),
                 0));
    cr_assert(eq(int, condition_check(&condition, comparison, why), 0));
    error = condition_judge(&condition, comparison, &check);
    cr_expect(error == 0 || strcmp(check.expression, "untouched") == 0);
    return error;
}

Test(memory, a_condition_is_not_judged)
{
    struct comparison comparison = comparison_new();

    cr_assert(eq(int, comparison_derive(&comparison), 0));
    exhaust(judge, &comparison);
    comparison_close(&comparison);
}
