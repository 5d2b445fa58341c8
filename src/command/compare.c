#include <errno.h>
#include <inttypes.h>
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/command.h"
#include "command/compare_options.h"
#include "command/compare_run.h"
#include "command/compare_work.h"
#include "command/interrupt.h"
#include "download/downloader.h"
#include "report/old_table.h"
#include "report/progress.h"

enum { CELLS = 3 };

/* One strategy with the runs made of it. */
struct cell {
    const struct downloader *strategy;
    unsigned max_req;
    int64_t *observed_us; /* of the valid runs */
    size_t valid;
};

/* One `flags compare`. */
struct compare {
    struct compare_settings settings;
    struct compare_work work;
    struct cell cells[CELLS];
    struct compare_run model; /* the first valid run, which all must equal */
    bool has_model;
    bool check_failed;
    bool progress;  /* on a terminal: which run it is */
    size_t printed; /* of the book's codes on this line */
};

static int fail(const char *what, int rc)
{
    fprintf(stderr, "flags: %s: %s\n", what, command_strerror(rc));
    return rc;
}

/* A run that does not count, and why. */
static void invalidate(struct compare *compare, const struct cell *cell,
                       size_t run, const char *why)
{
    compare->check_failed = true;
    fprintf(stderr, "flags: %s, run %zu does not count: %s\n",
            cell->strategy->name, run + 1, why);
}

/* The book's scripts print each code when it is there. */
static void on_final(void *arg, const struct feed_line *line)
{
    struct compare *compare = arg;

    if (line->status != STATUS_OK)
        return;
    compare->printed++;
    printf("%s ", line->code);
    fflush(stdout);
}

static int make_run(struct compare *compare, const struct cell *cell,
                    struct compare_run *run)
{
    struct compare_run_options options = {
        .strategy = cell->strategy->name,
        .max_req = cell->max_req,
        .url = compare->work.url,
        .arguments = compare->work.arguments,
        .hush = compare->has_model,
        .on_final = compare->settings.book ? on_final : NULL,
        .arg = compare,
    };

    compare->printed = 0;
    return compare_run(run, &options);
}

/* Count the run, or say why not. Takes it over. */
static void judge(struct compare *compare, struct cell *cell, size_t number,
                  struct compare_run *run)
{
    char difference[128];
    char why[192];

    if (run->exit_status == EXIT_STATUS_NOTHING) {
        invalidate(compare, cell, number, "it downloaded nothing");
    } else if (run->exit_status == EXIT_STATUS_USAGE ||
               run->exit_status >= EXIT_STATUS_LOCAL) {
        snprintf(why, sizeof(why), "it ended with status %d", run->exit_status);
        invalidate(compare, cell, number, why);
    } else if (!compare->has_model) {
        compare->model = *run;
        compare->has_model = true;
        cell->observed_us[cell->valid++] = run->observed_us;
        return;
    } else if (compare_run_differs(run, &compare->model, difference,
                                   sizeof(difference))) {
        snprintf(why, sizeof(why), "other work than the first run's: %s",
                 difference);
        invalidate(compare, cell, number, why);
    } else {
        cell->observed_us[cell->valid++] = run->observed_us;
    }
    compare_run_close(run);
}

/* One run of one cell, reported as the options say. */
static int compare_once(struct compare *compare, struct cell *cell,
                        size_t number)
{
    const struct compare_settings *settings = &compare->settings;
    struct compare_run run;
    char why[64];
    int rc;

    if (settings->book)
        printf("%s, run %zu of %" PRId64 "\n", cell->strategy->name, number + 1,
               settings->runs);
    if (compare->progress)
        fprintf(stderr, "\r\x1b[K%s, run %zu of %" PRId64, cell->strategy->name,
                number + 1, settings->runs);
    rc = make_run(compare, cell, &run);
    if (compare->progress)
        fputs("\r\x1b[K", stderr);
    if (rc == -EPROTO) {
        snprintf(why, sizeof(why), "it ended with status %d before its work",
                 run.exit_status);
        invalidate(compare, cell, number, why);
        return 0;
    }
    if (rc < 0)
        return rc;
    if (settings->book)
        printf("\n%zu flag%s downloaded in %.2fs\n", compare->printed,
               compare->printed == 1 ? "" : "s", (double)run.observed_us / 1e6);
    compare->printed = 0;
    judge(compare, cell, number, &run);
    return 0;
}

/* All runs: the book's strategy after strategy, else one of each in turn, so
   that a slow minute of the machine meets all of them. */
static int compare_all(struct compare *compare)
{
    size_t runs = (size_t)compare->settings.runs;

    for (size_t i = 0; i < runs * CELLS; i++) {
        size_t cell = compare->settings.book ? i / runs : i % CELLS;
        size_t number = compare->settings.book ? i % runs : i / CELLS;
        int rc;

        rc = compare_once(compare, &compare->cells[cell], number);
        if (rc == 0)
            rc = command_flush_stdout();
        if (rc == 0 && interrupt_signal())
            rc = -EINTR;
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* What was not downloaded, the same in all runs that count. */
static void print_troubles(const struct compare_run *model)
{
    static const struct {
        enum status status;
        const char *name;
    } troubles[] = {{STATUS_NOT_FOUND, "not found"}, {STATUS_ERROR, "error"}};
    const char *lead = "\nIn each run:";

    for (size_t i = 0; i < sizeof(troubles) / sizeof(troubles[0]); i++) {
        size_t count = 0;

        for (size_t j = 0; j < model->count; j++)
            count += model->items[j].status == troubles[i].status;
        if (count == 0)
            continue;
        printf("%s %zu of %zu %s%s", lead, count, model->count,
               troubles[i].name,
               troubles[i].status == STATUS_ERROR && count > 1 ? "s" : "");
        lead = ",";
    }
    if (*lead == ',')
        puts(".");
}

static void print_table(struct compare *compare)
{
    struct old_cell cells[CELLS];

    for (size_t i = 0; i < CELLS; i++) {
        struct cell *cell = &compare->cells[i];

        cells[i] = (struct old_cell){.strategy = cell->strategy->name,
                                            .max_req = cell->max_req};
        if (cell->valid > 0)
            cells[i].observed = statistics_of(cell->observed_us, cell->valid);
    }
    if (compare->printed > 0)
        putchar('\n'); /* the codes of a run that was cut short */
    if (interrupt_signal())
        puts("interrupted");
    if (compare->settings.book)
        putchar('\n');
    old_print(stdout, cells, CELLS,
                     strcmp(nl_langinfo(CODESET), "UTF-8") == 0);
    print_troubles(&compare->model);
}

static void print_head(const struct compare *compare)
{
    const struct compare_settings *settings = &compare->settings;
    size_t count = compare->work.selection.count;

    printf("%zu flag%s, %" PRId64 " run%s of each strategy", count,
           count == 1 ? "" : "s", settings->runs,
           settings->runs == 1 ? "" : "s");
    if (compare->work.server_started)
        printf(", weather %s, seed %" PRId64,
               settings->work.server ? compare->work.source.label
                                     : settings->weather,
               settings->seed);
    else
        printf(", at %s", compare->work.source.base);
    puts("\n");
}

static int make_cells(struct compare *compare)
{
    static const struct downloader *const strategies[CELLS] = {
        &downloader_sequential, &downloader_threaded, &downloader_async};

    for (size_t i = 0; i < CELLS; i++) {
        struct cell *cell = &compare->cells[i];

        cell->strategy = strategies[i];
        cell->max_req = strategies[i]->greatest_max_req == 1
                            ? 1
                            : (unsigned)compare->settings.max_req;
        cell->observed_us =
            calloc((size_t)compare->settings.runs, sizeof(int64_t));
        if (!cell->observed_us)
            return -ENOMEM;
    }
    return 0;
}

static int compare_and_report(struct compare *compare)
{
    int rc = compare_work_begin(&compare->work, &compare->settings);

    if (rc < 0 && rc != -EINTR)
        fprintf(stderr, "flags: cannot start the server: %s\n",
                local_server_why(rc));
    if (rc < 0)
        return EXIT_STATUS_LOCAL;
    if (!compare->settings.book)
        print_head(compare);
    rc = command_flush_stdout();
    if (rc == 0)
        rc = compare_all(compare);
    if (rc < 0 && rc != -EINTR)
        fail("cannot go on", rc);
    print_table(compare);
    if (rc < 0 && rc != -EINTR)
        return EXIT_STATUS_LOCAL;
    return compare->check_failed ? EXIT_STATUS_CHECK : EXIT_STATUS_OK;
}

static int prepare(struct compare *compare, struct command_line *line)
{
    int rc = compare_settings_check(&compare->settings, line);

    if (rc == 0)
        rc = compare_work_plan(&compare->work, &compare->settings, line);
    if (rc == 0)
        rc = make_cells(compare);
    return rc == 0 ? interrupt_catch() : rc;
}

static void compare_close(struct compare *compare)
{
    for (size_t i = 0; i < CELLS; i++)
        free(compare->cells[i].observed_us);
    compare_run_close(&compare->model);
    compare_work_close(&compare->work);
    option_settings_free(&compare_option_table, &compare->settings);
}

static int run_compare(int argc, char **argv)
{
    struct compare compare = {.progress = progress_fits(stderr)};
    struct command_line line;
    int status = EXIT_STATUS_LOCAL;
    int rc;

    if (command_begin(&line, &compare_option_table, &compare.settings, argc,
                      argv, &status)) {
        rc = prepare(&compare, &line);
        if (rc == 0)
            status = compare_and_report(&compare);
        else if (rc == -EINVAL)
            status = command_usage_error(&line);
        else
            fprintf(stderr, "flags: %s\n", command_strerror(rc));
    }
    compare_close(&compare);
    status = command_end(status);
    if (interrupt_signal())
        interrupt_die(interrupt_signal());
    return status;
}

const struct command command_compare = {
    .name = "compare",
    .purpose = "run the same downloads by each strategy and compare the times",
    .run = run_compare,
};
