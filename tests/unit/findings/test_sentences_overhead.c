#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "comparison/comparison.h"
#include "scene.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What an overhead, or a difference, is put down to. */

/* What has a part in the overhead, in each run; 0: unknown. */
struct parts {
    int64_t late_ms, server_wait_ms, client_wait_ms, connecting_ms;
    bool is_bound; /* its ideal */
};

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
        {{100, 100, 200, 75, false},
         "at most 200 ms are the server's lateness and wait for a processor, "
         "200 ms the client's wait for a processor, 75.0 ms connecting; what "
         "is the strategy's part cannot be told\n"},
        {{100, 100, 200, 75, true},
         "at most 200 ms are the server's lateness and wait for a processor, "
         "200 ms the client's wait for a processor, 75.0 ms connecting; how "
         "much of it is the program's own cannot be told\n"},
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
