#include "comparison/settings_check.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "comparison/comparison.h"
#include "text/escape.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What is checked, and what tells of it. */
struct check {
    struct compare_settings *settings;
    struct command_line *line;
    const struct option_table *table;
};

static bool has(const struct check *check, const char *option)
{
    return command_line_has(check->line, check->table, option);
}

__attribute__((format(printf, 2, 3))) static int refuse(
    struct command_line *line, const char *format, ...)
{
    va_list values;

    va_start(values, format);
    vsnprintf(line->error, sizeof(line->error), format, values);
    va_end(values);
    return -EINVAL;
}

/* None of these options, for `why`. */
static int refuse_any(const struct check *check, const char *const *options,
                      size_t count, const char *why)
{
    for (size_t i = 0; i < count; i++) {
        if (has(check, options[i]))
            return refuse(check->line, "--%s: %s", options[i], why);
    }
    return 0;
}

/* A file has room for one of them, standard output likewise. */
static int check_exports(const struct check *check)
{
    const char *const *files = check->settings->exports;
    char shown[64];

    for (size_t i = 0; i < EXPORTS; i++) {
        if (files[i] && !*files[i])
            return refuse(check->line,
                          "an export needs the name of a file, or -");
        for (size_t j = 0; files[i] && j < i; j++) {
            if (!files[j] || strcmp(files[i], files[j]) != 0)
                continue;
            escape_copy(shown, sizeof(shown), files[i]);
            return refuse(
                check->line, "%s: only one of the exports can go %s", shown,
                strcmp(files[i], "-") == 0 ? "to standard output" : "there");
        }
    }
    return 0;
}

/* Without --runs, the looks begin with the fewest runs that decide anything. */
static int check_looks(const struct check *check)
{
    struct compare_settings *settings = check->settings;
    bool looks = settings->until > 0 || settings->until_decided;

    if (settings->until_decided && settings->conditions.count == 0)
        return refuse(check->line,
                      "--until-decided: there is no --fail-if to decide");
    if (!looks && has(check, "max-runs"))
        return refuse(check->line,
                      "--max-runs: only with --until or --until-decided");
    if (!looks)
        return 0;
    if (!has(check, "runs"))
        settings->runs = settings->max_runs < COMPARISON_RUNS_LEAST
                             ? settings->max_runs
                             : COMPARISON_RUNS_LEAST;
    if (settings->runs > settings->max_runs)
        return refuse(check->line,
                      "--runs %" PRId64 ": more than --max-runs, which is "
                      "%" PRId64 "%s",
                      settings->runs, settings->max_runs,
                      has(check, "max-runs") ? "" : " unless said");
    return 0;
}

/* Each weather has as many runs as the next, or one more. */
static int check_seeds(const struct check *check)
{
    struct compare_settings *settings = check->settings;
    bool looks = settings->until > 0 || settings->until_decided;
    bool more = settings->seeds > settings->runs;

    if (more && has(check, "runs"))
        return refuse(check->line,
                      "--seeds %" PRId64 ": more than the runs of each cell, "
                      "of which there are %" PRId64,
                      settings->seeds, settings->runs);
    if (looks && settings->seeds > settings->max_runs)
        return refuse(check->line,
                      "--seeds %" PRId64 ": more than --max-runs, which is "
                      "%" PRId64 "%s",
                      settings->seeds, settings->max_runs,
                      has(check, "max-runs") ? "" : " unless said");
    if (more)
        settings->runs = settings->seeds;
    if (settings->seed > INT64_MAX - (settings->seeds - 1))
        return refuse(check->line,
                      "--seeds %" PRId64 ": there are not so many from "
                      "--seed on",
                      settings->seeds);
    if (settings->until > 0 && settings->seeds > 1 &&
        settings->seeds < WEATHERS_LEAST)
        return refuse(check->line,
                      "--until: of %" PRId64 " weathers a ratio has no "
                      "interval: %d are the least (--seeds %d)",
                      settings->seeds, WEATHERS_LEAST, WEATHERS_LEAST);
    return 0;
}

/* A server of somebody's has a weather of its own, and HTTP/2 is agreed on by
   TLS. */
static int check_server(const struct check *check)
{
    static const char *const ours[] = {"weather", "connect-delay", "tls",
                                       "size", "bandwidth"};
    const struct compare_settings *settings = check->settings;
    const char *server = settings->work.server;
    int rc = server
                 ? refuse_any(check, ours, COUNT(ours),
                              "not together with --server, which has its own")
                 : 0;

    if (rc < 0)
        return rc;
    for (size_t i = 0; i < settings->http_count; i++) {
        if (settings->http[i] == 2 && !settings->factors.tls &&
            !(server && strncasecmp(server, "https://", 8) == 0))
            return refuse(check->line,
                          "--http 2: only over TLS (--tls, or a server of "
                          "https), by which it is agreed on");
    }
    return 0;
}

/* What programs do not do. */
static int check_programs(const struct check *check)
{
    const struct compare_settings *settings = check->settings;
    const char *option = settings->with ? "--with" : "--program";

    if (settings->programs.count == 0 && !settings->with)
        return 0;
    if (settings->factors.work_us > 0)
        return refuse(check->line,
                      "--work: not together with %s: programs do not compute",
                      option);
    if (settings->live == LIVE_TOGETHER)
        return refuse(check->line,
                      "--live=together: not together with %s: programs do not "
                      "tell what has come",
                      option);
    return 0;
}

/* What the book's example has of its own. Another weather scales it. */
static int check_book(const struct check *check)
{
    static const char *const fixed[] = {
        "all",           "every",           "limit",         "server",
        "country-names", "order",           "strategies",    "program",
        "with",          "until",           "until-decided", "self-check",
        "http",          "rerun-disturbed", "seeds"};
    struct compare_settings *settings = check->settings;
    int rc;

    if (!settings->book)
        return 0;
    rc = refuse_any(check, fixed, COUNT(fixed),
                    "not together with --book, which has its own");
    if (rc < 0)
        return rc;
    if (check->line->count > 0)
        return command_line_refuse(check->line, "CC", check->line->arguments[0],
                                   "no code, as --book has its own", NULL);
    if (!has(check, "weather"))
        settings->weather = COMPARE_BOOK_WEATHER;
    if (!has(check, "seed"))
        settings->seed = COMPARE_BOOK_SEED;
    settings->order = ORDER_BLOCKED;
    if (!has(check, "runs"))
        settings->runs = COMPARE_BOOK_RUNS;
    if (!has(check, "warmup"))
        settings->warmups = 0;
    return 0;
}

int compare_settings_check(struct compare_settings *settings,
                           struct command_line *line,
                           const struct option_table *table)
{
    const struct check check = {settings, line, table};
    int rc = check_exports(&check);

    if (rc == 0 && settings->force_baseline && !settings->baseline)
        rc = refuse(line, "--force-baseline: there is no --baseline");
    if (rc == 0)
        rc = check_looks(&check);
    if (rc == 0)
        rc = check_seeds(&check);
    if (rc == 0)
        rc = check_server(&check);
    if (rc == 0)
        rc = check_programs(&check);
    return rc == 0 ? check_book(&check) : rc;
}

int compare_cells_check(const struct compare_settings *settings, size_t cells,
                        bool ours, struct command_line *line)
{
    if (settings->seeds > 1 && !ours)
        return refuse(line, "--seeds: not together with --server, which has "
                            "its own weather");
    if (settings->until > 0 && cells == 1)
        return refuse(line, "--until: of one cell there is no ratio");
    return 0;
}
