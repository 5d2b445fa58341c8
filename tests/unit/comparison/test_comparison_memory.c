/*
 * Without memory: each step of a comparison again and again, with the n-th
 * allocation failing, until it is left untouched. The linker wraps what our own
 * objects call, see meson.build.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "comparison/condition.h"
#include "comparison/directory.h"
#include "comparison/race/race.h"

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

/* Under either name: the second one is that of a fortified build. */
int __wrap_asprintf(char **text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
int __wrap___asprintf_chk(char **text, int level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

int __wrap_asprintf(char **text, const char *format, ...)
{
    va_list args;
    int length = -1;

    va_start(args, format);
    if (!fails())
        length = vasprintf(text, format, args);
    va_end(args);
    return length;
}

int __wrap___asprintf_chk(char **text, int level, const char *format, ...)
{
    va_list args;
    int length = -1;

    (void)level;
    va_start(args, format);
    if (!fails())
        length = vasprintf(text, format, args);
    va_end(args);
    return length;
}

/* Nor is a file removed whose turn it is. */
int __real_remove(const char *path);
int __wrap_remove(const char *path);

int __wrap_remove(const char *path)
{
    if (fails()) {
        errno = EBUSY;
        return -1;
    }
    return __real_remove(path);
}

/* Against hanging alone: an emulated processor takes ten times as long. */
TestSuite(memory, .timeout = 200);

enum { CELLS = 4, RUNS = 3, SEEDS = 5, MOST = 1000 };

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

/* The same under several weathers, each run under one of its own. */
static struct comparison comparison_of_seeds(void)
{
    struct comparison comparison = comparison_new();

    comparison.setup.weathers = SEEDS;
    for (size_t i = 0; i < CELLS; i++) {
        struct comparison_cell *cell = &comparison.cells[i];

        free(cell->runs);
        cell->run_count = 2 * SEEDS;
        cell->runs = calloc(cell->run_count, sizeof(*cell->runs));
        for (size_t j = 0; j < cell->run_count; j++) {
            cell->runs[j].observed_us = (1000000 >> i) + (int64_t)j;
            cell->runs[j].weather = j % SEEDS;
        }
        for (size_t j = 0; j < SEEDS; j++)
            cell->ideals_us[j] = cell->ideal_us;
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
        cr_expect(cell->observed.count == cell->run_count ||
                  isnan(cell->observed.median));
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

Test(memory, of_several_seeds_nothing_is_told_that_is_not_known)
{
    struct comparison comparison = comparison_of_seeds();

    exhaust(derive, &comparison);
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

/* What is in TMPDIR. */
static size_t entries(void)
{
    DIR *all = opendir(getenv("TMPDIR"));
    size_t count = 0;

    cr_assert(ne(ptr, all, NULL));
    while (readdir(all))
        count++;
    closedir(all);
    return count - 2;
}

static void choose_parent(char path[])
{
    cr_assert(ne(ptr, mkdtemp(path), NULL));
    cr_assert(eq(int, setenv("TMPDIR", path, 1), 0));
}

/* With a run's directory and files. */
static struct compare_directory fill(void)
{
    struct compare_directory directory = {0};
    int fd;

    cr_assert(eq(int, compare_directory_open(&directory), 0));
    cr_assert(eq(int, mkdirat(directory.fd, "run", 0700), 0));
    for (size_t i = 0; i < 2; i++) {
        fd = openat(directory.fd, i ? "run/br.gif" : "urls",
                    O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        cr_assert(ge(int, fd, 0));
        close(fd);
    }
    return directory;
}

Test(memory, what_could_not_be_removed_the_next_comparison_removes)
{
    char parent[] = "/tmp/flags-test-XXXXXX";
    long left = 0;
    long n;

    choose_parent(parent);
    for (n = 1; !left; n++) {
        struct compare_directory directory = fill();
        struct compare_directory next = {0};

        fails_at = n;
        compare_directory_close(&directory);
        left = fails_at;
        fails_at = 0;
        cr_expect(eq(sz, entries(), left ? 0 : 1), "%ld", n);
        cr_assert(eq(int, compare_directory_open(&next), 0));
        cr_expect(eq(sz, entries(), 1), "%ld", n);
        compare_directory_close(&next);
        cr_expect(eq(sz, entries(), 0), "%ld", n);
    }
    cr_expect(gt(long, n, 2), "nothing is removed");
    cr_expect(eq(int, rmdir(parent), 0));
}

Test(memory, without_a_directory_nothing_is_left)
{
    char parent[] = "/tmp/flags-test-XXXXXX";
    long left = 0;
    long n;

    choose_parent(parent);
    for (n = 1; !left; n++) {
        struct compare_directory directory = {0};
        int rc;

        fails_at = n;
        rc = compare_directory_open(&directory);
        left = fails_at;
        fails_at = 0;
        cr_assert(eq(int, rc, left ? 0 : -ENOMEM), "%ld", n);
        cr_expect(eq(sz, entries(), left ? 1 : 0), "%ld", n);
        compare_directory_close(&directory);
    }
    cr_expect(gt(long, n, 2), "it allocates nothing");
    cr_expect(eq(int, rmdir(parent), 0));
}

Test(memory, a_race_without_room_is_as_it_was)
{
    enum { LANES = 3, ITEMS = 4 };
    struct race race = {.item_count = 7};
    long left = 0;
    long n;

    for (n = 1; !left; n++) {
        int rc;

        fails_at = n;
        rc = race_open(&race, LANES, ITEMS);
        left = fails_at;
        fails_at = 0;
        cr_assert(eq(int, rc, left ? 0 : -ENOMEM), "%ld", n);
        cr_expect(eq(sz, race.item_count, left ? ITEMS : 7), "%ld", n);
        cr_expect(eq(sz, race.lane_count, left ? LANES : 0), "%ld", n);
    }
    cr_expect(gt(long, n, LANES), "its lanes have no room");
    race_close(&race);
}
