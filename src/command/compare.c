#include <errno.h>
#include <inttypes.h>
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "await/await.h"
#include "cli/command.h"
#include "cli/message.h"
#include "cli/words.h"
#include "command/commands.h"
#include "command/compare_book.h"
#include "command/compare_export.h"
#include "command/compare_options.h"
#include "comparison/checks.h"
#include "comparison/child_run.h"
#include "comparison/comparison.h"
#include "comparison/grid.h"
#include "comparison/ideals.h"
#include "comparison/plan.h"
#include "comparison/results.h"
#include "comparison/setup.h"
#include "process/interrupt.h"
#include "report/progress.h"
#include "report/timeline.h"

enum { TIMELINE_ROWS = 24 };

/* One `flags compare`. */
struct compare {
    struct compare_settings settings;
    struct compare_work work;
    struct compare_setup setup;
    struct compare_checks checks;
    struct compare_exports exports;
    struct comparison comparison;
    struct results results;
    struct book book;
    char *command;   /* as a shell has it */
    char *directory; /* of the runs */
    FILE *report;    /* where it goes: stdout, unless an export goes there */
    bool told;       /* what is not there was, by the first run */
    bool progress;   /* on a terminal: which run it is */
    bool local;      /* a run failed of this machine, as of a full disk */
};

static int fail(const char *what, int rc)
{
    message("%s: %s", what,
            rc == -EHOSTDOWN ? "the server does not answer any more"
                             : aw_strerror(rc));
    return rc;
}

/* A run that does not count, and why. */
static void invalidate(const struct comparison_cell *cell, int64_t number,
                       const char *why)
{
    char name[32] = "a warm-up";

    if (number > 0)
        snprintf(name, sizeof(name), "run %" PRId64, number);
    message("%s -m %u%s, %s does not count: %s", cell->strategy, cell->max_req,
            cell->reuse ? "" : " no reuse", name, why);
}

static void on_invalid(void *arg, const struct result *run, const char *why)
{
    const struct compare *compare = arg;

    invalidate(&compare->comparison.cells[run->cell], run->figures.number, why);
}

/* Of a run that did no work to be compared; NULL: it did. */
static const char *why_invalid(const struct compare_run *run, int rc,
                               char *room, size_t size)
{
    if (rc == -EPROTO)
        snprintf(room, size, "it ended with status %d before its work",
                 run->exit_status);
    else if (run->exit_status == EXIT_STATUS_USAGE ||
             run->exit_status >= EXIT_STATUS_LOCAL)
        snprintf(room, size, "it ended with status %d", run->exit_status);
    else
        return NULL;
    return room;
}

/* The errors of a run that is no work to be compared: all that it has. */
static void count_errors(struct comparison_cell *cell,
                         const struct record *record)
{
    size_t errors = 0;

    for (size_t i = 0; i < record->item_count; i++)
        errors += record->items[i].status == STATUS_ERROR;
    cell->errors += errors;
    cell->error_runs += errors > 0;
}

/* Take the run for the results, or say why not. */
static int judge(struct compare *compare, const struct grid_run *which,
                 struct compare_run *run, int rc)
{
    struct comparison_cell *cell = &compare->comparison.cells[which->cell];
    char room[64];
    const char *why = why_invalid(run, rc, room, sizeof(room));

    if (!why && which->number > 0)
        return results_add(&compare->results, which->cell, which->number, run);
    compare->local |= run->exit_status == EXIT_STATUS_LOCAL;
    if (why) {
        invalidate(cell, which->number, why);
        compare->comparison.same_work = false;
    }
    if (why && which->number > 0) {
        cell->invalid++;
        count_errors(cell, &run->record);
    }
    compare_run_close(run);
    return 0;
}

static void show_progress(const struct compare *compare,
                          const struct grid_run *which)
{
    const struct comparison_cell *cell =
        &compare->comparison.cells[which->cell];

    if (!compare->progress)
        return;
    fprintf(stderr, "\r\x1b[K%s -m %u, ", cell->strategy, cell->max_req);
    if (which->number == 0)
        fputs("to warm up", stderr);
    else
        fprintf(stderr, "run %" PRId64 " of %" PRId64, which->number,
                compare->settings.runs);
    fputc('\r', stderr); /* what the run says begins a line */
}

/* One run of one cell, reported as the options say. */
static int compare_once(struct compare *compare, const struct grid_run *which)
{
    const struct comparison_cell *cell =
        &compare->comparison.cells[which->cell];
    bool in_book = compare->settings.book && which->number > 0;
    struct compare_run run;
    int rc;

    if (in_book)
        book_begin(&compare->book, cell->strategy, which->number,
                   compare->settings.runs);
    show_progress(compare, which);
    rc = compare_run(
        &run,
        &(struct compare_run_options){
            .directory = compare->directory,
            .strategy = cell->strategy,
            .max_req = cell->max_req,
            .reuse = cell->reuse,
            .url = compare->work.url,
            .server_is_ours = compare->work.server_started,
            .arguments = (const char *const *)compare->work.arguments.items,
            .hush = compare->told,
            .on_final = in_book ? book_final : NULL,
            .arg = &compare->book,
        });
    if (compare->progress)
        fputs("\r\x1b[K", stderr);
    if (rc < 0 && rc != -EPROTO)
        return rc;
    if (in_book && rc == 0)
        book_end(&compare->book, run.figures.observed_us);
    compare->told = compare->told || rc == 0;
    return judge(compare, which, &run, rc);
}

static int compare_all(struct compare *compare)
{
    size_t count = 0;
    struct grid_run *runs =
        grid_runs(&compare->settings, compare->comparison.cell_count, &count);
    int rc = runs ? 0 : -ENOMEM;

    for (size_t i = 0; i < count && rc == 0; i++) {
        rc = compare_once(compare, &runs[i]);
        if (rc == 0 && !compare->exports.has_stdout)
            rc = command_flush_stdout();
        if (rc == 0 && interrupt_signal())
            rc = -EINTR;
    }
    free(runs);
    return rc;
}

/* From the runs to what they say. */
static int conclude(struct compare *compare)
{
    struct comparison *comparison = &compare->comparison;
    int rc = compare_predict_work(&compare->results, &comparison->setup,
                                  &compare->work, &compare->settings);

    if (rc == 0)
        rc = results_finish(&compare->results, comparison, on_invalid, compare);
    if (rc == 0)
        rc = compare_ideals(comparison, &compare->results, &compare->work,
                            &compare->settings);
    if (rc == 0)
        rc = comparison_derive(comparison);
    if (rc == 0)
        rc = comparison->nothing ? 0
                                 : checks_judge(&compare->checks, comparison);
    return rc;
}

/* The run of each cell that is nearest to its median. */
static void print_timelines(const struct compare *compare)
{
    const struct comparison *comparison = &compare->comparison;
    struct timeline_style style = timeline_style_of(compare->report);

    style.rows = TIMELINE_ROWS;

    for (size_t i = 0; i < comparison->cell_count; i++) {
        const struct comparison_cell *cell = &comparison->cells[i];

        if (cell->record.item_count == 0)
            continue;
        fputc('\n', compare->report);
        style.title = cell->name;
        timeline_print(compare->report, &cell->record, &style);
    }
}

/* Whatever was asked for. */
static int tell(struct compare *compare)
{
    bool unicode = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    int rc;

    if (compare->settings.book) {
        book_break(&compare->book);
        fputc('\n', compare->report);
    }
    rc = comparison_print(compare->report, &compare->comparison, unicode);
    if (rc == 0 && compare->settings.timeline)
        print_timelines(compare);
    if (rc < 0)
        return fail("cannot report", rc);
    return exports_write(&compare->exports, &compare->comparison);
}

static int run_and_tell(struct compare *compare)
{
    int rc = compare_all(compare);
    int told;

    compare->comparison.interrupted = rc < 0;
    if (rc < 0 && rc != -EINTR)
        fail("cannot go on", rc);
    if (rc < 0 && rc != -EINTR && compare->results.count == 0)
        return EXIT_STATUS_LOCAL;
    told = conclude(compare);
    if (told < 0)
        fail("cannot tell what came out", told);
    else
        told = tell(compare);
    if ((rc < 0 && rc != -EINTR) || told < 0 || compare->local)
        return EXIT_STATUS_LOCAL;
    if (!compare->comparison.same_work || checks_failed(&compare->comparison))
        return EXIT_STATUS_CHECK;
    return compare->comparison.nothing ? results_status(&compare->results)
                                       : EXIT_STATUS_OK;
}

static int compare_and_report(struct compare *compare)
{
    int rc = exports_open(&compare->exports, &compare->settings);

    if (rc < 0)
        return EXIT_STATUS_LOCAL;
    compare->report = compare->exports.has_stdout ? stderr : stdout;
    compare->book.out = compare->report;
    rc = compare_run_make_directory(&compare->directory);
    if (rc < 0) {
        message_failure("cannot make a directory in",
                        compare_run_parent_directory(), rc);
        return EXIT_STATUS_LOCAL;
    }
    rc = compare_work_begin(&compare->work, &compare->settings);
    if (rc < 0 && rc != -EINTR)
        message("cannot start the server: %s", local_server_why(rc));
    if (rc < 0)
        return EXIT_STATUS_LOCAL;
    return run_and_tell(compare);
}

static void warn_of_clamp(const char *strategy, unsigned asked,
                          unsigned allowed, bool by_descriptors)
{
    if (by_descriptors)
        message_warning("--max-req %u: the limit of open files allows %u, %s",
                        asked, allowed, strategy);
    else
        message_warning("--max-req %u: %s has at most %u in flight", asked,
                        strategy, allowed);
}

/* The command line as a shell has it, without what is not for others to see:
   credentials of a server's address. */
static int describe_command(struct compare *compare,
                            const struct command_line *line)
{
    const struct compare_settings *settings = &compare->settings;
    const size_t server = offsetof(struct compare_settings, work.server);
    struct words words = {0};
    int rc = words_add(&words, "flags");

    if (rc == 0)
        rc = words_add(&words, "compare");
    if (rc == 0)
        rc = words_add_options(&words, line, &compare_option_table, settings, 0,
                               server);
    if (rc == 0 && settings->work.server)
        rc =
            words_add(&words, "--server=%s",
                      compare->work.source.fixture ? compare->work.source.label
                                                   : compare->work.source.base);
    if (rc == 0)
        rc = words_add_options(&words, line, &compare_option_table, settings,
                               server + sizeof(settings->work.server),
                               sizeof(*settings));
    for (size_t i = 0; i < line->count && rc == 0; i++)
        rc = words_add(&words, "%s", line->arguments[i]);
    if (rc == 0)
        compare->command = words_text(&words);
    words_free(&words);
    compare->comparison.setup.command = compare->command;
    return rc == 0 && !compare->command ? -ENOMEM : rc;
}

static int prepare(struct compare *compare, struct command_line *line)
{
    struct comparison *comparison = &compare->comparison;
    int rc = compare_settings_check(&compare->settings, line);

    if (rc == 0)
        rc = compare_work_plan(&compare->work, &compare->settings, line,
                               &compare_option_table);
    if (rc == 0)
        rc = grid_cells(&compare->settings, compare->work.selection.count,
                        warn_of_clamp, &comparison->cells,
                        &comparison->cell_count);
    if (rc == 0)
        rc = checks_parse(&compare->checks, &compare->settings.conditions,
                          comparison, line);
    if (rc == 0)
        rc = setup_describe(&compare->setup, &compare->settings, &compare->work,
                            &comparison->setup);
    if (rc == 0)
        rc = describe_command(compare, line);
    comparison->fail_undecided = compare->settings.undecided_fails;
    comparison->same_work = true;
    return rc == 0 ? interrupt_catch() : rc;
}

static void compare_close(struct compare *compare)
{
    exports_close(&compare->exports);
    comparison_close(&compare->comparison);
    checks_close(&compare->checks);
    results_close(&compare->results);
    setup_close(&compare->setup);
    compare_work_close(&compare->work);
    compare_run_remove_directory(compare->directory);
    free(compare->command);
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
            message("%s", aw_strerror(rc));
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
    .options = &compare_option_table,
    .manual = &compare_manual,
    .run = run_compare,
};
