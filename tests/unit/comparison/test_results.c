#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "comparison/results.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Runs of two items, BR and US, that are told apart by what is asked for. */
struct story {
    int64_t observed_us;
    enum status br, us;
    unsigned attempts;     /* at US */
    unsigned char content; /* of BR's file; 0: there is none */
    long http_status;      /* of US */
    size_t items;          /* 0: both */
};

static struct record_item item_of(const char *code, enum status status,
                                  unsigned attempts, long http_status)
{
    return (struct record_item){
        .subject = strdup(code),
        .name = status == STATUS_OK ? strdup("x.gif") : NULL,
        .status = status,
        .cause = status == STATUS_OK ? CAUSE_NONE : CAUSE_HTTP,
        .http_status = http_status,
        .bytes = status == STATUS_OK ? 9 : 0,
        .attempts = attempts,
        .worker = 1,
        .final_us = 100,
    };
}

/* Each item's request is connected after 10 us, answered after 40, over after
   60 and what the run takes beyond. */
static struct compare_run run_of(const struct story *story)
{
    struct compare_run run = {.figures = {.observed_us = story->observed_us}};
    struct record *record = &run.record;
    size_t count = story->items ? story->items : 2;

    record->items = calloc(2, sizeof(*record->items));
    record->requests = calloc(2, sizeof(*record->requests));
    run.digests = calloc(2, sizeof(*run.digests));
    record->items[0] = item_of("BR", story->br, 1, 200);
    record->items[1] =
        item_of("US", story->us, story->attempts ? story->attempts : 1,
                story->http_status);
    record->item_count = record->request_count = 2;
    for (size_t i = 0; i < 2; i++) {
        record->requests[i] = (struct record_request){
            .item = i,
            .attempt = 1,
            .number = 1,
            .worker = 1,
            .start_us = 0,
            .connected_us = 10,
            .first_byte_us = 10 + story->observed_us,
            .end_us = 60 + story->observed_us,
        };
        memset(run.digests[i].bytes, i == 0 ? story->content : 1, DIGEST_BYTES);
    }
    if (count == 1) {
        free(record->items[1].subject);
        free(record->items[1].name);
        record->item_count = record->request_count = 1;
    }
    return run;
}

static struct results results;
static struct comparison comparison;
static char told[1024];

static void setup(void)
{
    comparison.cells = calloc(2, sizeof(*comparison.cells));
    comparison.cell_count = 2;
    comparison.same_work = true;
}

static void teardown(void)
{
    comparison_close(&comparison);
    results_close(&results);
}

TestSuite(results, .init = setup, .fini = teardown);

static void add(size_t cell, int64_t number, const struct story *story)
{
    struct compare_run run = run_of(story);

    cr_assert(eq(int, results_add(&results, cell, number, &run), 0));
    cr_expect(eq(ptr, run.digests, NULL), "it was taken over");
}

static void on_invalid(void *arg, const struct result *run, const char *why)
{
    size_t used = strlen(told);

    (void)arg;
    snprintf(told + used, sizeof(told) - used, "%zu.%d %s\n", run->cell,
             (int)run->figures.number, why);
}

static void finish(void)
{
    told[0] = '\0';
    cr_assert(
        eq(int, results_finish(&results, &comparison, on_invalid, NULL), 0));
}

Test(results, runs_of_the_same_work_all_count_in_their_cells)
{
    add(0, 1, &(struct story){.observed_us = 500, .content = 1});
    add(1, 1, &(struct story){.observed_us = 300, .content = 1});
    add(0, 2, &(struct story){.observed_us = 400, .content = 1});

    finish();

    cr_expect(eq(str, told, (char *)""));
    cr_expect(comparison.same_work);
    cr_assert(eq(sz, comparison.cells[0].run_count, 2));
    cr_expect(eq(i64, comparison.cells[0].runs[0].observed_us, 500));
    cr_expect(eq(i64, comparison.cells[0].runs[1].number, 2));
    cr_assert(eq(sz, comparison.cells[1].run_count, 1));
}

Test(results, what_most_runs_did_is_the_model_even_if_the_first_did_not)
{
    const struct story cheat = {
        .observed_us = 1, .content = 1, .us = STATUS_NOT_FOUND};
    const struct story honest = {.observed_us = 9, .content = 1};

    add(0, 1, &cheat);
    add(1, 1, &honest);
    add(0, 2, &honest);

    finish();

    cr_expect(eq(str, told,
                 (char *)"0.1 other work than most runs did: US: not_found, "
                         "not ok\n"));
    cr_expect(not(comparison.same_work));
    cr_expect(eq(sz, comparison.cells[0].invalid, 1));
    cr_expect(eq(sz, comparison.cells[0].run_count, 1));
    cr_expect(eq(sz, comparison.cells[1].run_count, 1));
}

Test(results, what_differs_is_named)
{
    static const struct {
        struct story story;
        const char *why;
        size_t errors;
    } cases[] = {
        {{.content = 2}, "BR: other bytes", 0},
        {{.content = 0}, "BR: ok, but there is no file", 0},
        {{.content = 1, .attempts = 2}, "US: 2 attempts, not 1", 0},
        {{.content = 1, .us = STATUS_ERROR, .http_status = 418},
         "US: error, HTTP 418, not ok",
         1},
        {{.content = 1, .us = STATUS_CANCELLED}, "US: cancelled, not ok", 0},
        {{.content = 1, .items = 1}, "1 item, not 2", 0},
    };
    char expected[256];

    for (int i = 0; i < 2; i++)
        add(0, 1 + i, &(struct story){.observed_us = 500, .content = 1});
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t which;
        struct compare_run run = run_of(&cases[i].story);

        cr_assert(eq(int, same_work_add(&results.same, &run, &which), 0));
        same_work_difference(&results.same, which,
                             same_work_model(&results.same, 0), expected,
                             sizeof(expected));
        cr_expect(eq(str, expected, (char *)cases[i].why));
        cr_expect(
            eq(sz, same_work_errors(&results.same, which, 0), cases[i].errors));
        compare_run_close(&run);
    }
}

Test(results, errors_that_only_some_runs_had_are_counted_by_cell)
{
    const struct story bad = {
        .content = 1, .us = STATUS_ERROR, .http_status = 503};

    for (int i = 0; i < 3; i++)
        add(0, 1 + i, &(struct story){.observed_us = 500, .content = 1});
    add(1, 1, &bad);
    add(1, 2, &bad);

    finish();

    cr_expect(eq(sz, comparison.cells[1].invalid, 2));
    cr_expect(eq(sz, comparison.cells[1].errors, 2));
    cr_expect(eq(sz, comparison.cells[1].error_runs, 2));
    cr_expect(eq(sz, comparison.cells[1].run_count, 0));
    cr_expect(eq(sz, comparison.cells[1].record.item_count, 0));
}

Test(results, the_record_of_the_run_nearest_to_the_median_is_kept)
{
    const int64_t times[] = {900, 510, 400, 100, 480};

    for (size_t i = 0; i < COUNT(times); i++)
        add(0, 1 + (int)i,
            &(struct story){.observed_us = times[i], .content = 1});

    finish();

    cr_assert(eq(sz, comparison.cells[0].record.request_count, 2));
    cr_expect(eq(i64, comparison.cells[0].record.requests[0].end_us, 60 + 480));
}

Test(results, waits_are_medians_from_connection_to_last_byte)
{
    const int64_t times[] = {900, 500, 400};
    int64_t *wait_us = NULL;

    cr_assert(eq(int, results_waits(&results, 0, 2, &wait_us), 0));
    cr_expect(eq(ptr, wait_us, NULL), "there are no runs");
    for (size_t i = 0; i < COUNT(times); i++)
        add(0, 1 + (int)i,
            &(struct story){.observed_us = times[i], .content = 1});

    cr_assert(eq(int, results_waits(&results, 1, 2, &wait_us), 0));
    cr_expect(eq(ptr, wait_us, NULL), "none of that cell");
    cr_assert(eq(int, results_waits(&results, 0, 2, &wait_us), 0));
    cr_assert(ne(ptr, wait_us, NULL));
    cr_expect(eq(i64, wait_us[0], 550));
    cr_expect(eq(i64, wait_us[1], 550));
    free(wait_us);
}

/* That both items are there. */
static void predict(enum status us)
{
    static const char *const subjects[] = {"BR", "US"};
    struct prediction predictions[2] = {
        {.status = STATUS_OK, .attempts = 1, .bytes = 9},
        {.status = us, .attempts = 1, .bytes = us == STATUS_OK ? 9 : 0}};

    for (size_t i = 0; i < 2; i++)
        memset(predictions[i].digest.bytes, 1, DIGEST_BYTES);
    cr_assert(eq(
        int, same_work_predict(&results.same, 0, subjects, predictions, 2), 0));
}

Test(results, what_is_predicted_is_the_model_however_few_did_it)
{
    const struct story wrong = {
        .observed_us = 1, .content = 1, .us = STATUS_ERROR, .http_status = 503};

    add(0, 1, &wrong);
    add(0, 2, &wrong);
    add(1, 1, &(struct story){.observed_us = 9, .content = 1});
    predict(STATUS_OK);

    finish();

    cr_expect(eq(sz, comparison.cells[0].invalid, 2));
    cr_expect(eq(sz, comparison.cells[1].run_count, 1));
    cr_expect(ne(ptr,
                 strstr(told, "other work than weather and files predict: US: "
                              "error, HTTP 503, not ok"),
                 NULL),
              "%s", told);
}

Test(results, no_run_counts_if_none_did_what_is_predicted)
{
    const struct story wrong = {.observed_us = 1, .content = 2};

    add(0, 1, &wrong);
    add(1, 1, &wrong);
    predict(STATUS_OK);

    finish();

    cr_expect(eq(sz, comparison.cells[0].invalid, 1));
    cr_expect(eq(sz, comparison.cells[1].invalid, 1));
    cr_expect(not(comparison.nothing));
}

Test(results, of_runs_that_left_nothing_none_counts_and_none_is_invalid)
{
    const struct story nothing = {
        .observed_us = 1, .br = STATUS_NOT_FOUND, .us = STATUS_NOT_FOUND};

    add(0, 1, &nothing);
    add(1, 1, &nothing);

    finish();

    cr_expect(comparison.nothing);
    cr_expect(comparison.same_work);
    cr_expect(eq(sz, comparison.not_found, 2));
    cr_expect(eq(sz, comparison.cells[0].run_count, 0));
    cr_expect(eq(sz, comparison.cells[0].invalid, 0));
}

Test(results, what_leaves_nothing_is_no_model_while_there_is_anything_else)
{
    const struct story nothing = {
        .observed_us = 1, .br = STATUS_ERROR, .us = STATUS_ERROR};

    add(0, 1, &nothing);
    add(0, 2, &nothing);
    add(1, 1, &(struct story){.observed_us = 9, .content = 1});

    finish();

    cr_expect(not(comparison.nothing));
    cr_expect(eq(sz, comparison.cells[0].invalid, 2));
    cr_expect(eq(sz, comparison.cells[0].errors, 4));
    cr_expect(eq(sz, comparison.cells[1].run_count, 1));
    cr_expect(ne(ptr, strstr(told, "0.1 it downloaded nothing"), NULL), "%s",
              told);
}
