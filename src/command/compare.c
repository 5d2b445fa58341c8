#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "await/await.h"
#include "cli/command.h"
#include "cli/message.h"
#include "cli/words.h"
#include "command/commands.h"
#include "command/compare_export.h"
#include "command/compare_options.h"
#include "command/compare_runs.h"
#include "command/compare_timelines.h"
#include "comparison/baseline.h"
#include "comparison/checks.h"
#include "comparison/child_run.h"
#include "comparison/comparison.h"
#include "comparison/directory.h"
#include "comparison/grid.h"
#include "comparison/ideals.h"
#include "comparison/looks.h"
#include "comparison/plan.h"
#include "comparison/program.h"
#include "comparison/results.h"
#include "comparison/settings_check.h"
#include "comparison/setup.h"
#include "process/interrupt.h"
#include "report/progress.h"
#include "text/escape.h"

/* One `flags compare`. */
struct compare {
    struct compare_settings settings;
    struct compare_work work;
    struct compare_setup setup;
    struct compare_checks checks;
    struct compare_exports exports;
    struct comparison comparison;
    struct programs programs;
    struct compare_runs runs;
    struct baseline baseline;
    bool refused;  /* it is of other files, as was seen in the end */
    char *command; /* as a shell has it */
    FILE *report;  /* where it goes: stdout, unless an export goes there */
};

static int fail(const char *what, int rc)
{
    message("%s: %s", what,
            rc == -EHOSTDOWN ? "the server does not answer any more"
                             : aw_strerror(rc));
    return rc;
}

/* Whether the baseline had these files, or need not have. */
static bool may_relate(void *arg, const char *files)
{
    const struct compare *compare = arg;
    char shown[64];

    if (!compare->baseline.report || compare->settings.force_baseline ||
        baseline_has_files(&compare->baseline, files))
        return true;
    escape_copy(shown, sizeof(shown), compare->settings.baseline);
    message("--baseline %s: it is of files with other bytes; --force-baseline "
            "compares all the same",
            shown);
    return false;
}

/* From the runs to what they say. */
static int conclude(struct compare *compare)
{
    struct comparison *comparison = &compare->comparison;
    struct results *results = &compare->runs.results;
    int rc = results_finish(results, comparison, compare_runs_on_invalid,
                            &compare->runs);

    if (rc == 0)
        rc = compare_ideals(comparison, results, &compare->work,
                            &compare->settings);
    if (rc == 0)
        rc = comparison_derive(comparison);
    /* Of a server that is not ours it may be known only now, as where each run
       had errors. */
    compare->refused = rc == 0 && !comparison->nothing &&
                       !may_relate(compare, comparison->files);
    if (compare->refused)
        comparison->has_baseline = false;
    else if (rc == 0)
        rc = baseline_relate(&compare->baseline, comparison);
    if (rc == 0)
        rc = comparison->nothing ? 0
                                 : checks_judge(&compare->checks, comparison);
    return rc;
}

/* As it fits there; as wide as it may be where nobody tells of a width. */
static struct comparison_style style_of(FILE *out)
{
    const struct progress_style terminal = progress_style_of_terminal();
    bool tells = isatty(fileno(out)) || getenv("COLUMNS");

    return (struct comparison_style){
        .columns = tells ? (unsigned)progress_columns(out) : UINT_MAX,
        .unicode = terminal.unicode,
        .colour = terminal.colour && progress_fits(out),
    };
}

/* Whatever was asked for. */
static int tell(struct compare *compare)
{
    const struct comparison_style style = style_of(compare->report);
    int rc;

    if (compare->settings.book) {
        book_break(&compare->runs.book);
        fputc('\n', compare->report);
    }
    rc = comparison_print(compare->report, &compare->comparison, &style);
    if (rc == 0 && compare->settings.timeline)
        compare_timelines_print(compare->report, &compare->comparison);
    if (rc < 0)
        return fail("cannot report", rc);
    return exports_write(&compare->exports, &compare->comparison);
}

static int run_and_tell(struct compare *compare)
{
    int rc = compare_runs_make(&compare->runs);
    int told;

    if (rc == -ECANCELED)
        return EXIT_STATUS_USAGE;
    compare->comparison.interrupted = rc < 0;
    if (rc < 0 && rc != -EINTR)
        fail("cannot go on", rc);
    if (rc < 0 && rc != -EINTR && compare->runs.results.count == 0)
        return EXIT_STATUS_LOCAL;
    told = conclude(compare);
    if (told < 0)
        fail("cannot tell what came out", told);
    else
        told = tell(compare);
    if ((rc < 0 && rc != -EINTR) || told < 0 || compare->runs.local)
        return EXIT_STATUS_LOCAL;
    if (!compare->comparison.same_work || checks_failed(&compare->comparison))
        return EXIT_STATUS_CHECK;
    if (compare->refused)
        return EXIT_STATUS_USAGE;
    return compare->comparison.nothing ? results_status(&compare->runs.results)
                                       : EXIT_STATUS_OK;
}

/* All that the runs need. */
static int begin(struct compare *compare, const char *directory)
{
    int rc =
        compare_work_make_files(&compare->work, &compare->settings, directory);

    if (rc < 0)
        return message_failure("cannot make the images of --size in", directory,
                               rc);
    rc = compare_work_begin(&compare->work, &compare->settings, directory,
                            command_serve.run);
    if (rc < 0) {
        if (rc != -EINTR)
            message("cannot start the server: %s", local_server_why(rc));
        return rc;
    }
    rc = compare_runs_begin(&compare->runs);
    return rc < 0 ? fail("cannot tell what comes", rc) : 0;
}

static int compare_and_report(struct compare *compare)
{
    int rc = exports_open(&compare->exports, &compare->settings);

    if (rc < 0)
        return EXIT_STATUS_LOCAL;
    compare->report = compare->exports.has_stdout ? stderr : stdout;
    compare->runs.book.out = compare->report;
    compare->runs.flush_stdout = !compare->exports.has_stdout;
    rc = compare_runs_open(&compare->runs);
    if (rc < 0) {
        message_failure("cannot make a directory in",
                        compare_directory_parent(), rc);
        return EXIT_STATUS_LOCAL;
    }
    rc = begin(compare, compare->runs.directory.path);
    if (rc < 0)
        return EXIT_STATUS_LOCAL;
    return may_relate(compare, compare->comparison.files)
               ? run_and_tell(compare)
               : EXIT_STATUS_USAGE;
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
   credentials and queries of addresses. */
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
        rc = words_add(&words, "--server=%s",
                       compare->work.source.fixture ? compare->work.source.label
                                                    : compare->setup.server);
    if (rc == 0)
        rc = words_add_options(&words, line, &compare_option_table, settings,
                               server + sizeof(settings->work.server),
                               sizeof(*settings));
    for (size_t i = 0; i < line->count && rc == 0; i++)
        rc = words_add(&words, "%s", line->arguments[i]);
    if (rc == 0)
        rc = words_mask(&words, settings->keep_query);
    if (rc == 0)
        compare->command = words_text(&words);
    words_free(&words);
    compare->comparison.setup.command = compare->command;
    return rc == 0 && !compare->command ? -ENOMEM : rc;
}

/* They run at our server, and get what --country-names does not ask for. */
static int plan_programs(struct compare *compare, struct command_line *line)
{
    const struct compare_settings *settings = &compare->settings;
    struct comparison *comparison = &compare->comparison;
    int rc = programs_parse(&compare->programs, &settings->programs, line);

    if (rc == 0)
        rc = programs_add_recipes(&compare->programs, settings->with, line);
    if (rc < 0 || compare->programs.count == 0)
        return rc;
    if (!compare->work.source.fixture || settings->work.country_names) {
        snprintf(line->error, sizeof(line->error), "%s: not together with %s",
                 settings->with ? "--with" : "--program",
                 settings->work.country_names
                     ? "--country-names: programs do not rename files"
                     : "a server that is not started for the comparison");
        return -EINVAL;
    }
    rc = programs_mask(&compare->programs, settings->keep_query);
    return rc < 0 ? rc
                  : programs_add_cells(&compare->programs, settings,
                                       &comparison->cells,
                                       &comparison->cell_count);
}

/* Before anything is run: it may not be of the same. */
static int read_baseline(struct compare *compare, struct command_line *line)
{
    const struct compare_settings *settings = &compare->settings;
    struct comparison *comparison = &compare->comparison;
    char why[BASELINE_WHY_SIZE];
    char shown[64];
    int rc;

    if (!settings->baseline)
        return 0;
    escape_copy(shown, sizeof(shown), settings->baseline);
    rc = baseline_open(&compare->baseline, settings->baseline, why);
    if (rc == -ENOMEM)
        return rc;
    comparison->by_server = compare->programs.count > 0;
    if (rc == 0 && (settings->force_baseline ||
                    baseline_matches(&compare->baseline, comparison, why))) {
        comparison->has_baseline = true;
        if (!baseline_knows_queries(&compare->baseline, comparison))
            message_warning("--baseline %s: queries of URLs that are not shown "
                            "may be others (--keep-query)",
                            shown);
        return 0;
    }
    snprintf(line->error, sizeof(line->error), "--baseline %s: %s%s", shown,
             rc < 0 && rc != -EINVAL ? aw_strerror(rc) : why,
             rc == 0 ? "; --force-baseline compares all the same" : "");
    return -EINVAL;
}

static int prepare(struct compare *compare, struct command_line *line)
{
    struct comparison *comparison = &compare->comparison;
    int rc =
        compare_settings_check(&compare->settings, line, &compare_option_table);

    if (rc == 0)
        rc = compare_work_plan(&compare->work, &compare->settings, line,
                               &compare_option_table);
    if (rc == 0)
        rc = grid_cells(&compare->settings, compare->work.selection.count,
                        warn_of_clamp, &comparison->cells,
                        &comparison->cell_count);
    if (rc == 0)
        rc = plan_programs(compare, line);
    if (rc == 0)
        rc = compare_cells_check(&compare->settings, comparison->cell_count,
                                 compare->work.source.fixture, line);
    if (rc == 0)
        rc = checks_parse(&compare->checks, &compare->settings.conditions,
                          comparison, line);
    if (rc == 0)
        rc = setup_describe(&compare->setup, &compare->settings, &compare->work,
                            &comparison->setup);
    looks_plan(&comparison->looks, &compare->settings);
    if (rc == 0)
        rc = checks_want_weathers(&compare->checks, comparison, line);
    if (rc == 0)
        rc = read_baseline(compare, line);
    if (rc == 0)
        rc = describe_command(compare, line);
    comparison->fail_undecided = compare->settings.undecided_fails;
    comparison->same_work = true;
    return rc == 0 ? interrupt_catch() : rc;
}

static void compare_close(struct compare *compare)
{
    exports_close(&compare->exports);
    compare_runs_close(&compare->runs);
    comparison_close(&compare->comparison);
    programs_close(&compare->programs);
    checks_close(&compare->checks);
    setup_close(&compare->setup);
    baseline_close(&compare->baseline);
    compare_work_close(&compare->work);
    free(compare->command);
    option_settings_free(&compare_option_table, &compare->settings);
}

static int run_compare(int argc, char **argv)
{
    struct compare compare = {
        .runs = {.settings = &compare.settings,
                 .work = &compare.work,
                 .comparison = &compare.comparison,
                 .checks = &compare.checks,
                 .on_files = may_relate,
                 .arg = &compare,
                 .progress = progress_fits(stderr)},
    };
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
    .uses_libcurl = true,
};
