#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "comparison/comparison.h"
#include "scene.h"

/* What keeps a comparison from saying more, or anything. */

/* 15 pairs, and the least likely of them at 1 in 300: five runs of each come to
   2 in 252 at best. */
Test(conclude, many_pairs_take_more_than_five_runs)
{
    static const struct scene scene = {
        .rows = {{"async", 1, true, 5, 1000, 0, 0, 0, 0, 0, 0, 0, 0},
                 {"async", 2, true, 5, 500, 0, 0, 0, 0, 0, 0, 0, 0},
                 {"async", 5, true, 5, 200, 0, 0, 0, 0, 0, 0, 0, 0},
                 {"async", 10, true, 5, 100, 0, 0, 0, 0, 0, 0, 0, 0},
                 {"async", 20, true, 5, 50, 0, 0, 0, 0, 0, 0, 0, 0},
                 {"async", 50, true, 5, 20, 0, 0, 0, 0, 0, 0, 0, 0}},
        .with = {.setup = {.runs = 5}},
        .sentences =
            "async -m 50 takes 20.0 ms (19.6 ms to 20.4 ms in 5 runs)\n"
            "async -m 1 takes 1.00 s (980 ms to 1.02 s in 5 runs)\n"
            "no errors up to -m 50\n"
            "with 5 runs of a cell, a difference among 15 is not told from "
            "chance: 6 are the least, 10 a good start (-r 10)\n",
    };

    expect_scene(&scene);
}

/* By Student's t, of which no number of runs is the least. */
Test(conclude, no_pairs_take_more_runs_where_weathers_tell)
{
    static const struct scene scene = {
        .rows = {{"async", 1, true, 5, 1000, 0, 0, 0, 0, 0, 0, 0, 0},
                 {"async", 2, true, 5, 500, 0, 0, 0, 0, 0, 0, 0, 0},
                 {"async", 5, true, 5, 200, 0, 0, 0, 0, 0, 0, 0, 0},
                 {"async", 10, true, 5, 100, 0, 0, 0, 0, 0, 0, 0, 0},
                 {"async", 20, true, 5, 50, 0, 0, 0, 0, 0, 0, 0, 0},
                 {"async", 50, true, 5, 20, 0, 0, 0, 0, 0, 0, 0, 0}},
        .with = {.setup = {.runs = 5, .weathers = 5, .is_seeded = true}},
        .sentences =
            "async -m 50 takes 20.0 ms (19.6 ms to 20.4 ms in 5 runs)\n"
            "async -m 1 takes 1.00 s (980 ms to 1.02 s in 5 runs)\n"
            "no errors up to -m 50\n",
    };

    expect_scene(&scene);
}

Test(conclude, cautions_come_last)
{
    static const struct scene scene = {
        .rows = {{"sequential", 1, true, 2, 1000, 0, 0, 0, 0, 0, 1, 0, 0},
                 {"threaded", 20, true, 0, 0, 0, 0, 0, 0, 0, 3, 5, 3},
                 {"async", 20, true, 3, 100, 0, 0, 0, 0, 0, 0, 0, 0}},
        .with = {.interrupted = true, .setup = {.load = 3.44, .processors = 2}},
        .sentences =
            "async takes 100 ms (99.0 ms to 101 ms in 3 runs)\n"
            "sequential takes 995 ms (990 ms to 1.00 s in 2 runs)\n"
            "threaded had errors that others had not: 5 items in 3 runs\n"
            "4 runs failed or did other work than the rest and do not "
            "count "
            "(sequential: "
            "1, threaded: 3)\n"
            "threaded has no run that counts\n"
            "the comparison was interrupted: not all runs were made\n"
            "with 2 runs of a cell, a difference is not told from chance: 5 "
            "are the least, 10 a good start (-r 10)\n"
            "the machine was busy at the start: a load of 3.4 on 2 "
            "processors\n",
    };

    expect_scene(&scene);
}

Test(conclude, nothing_that_counts_is_nothing_to_compare)
{
    static const struct scene scene = {
        .rows = {{"sequential", 1, true, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0},
                 {"threaded", 20, true, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0},
                 {"async", 20, false, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0},
                 {"async", 20, true, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0}},
        .sentences = "8 runs failed or did other work than the rest and do not "
                     "count "
                     "(sequential: 1, threaded: 3, async no reuse: 2, ...)\n"
                     "no run counts, so there is nothing to compare\n",
    };

    expect_scene(&scene);
}

Test(conclude, no_cell_is_nothing_to_compare)
{
    static const struct scene scene = {.sentences = "no run counts, so there "
                                                    "is nothing to compare\n"};

    expect_scene(&scene);
}

Test(conclude, four_runs_are_too_few_to_tell_a_difference_and_five_are_not)
{
    static const struct scene four = {
        .rows = {{"sequential", 1, true, 4, 1000, 0, 0, 0, 0, 0, 0, 0, 0},
                 {"async", 20, true, 7, 100, 0, 0, 0, 0, 0, 0, 0, 0}},
        .with = {.setup = {.runs = 5}},
        .sentences = "async takes 100 ms (97.0 ms to 103 ms in 7 runs)\n"
                     "sequential takes 995 ms (980 ms to 1.01 s in 4 runs)\n"
                     "with 4 runs of a cell, a difference is not told from "
                     "chance: 5 are the least\n"};
    static const struct scene five = {
        .rows = {{"sequential", 1, true, 5, 1000, 0, 0, 0, 0, 0, 0, 0, 0},
                 {"async", 20, true, 7, 100, 0, 0, 0, 0, 0, 0, 0, 0}},
        .with = {.setup = {.runs = 5}},
        .sentences =
            "async is 10.0 times as fast as sequential (9.7 to 10.3)\n"};

    expect_scene(&four);
    expect_scene(&five);
}

Test(conclude, a_sweep_of_few_runs_has_no_limit)
{
    static const struct scene scene = {
        .rows = {{"async", 1, true, 4, 1000, 0, 0, 0, 0, 0, 0, 0, 0},
                 {"async", 10, true, 4, 100, 0, 0, 0, 0, 0, 0, 0, 0}},
        .with = {.setup = {.runs = 5}, .errors = 1},
        .sentences = "async -m 10 takes 99.5 ms (98.0 ms to 101 ms in 4 runs)\n"
                     "async -m 1 takes 995 ms (980 ms to 1.01 s in 4 runs)\n"
                     "with 4 runs of a cell, a difference is not told from "
                     "chance: 5 are the least\n"};

    expect_scene(&scene);
}

Test(conclude, of_nothing_nothing_is_said_but_that)
{
    static const struct scene scene = {
        .rows = {{"sequential", 1, true, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
        .with = {.nothing = true,
                 .not_found = 2,
                 .errors = 1,
                 .setup = {.item_count = 3, .load = 9, .processors = 2}},
        .sentences =
            "nothing was in place after any run (of 3 items 2 not found, 1 in "
            "error), so there is nothing to compare, and no condition is "
            "judged\n"};

    expect_scene(&scene);
}

/* The caution of cells whose server saw `peaks` requests at a time at the
   most. */
static void expect_reach(const int64_t peaks[2], const char *expected)
{
    static const struct row rows[] = {
        {"threaded", 20, true, 11, 100, 0, 0, 0, 0, 0, 0, 0, 0},
        {"async", 1000, true, 11, 100, 0, 0, 0, 0, 0, 0, 0, 0}};
    struct comparison comparison = {.setup = {.item_count = 200}};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    comparison.cells = calloc(2, sizeof(*comparison.cells));
    comparison.cell_count = 2;
    for (size_t i = 0; i < 2; i++) {
        comparison.cells[i] = cell_of(&rows[i]);
        for (size_t j = 0; j < comparison.cells[i].run_count; j++)
            comparison.cells[i].runs[j].measured[FIGURE_PEAK_IN_FLIGHT] =
                peaks[i] - (j > 0); /* all runs but one a bit less */
    }
    cr_assert(eq(int, comparison_derive(&comparison), 0));
    cr_assert(eq(int, comparison_conclude(&comparison, note, out), 0));
    fclose(out);
    if (expected)
        cr_expect(ne(ptr, strstr(text, expected), NULL), "%s", text);
    else
        cr_expect(eq(ptr, strstr(text, "in flight"), NULL), "%s", text);
    free(text);
    comparison_close(&comparison);
}

Test(conclude, a_limit_that_was_never_reached_is_said_to_be_none)
{
    expect_reach((const int64_t[]){20, 200}, NULL);
    expect_reach((const int64_t[]){18, 180}, NULL);
    expect_reach((const int64_t[]){17, 200},
                 "threaded never had more than 17 of 20 requests in flight");
    expect_reach((const int64_t[]){20, 150},
                 "async never had more than 150 of 200 requests in flight");
}

/* Cells alike but for their limits. */
static const struct row wide[] = {
    {"threaded", 19, true, 11, 100, 0, 0, 0, 0, 0, 0, 0, 0},
    {"threaded", 20, true, 11, 100, 0, 0, 0, 0, 0, 0, 0, 0},
    {"async", 30, true, 11, 100, 0, 0, 0, 0, 0, 0, 0, 0},
    {"threaded", 30, true, 11, 100, 0, 0, 0, 0, 0, 0, 0, 0}};

/* Whether the cautions of the first `count` of these have that phrase. */
static void expect_caution(size_t count, const struct comparison_setup *setup,
                           const char *phrase, bool expected)
{
    struct comparison comparison = {.setup = *setup, .cell_count = count};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    comparison.cells = calloc(count, sizeof(*comparison.cells));
    for (size_t i = 0; i < count; i++) {
        comparison.cells[i] = cell_of(&wide[i]);
        comparison.cells[i].has_limit = true;
    }
    cr_assert(eq(int, comparison_derive(&comparison), 0));
    cr_assert(eq(int, comparison_conclude(&comparison, note, out), 0));
    fclose(out);
    cr_expect(eq(int, strstr(text, phrase) != NULL, expected), "%s", text);
    free(text);
    comparison_close(&comparison);
}

Test(conclude, more_in_flight_than_there_are_items_is_the_same_work)
{
    static const char phrase[] =
        "there are 20 items, so that cells with more requests in flight are "
        "the same work (threaded -m 20 and threaded -m 30)";

    expect_caution(4, &(struct comparison_setup){.item_count = 20}, phrase,
                   true);
    expect_caution(3, &(struct comparison_setup){.item_count = 20},
                   "the same work", false);
    expect_caution(4, &(struct comparison_setup){.item_count = 21},
                   "the same work", false);
}

Test(conclude, the_only_processor_is_shared)
{
    static const char phrase[] = "share the only processor";

    expect_caution(1, &(struct comparison_setup){.processors = 1}, phrase,
                   true);
    expect_caution(1, &(struct comparison_setup){.processors = 2}, phrase,
                   false);
    expect_caution(
        1, &(struct comparison_setup){.processors = 1, .server = "http://h"},
        phrase, false);
}

Test(conclude, one_weather_is_no_other_if_that_hangs_on_the_seed)
{
    static const char phrase[] = "under one weather, that of seed 7";

    expect_caution(2, &(struct comparison_setup){.seed = 7, .is_seeded = true},
                   phrase, true);
    expect_caution(2, &(struct comparison_setup){.seed = 7}, phrase, false);
    expect_caution(1, &(struct comparison_setup){.seed = 7, .is_seeded = true},
                   phrase, false);
}

Test(conclude, few_weathers_tell_nothing_of_others_also_of_a_single_cell)
{
    static const char few[] = "with 2 weathers, nothing is told of others";
    static const char alike[] = "is the same with each of the 2 seeds, and of "
                                "fewer than 5 a ratio has no interval";

    expect_caution(1,
                   &(struct comparison_setup){.weathers = 2, .is_seeded = true},
                   few, true);
    expect_caution(2,
                   &(struct comparison_setup){.weathers = 5, .is_seeded = true},
                   few, false);
    expect_caution(2, &(struct comparison_setup){.weathers = 2}, few, false);
    expect_caution(2, &(struct comparison_setup){.weathers = 2}, alike, true);
}
