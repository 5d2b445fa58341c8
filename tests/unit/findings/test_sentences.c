#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "comparison/comparison.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MIB 1048576

/* A cell as a table has it; all its runs are alike but for their times. */
struct row {
    const char *strategy;
    unsigned max_req;
    bool reuse;
    size_t runs;
    int64_t median_ms; /* the times lie about it, 1 % apart; of more than 10
                          runs they are all alike */
    double ideal_ms;   /* 0: unknown */
    int64_t threads, rss_mib, cpu_ms, connections; /* 0: unknown */
    size_t invalid, errors, error_runs;
};

/* What has a part in the overhead, in each run; 0: unknown. */
struct parts {
    int64_t late_ms, server_wait_ms, client_wait_ms, connecting_ms;
    bool is_bound; /* its ideal */
};

struct scene {
    struct row rows[8]; /* up to one without a strategy */
    struct comparison with;
    const char *sentences; /* each ends with a newline */
};

static int64_t known(int64_t value, int64_t unit)
{
    return value > 0 ? value * unit : -1;
}

static struct comparison_cell cell_of(const struct row *row)
{
    struct comparison_cell cell = {
        .strategy = row->strategy,
        .max_req = row->max_req,
        .reuse = row->reuse,
        .run_count = row->runs,
        .invalid = row->invalid,
        .errors = row->errors,
        .error_runs = row->error_runs,
        .ideal_us = row->ideal_ms > 0 ? row->ideal_ms * 1000 : NAN,
    };

    cell.runs = calloc(row->runs + 1, sizeof(*cell.runs));
    for (size_t i = 0; i < row->runs; i++) {
        int64_t percent =
            row->runs > 10 ? 100 : 100 + (int64_t)i - (int64_t)(row->runs / 2);

        int64_t *measured = cell.runs[i].measured;

        cell.runs[i].observed_us = row->median_ms * 10 * percent;
        figures_forget(measured);
        measured[FIGURE_USER] = known(row->cpu_ms, 1000);
        measured[FIGURE_SYSTEM] = row->cpu_ms > 0 ? 0 : -1;
        measured[FIGURE_PEAK_RSS] = known(row->rss_mib, MIB);
        measured[FIGURE_THREADS] = known(row->threads, 1);
        measured[FIGURE_CONNECTIONS] = known(row->connections, 1);
    }
    return cell;
}

static void note(void *arg, const char *sentence)
{
    FILE *out = arg;

    cr_expect(le(sz, strlen(sentence), 200), "%s", sentence);
    cr_expect(eq(ptr, strchr(sentence, '\n'), NULL));
    fprintf(out, "%s\n", sentence);
}

static void set_parts(struct comparison_cell *cell, const struct parts *parts)
{
    cell->ideal_is_bound = parts->is_bound;
    for (size_t i = 0; i < cell->run_count; i++) {
        int64_t *measured = cell->runs[i].measured;

        measured[FIGURE_SERVER_LATE] = known(parts->late_ms, 1000);
        measured[FIGURE_SERVER_WAIT] = known(parts->server_wait_ms, 1000);
        measured[FIGURE_CLIENT_WAIT] = known(parts->client_wait_ms, 1000);
        measured[FIGURE_CONNECTING] = known(parts->connecting_ms, 1000);
    }
}

/* What is said of cells, all with the same parts; to be freed. */
static char *concluded_of(const struct row *rows, size_t count,
                          const struct parts *parts)
{
    struct comparison comparison = {.cell_count = count};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    comparison.cells = calloc(count, sizeof(*comparison.cells));
    cr_assert(out != NULL && comparison.cells != NULL);
    for (size_t i = 0; i < count; i++) {
        comparison.cells[i] = cell_of(&rows[i]);
        set_parts(&comparison.cells[i], parts);
    }
    cr_assert(eq(int, comparison_derive(&comparison), 0));
    cr_assert(eq(int, comparison_conclude(&comparison, note, out), 0));
    fclose(out);
    comparison_close(&comparison);
    return text;
}

/* Of one cell of 975 ms, whose ideal is 500. */
static char *concluded(const struct parts *parts)
{
    static const struct row row = {.strategy = "async",
                                   .max_req = 20,
                                   .reuse = true,
                                   .runs = 5,
                                   .median_ms = 975,
                                   .ideal_ms = 500};

    return concluded_of(&row, 1, parts);
}

static void expect_scene(const struct scene *scene)
{
    struct comparison comparison = scene->with;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    comparison.cells = calloc(COUNT(scene->rows), sizeof(*comparison.cells));
    while (comparison.cell_count < COUNT(scene->rows) &&
           scene->rows[comparison.cell_count].strategy) {
        comparison.cells[comparison.cell_count] =
            cell_of(&scene->rows[comparison.cell_count]);
        comparison.cell_count++;
    }
    cr_assert(eq(int, comparison_derive(&comparison), 0));
    cr_assert(eq(int, comparison_conclude(&comparison, note, out), 0));
    fclose(out);
    cr_expect(eq(str, text, (char *)scene->sentences));
    free(text);
    comparison_close(&comparison);
}

Test(conclude, three_strategies_are_related_in_speed_needs_and_ideal)
{
    static const struct scene scene = {
        .rows = {{"sequential", 1, true, 10, 1000, 980, 1, 7, 30, 1, 0, 0, 0},
                 {"threaded", 20, true, 10, 84, 78, 21, 12, 40, 20, 0, 0, 0},
                 {"async", 20, true, 10, 83, 80, 1, 7, 25, 20, 0, 0, 0}},
        .sentences =
            "async is 12.0 times as fast as sequential (11.6 to 12.5)\n"
            "threaded is 11.9 times as fast as sequential (11.4 to 12.4)\n"
            "async and threaded: no difference detected (async takes 0.96 to "
            "1.02 times as long)\n"
            "async needs 1 thread, 7.0 MiB of memory and 25.0 ms of CPU time "
            "where threaded needs 21, 12.0 MiB and 40.0 ms\n"
            "async takes 3 % longer than its ideal: 2.58 ms of its 82.6 ms are "
            "overhead; sequential takes 2 % longer than its own, threaded "
            "takes "
            "7 % longer than its own\n",
    };

    expect_scene(&scene);
}

Test(conclude, what_is_slower_takes_times_as_long)
{
    static const struct scene scene = {
        .rows = {{"sequential", 1, true, 7, 80, 0, 0, 0, 0, 0, 0, 0, 0},
                 {"threaded", 20, true, 7, 120, 0, 21, 12, 0, 0, 0, 0, 0},
                 {"async", 20, true, 7, 82, 0, 1, 11, 0, 0, 0, 0, 0}},
        .sentences =
            "async and sequential: no difference detected (async takes 0.99 to "
            "1.06 times as long)\n"
            "threaded takes 1.50 times as long as sequential (1.44 to 1.56)\n"
            "async is 1.46 times as fast as threaded (1.41 to 1.52)\n"
            "async needs 1 thread where threaded needs 21\n",
    };

    expect_scene(&scene);
}

Test(conclude, one_cell_is_told_by_its_time)
{
    static const struct scene scene = {
        .rows = {{"async", 20, true, 10, 84, 80, 1, 7, 30, 20, 0, 0, 0}},
        .sentences =
            "async takes 83.6 ms (79.8 ms to 87.4 ms in 10 runs)\n"
            "async takes 4 % longer than its ideal: 3.58 ms of its 83.6 ms "
            "are overhead\n",
    };

    expect_scene(&scene);
}

Test(conclude, a_single_run_is_said_to_be_one)
{
    static const struct scene scene = {
        .rows = {{"async", 20, true, 1, 84, 0, 1, 7, 30, 20, 0, 0, 0}},
        .sentences =
            "async takes 84.0 ms in its only run\n"
            "with 1 run of a cell, a difference is not told from chance: 5 "
            "are the least, 10 a good start (-r 10)\n",
    };

    expect_scene(&scene);
}

Test(conclude, with_few_runs_times_are_told_and_no_difference)
{
    static const struct scene scene = {
        .rows = {{"threaded", 20, true, 1, 84, 0, 21, 7, 0, 0, 0, 0, 0},
                 {"async", 20, true, 1, 80, 0, 1, 7, 0, 0, 0, 0, 0}},
        .sentences =
            "async takes 80.0 ms in its only run\n"
            "threaded takes 84.0 ms in its only run\n"
            "async needs 1 thread where threaded needs 21\n"
            "with 1 run of a cell, a difference is not told from chance: 5 "
            "are the least, 10 a good start (-r 10)\n",
    };

    expect_scene(&scene);
}

Test(conclude, a_certain_difference_may_be_nothing_to_speak_of)
{
    static const struct scene scene = {
        .rows = {{"threaded", 20, true, 11, 1000, 0, 21, 7, 0, 0, 0, 0, 0},
                 {"async", 20, true, 11, 1009, 0, 1, 7, 0, 0, 0, 0, 0}},
        .sentences = "async and threaded differ by less than 1 %\n"
                     "async needs 1 thread where threaded needs 21\n",
    };

    expect_scene(&scene);
}

Test(conclude, of_few_runs_only_what_never_varies_is_needed)
{
    static const struct scene scene = {
        .rows = {{"sequential", 1, true, 4, 1000, 0, 1, 5, 20, 1, 0, 0, 0},
                 {"async", 20, true, 4, 100, 0, 1, 9, 41, 20, 0, 0, 0}},
        .sentences = "async takes 99.5 ms (98.0 ms to 101 ms in 4 runs)\n"
                     "sequential takes 995 ms (980 ms to 1.01 s in 4 runs)\n"
                     "async needs 20 connections where sequential needs 1\n"
                     "with 4 runs of a cell, a difference is not told from "
                     "chance: 5 are "
                     "the least, 10 a good start (-r 10)\n",
    };

    expect_scene(&scene);
}

Test(conclude, without_threads_the_fastest_needs_are_told_of)
{
    static const struct scene scene = {
        .rows = {{"sequential", 1, true, 10, 1000, 900, 1, 5, 20, 1, 0, 0, 0},
                 {"async", 20, true, 10, 100, 40, 1, 9, 21, 20, 0, 0, 0}},
        .with = {.ideal_estimated = true},
        .sentences =
            "async is 10.0 times as fast as sequential (9.7 to 10.3)\n"
            "async needs 9.0 MiB of memory and 20 connections where sequential "
            "needs 5.0 MiB and 1\n"
            "async takes 2.49 times its estimated ideal: 59.5 ms of its 99.5 "
            "ms are overhead; sequential takes 11 % longer than its own\n",
    };

    expect_scene(&scene);
}

Test(conclude, an_estimated_ideal_may_be_above_what_was_seen)
{
    static const struct scene scene = {
        .rows = {{"sequential", 1, true, 10, 1000, 1000, 0, 0, 0, 0, 0, 0, 0},
                 {"async", 20, true, 10, 100, 110, 0, 0, 0, 0, 0, 0, 0}},
        .with = {.ideal_estimated = true},
        .sentences = "async is 10.0 times as fast as sequential (9.7 to 10.3)\n"
                     "async is no slower than its estimated ideal; sequential "
                     "is no slower than its own\n",
    };

    expect_scene(&scene);
}

Test(conclude, a_sweep_tells_where_gains_end_and_errors_begin)
{
    static const struct scene scene = {
        .rows = {{"threaded", 1, true, 7, 1000, 0, 2, 5, 0, 1, 0, 0, 0},
                 {"threaded", 10, true, 7, 110, 0, 11, 6, 0, 10, 0, 0, 0},
                 {"threaded", 50, true, 7, 200, 0, 51, 9, 0, 50, 0, 3, 2},
                 {"threaded", 100, true, 0, 0, 0, 0, 0, 0, 0, 7, 40, 7},
                 {"async", 1, true, 7, 1005, 0, 1, 5, 0, 1, 0, 0, 0},
                 {"async", 10, true, 7, 105, 0, 1, 5, 0, 10, 0, 0, 0},
                 {"async", 50, true, 7, 40, 0, 1, 6, 0, 50, 0, 0, 0},
                 {"async", 100, true, 7, 41, 0, 1, 6, 0, 100, 0, 0, 0}},
        .sentences =
            "async -m 50 is 25.0 times as fast as threaded -m 1 (23.8 "
            "to 26.3)\n"
            "threaded -m 10 is 9.09 times as fast as threaded -m 1 "
            "(8.65 to 9.55)\n"
            "async -m 50 is 5.00 times as fast as threaded -m 50 "
            "(4.76 to 5.26)\n"
            "async -m 50 needs 1 thread and 6.0 MiB of memory where "
            "threaded -m 50 needs 51 and 9.0 MiB\n"
            "threaded gains nothing beyond -m 10: -m 50 takes 1.82 "
            "times as long (1.73 to 1.91)\n"
            "async gains less than 5 % beyond -m 50: -m 100 takes 0.98 "
            "to 1.08 times as long\n"
            "errors begin at -m 50 (threaded: 3 items in 2 runs)\n"
            "7 runs failed or did other work than the rest and do not "
            "count "
            "(threaded -m 100: 7)\n"
            "threaded -m 100 has no run that counts\n",
    };

    expect_scene(&scene);
}

Test(conclude, a_sweep_may_gain_to_its_end)
{
    static const struct scene scene = {
        .rows = {{"async", 1, true, 7, 1000, 0, 0, 0, 0, 0, 0, 0, 0},
                 {"async", 10, true, 7, 990, 0, 0, 0, 0, 0, 0, 0, 0},
                 {"async", 20, true, 7, 40, 0, 0, 0, 0, 0, 0, 0, 0}},
        .sentences =
            "async -m 20 is 25.0 times as fast as async -m 1 (24.0 to 26.0)\n"
            "async gets faster up to -m 20, the most that was tried\n"
            "no errors up to -m 20\n",
    };

    expect_scene(&scene);
}

Test(conclude, errors_of_every_run_are_not_told_to_be_none)
{
    static const struct scene scene = {
        .rows = {{"async", 1, true, 7, 1000, 0, 0, 0, 0, 0, 0, 0, 0},
                 {"async", 20, true, 7, 40, 0, 0, 0, 0, 0, 0, 0, 0}},
        .with = {.errors = 2},
        .sentences =
            "async -m 20 is 25.0 times as fast as async -m 1 (24.3 to 25.8)\n"
            "async gets faster up to -m 20, the most that was tried\n",
    };

    expect_scene(&scene);
}

Test(conclude, a_gain_that_is_not_detected_is_none)
{
    static const struct scene scene = {
        .rows = {{"async", 10, true, 7, 100, 0, 0, 0, 0, 0, 0, 0, 0},
                 {"async", 20, true, 7, 99, 0, 0, 0, 0, 0, 0, 0, 0}},
        .sentences =
            "async -m 20 and async -m 10: no difference detected (async -m 20 "
            "takes 0.96 to 1.02 times as long)\n"
            "async gains less than 5 % beyond -m 10: -m 20 takes 0.96 to 1.02 "
            "times as long\n"
            "no errors up to -m 20\n",
    };

    expect_scene(&scene);
}

Test(conclude, a_gain_that_may_hide_is_not_denied)
{
    static const struct scene scene = {
        .rows = {{"async", 10, true, 5, 1000, 1000, 0, 0, 0, 0, 0, 0, 0},
                 {"async", 20, true, 5, 975, 500, 0, 0, 0, 0, 0, 0, 0}},
        .sentences =
            "async -m 20 and async -m 10: no difference detected (async -m 20 "
            "takes 0.95 to 1.00 times as long)\n"
            "async -m 20 takes 95 % longer than its ideal: 475 ms of its 975 "
            "ms are overhead\n"
            "async is not shown to gain beyond -m 10: -m 20 takes 0.95 to 1.00 "
            "times as long; the ideal would allow 2.00 times the speed\n"
            "no errors up to -m 20\n",
    };

    expect_scene(&scene);
}

Test(conclude, what_was_measured_of_the_machine_is_not_put_down_to_a_strategy)
{
    static const struct {
        struct parts parts;
        const char *of_it;
    } cases[] = {
        {{0}, NULL},
        {{.late_ms = 100, .connecting_ms = 50},
         "at most 100 ms are the server's lateness, 50.0 ms connecting; at "
         "least 325 ms are left to the strategy\n"},
        /* Nobody knows how much of the one is the other. */
        {{.late_ms = 100, .server_wait_ms = 80},
         "at most 180 ms are the server's lateness and wait for a processor; "
         "at least 295 ms are left to the strategy\n"},
        {{.server_wait_ms = 80, .client_wait_ms = 20},
         "at most 80.0 ms are the server's wait for a processor, 20.0 ms the "
         "client's wait for a processor; at least 375 ms are left to the "
         "strategy\n"},
        {{200, 200, 200, 200, false},
         "at most 400 ms are the server's lateness and wait for a processor, "
         "75.0 ms the client's wait for a processor; what is the strategy's "
         "part cannot be told\n"},
        {{.late_ms = 100, .is_bound = true},
         "at most 100 ms are the server's lateness; how much of it is the "
         "program's own cannot be told\n"},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        char *text = concluded(&cases[i].parts);
        const char *at = strstr(text, cases[i].parts.is_bound
                                          ? "of this overhead of at most 475 "
                                            "ms, "
                                          : "of this overhead of 475 ms, ");

        cr_expect(eq(int, at != NULL, cases[i].of_it != NULL), "%zu", i);
        if (at && cases[i].of_it)
            cr_expect(strncmp(strchr(at, ',') + 2, cases[i].of_it,
                              strlen(cases[i].of_it)) == 0,
                      "%s", at);
        free(text);
    }
}

Test(conclude, a_difference_no_greater_than_waits_is_told_with_them)
{
    static const struct {
        int64_t slower_ms, waited_ms;
        bool is_waits;
    } cases[] = {
        {130, 35, true},   /* more than it differs by */
        {130, 20, false},  /* less than that */
        {130, 0, false},   /* nobody knows */
        {1000, 90, false}, /* not disturbed */
        {105, 10, false},  /* likewise, although it is more */
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct row rows[2] = {
            {.strategy = "threaded",
             .max_req = 20,
             .reuse = true,
             .runs = 7,
             .median_ms = 100},
            {.strategy = "async",
             .max_req = 20,
             .reuse = true,
             .runs = 7,
             .median_ms = cases[i].slower_ms},
        };
        char *text = concluded_of(
            rows, 2, &(struct parts){.client_wait_ms = cases[i].waited_ms});
        const char *said = strstr(text, "async takes ");

        cr_assert(said != NULL, "%s", text);
        cr_expect(eq(int,
                     strstr(text, "; no more than the slower one and its "
                                  "server waited for a processor\n") != NULL,
                     cases[i].is_waits),
                  "%zu: %s", i, text);
        free(text);
    }
}

Test(conclude, runs_in_which_the_server_was_late_are_named)
{
    char *text = concluded(&(struct parts){.late_ms = 120});

    cr_expect(strstr(text, "in 5 runs the server was late with an answer for "
                           "more than 10 % of the time (async: 5)\n") != NULL,
              "%s", text);
    free(text);
    text = concluded(&(struct parts){.late_ms = 90});
    cr_expect(eq(ptr, strstr(text, "was late"), NULL), "%s", text);
    free(text);
}

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

Test(conclude, reuse_is_told_for_each_strategy)
{
    static const struct scene scene = {
        .rows = {{"threaded", 20, true, 7, 100, 0, 21, 9, 0, 20, 0, 0, 0},
                 {"threaded", 20, false, 7, 130, 0, 21, 9, 0, 194, 0, 0, 0},
                 {"async", 20, true, 7, 100, 0, 1, 9, 0, 20, 0, 0, 0},
                 {"async", 20, false, 7, 101, 0, 1, 9, 0, 194, 0, 0, 0}},
        .sentences = "async and threaded: no difference detected (async takes "
                     "0.96 to 1.04 times as long)\n"
                     "async needs 1 thread where threaded needs 21\n"
                     "threaded is 1.30 times as fast with reuse of connections "
                     "as without (1.25 to 1.35)\n"
                     "async with and without reuse of connections: no "
                     "difference detected\n",
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

Test(conclude, without_the_first_cell_the_others_are_related)
{
    static const struct scene scene = {
        .rows = {{"sequential", 1, true, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0},
                 {"threaded", 20, true, 7, 110, 0, 0, 0, 0, 0, 0, 0, 0},
                 {"async", 20, true, 7, 100, 0, 0, 0, 0, 0, 0, 0, 0}},
        .sentences = "async is 1.10 times as fast as threaded (1.07 to 1.13)\n"
                     "7 runs failed or did other work than the rest and do not "
                     "count "
                     "(sequential: 7)\n"
                     "sequential has no run that counts\n",
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

/* What is said of a server that is not ours, or (NULL) of ours, where answers
   took 10 ms one by one, and so long many at a time; and the client computed.
   */
static char *told_of_queues(const char *server, int64_t together_us,
                            int64_t cpu_ms)
{
    const struct row rows[] = {
        {"sequential", 1, true, 11, 1000, 900, 0, 0, 0, 0, 0, 0, 0},
        {"async", 20, true, 11, 100, 50, 0, 0, cpu_ms, 0, 0, 0, 0},
        {"threaded", 20, true, 11, 200, 50, 0, 0, 0, 0, 0, 0, 0}};
    struct comparison comparison = {.setup = {.server = server},
                                    .cell_count = COUNT(rows)};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    comparison.cells = calloc(COUNT(rows), sizeof(*comparison.cells));
    for (size_t i = 0; i < COUNT(rows); i++) {
        comparison.cells[i] = cell_of(&rows[i]);
        for (size_t j = 0; j < rows[i].runs; j++)
            comparison.cells[i].runs[j].measured[FIGURE_ANSWER_P50] =
                i == 0 ? 10000 : together_us;
    }
    cr_assert(eq(int, comparison_derive(&comparison), 0));
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct comparison_cell *cell = &comparison.cells[i];

        cr_expect(eq(int, isnan(figure_of(cell, FIGURE_OVERHEAD)) != 0,
                     cell->queued));
        cr_expect(eq(int, isnan(figure_of(cell, FIGURE_EFFICIENCY)) != 0,
                     cell->queued));
        cr_expect(ge(dbl, figure_of(cell, FIGURE_IDEAL), 50000));
    }
    cr_assert(eq(int, comparison_conclude(&comparison, note, out), 0));
    fclose(out);
    comparison_close(&comparison);
    return text;
}

Test(conclude, where_a_server_queues_overhead_is_not_the_strategys)
{
    static const char queued[] =
        "answers to async take 15.1 ms where one at a time takes 10.0 ms (by "
        "the median): the server, or the way to it, queues them, so that its "
        "overhead and efficiency are not known\n"
        "so it is with threaded\n";
    static const struct {
        const char *server;
        int64_t together_us, cpu_ms;
        bool is_queued;
    } cases[] = {{"http://h", 15100, 0, true},
                 {"http://h", 15100, 49, true},
                 {"http://h", 15100, 50, false},
                 {"http://h", 15000, 0, false},
                 {NULL, 15100, 0, false}};

    for (size_t i = 0; i < COUNT(cases); i++) {
        char *text = told_of_queues(cases[i].server, cases[i].together_us,
                                    cases[i].cpu_ms);

        cr_expect(eq(int, strstr(text, queued) != NULL, cases[i].is_queued),
                  "%s", text);
        cr_expect(
            eq(int, strstr(text, "are overhead") != NULL, !cases[i].is_queued),
            "%s", text);
        free(text);
    }
}
