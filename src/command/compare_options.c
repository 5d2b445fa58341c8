#include "command/compare_options.h"

#include <errno.h>
#include <stdio.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define FIELD(name) offsetof(struct compare_settings, name)

static const char *const reuse_names[] = {"yes", "no", NULL};

static int take_weather(void *settings, const char *text)
{
    struct delay delay;
    int rc = delay_parse(&delay, text);

    if (rc == 0)
        ((struct compare_settings *)settings)->weather = text;
    return rc;
}

static const struct option_row rows[] = {
    WORK_SELECTION_ROWS(struct compare_settings, work),
    {.group = "The comparison",
     .name = "book",
     .kind = OPTION_FLAG,
     .help = "the example of Fluent Python: three runs of each strategy, in "
             "its texts, under weather like its own",
     .offset = FIELD(book)},
    {.name = "runs",
     .letter = 'r',
     .kind = OPTION_INTEGER,
     .metavar = "N",
     .least = 1,
     .most = 10000,
     .fallback = "10",
     .shown = "10; 3 with --book",
     .help = "runs of each strategy, one of each in turn",
     .offset = FIELD(runs)},
    {.name = "max-req",
     .alias = "max_req",
     .letter = 'm',
     .kind = OPTION_INTEGER,
     .metavar = "N",
     .least = 1,
     .most = 1000,
     .fallback = "20",
     .help = "requests in flight, threaded and async",
     .offset = FIELD(max_req)},
    {.name = "reuse",
     .kind = OPTION_CHOICE,
     .metavar = "yes|no",
     .choices = reuse_names,
     .fallback = "yes",
     .help = "keep connections for the next request",
     .offset = FIELD(reuse)},
    {.group = "The server",
     .name = "weather",
     .kind = OPTION_TAKEN,
     .metavar = "SPEC",
     .fallback = "uniform:.02:.08",
     .take = take_weather,
     .accepted = "a delay as in 50ms, uniform:.5:5, normal:1:.2 or "
                 "lognormal:.3:.6",
     .help = "delays of the server that is started for the comparison",
     .offset = FIELD(weather)},
    {.name = "seed",
     .kind = OPTION_INTEGER,
     .metavar = "N",
     .fallback = "1",
     .help = "of its weather: the same seed, the same delays",
     .offset = FIELD(seed)},
    {.name = "server",
     .letter = 's',
     .kind = OPTION_TEXT,
     .metavar = "X",
     .help = "compare at a base URL or a template instead",
     .offset = FIELD(work.server)},
    WORK_TRANSFER_ROWS(struct compare_settings, work),
    OPTION_COMMON_ROWS,
};

const struct option_table compare_option_table = {
    .command = "compare",
    .synopsis = "[OPTIONS] [CC]...",
    .purpose = "Download the same flags by each strategy, each run in a "
               "process of its own, and\ncompare the times.",
    .rows = rows,
    .count = COUNT(rows),
    .example = "flags compare -r 5 --weather uniform:.1:.4",
    .example_means = "five runs of each strategy, each answer after 100 to "
                     "400 ms",
};

/* What the book's example has of its own. */
static int check_book(struct command_line *line)
{
    static const char *const fixed[] = {
        "all", "every", "limit", "weather", "server", "seed", "country-names"};

    for (size_t i = 0; i < COUNT(fixed); i++) {
        if (command_line_has(line, &compare_option_table, fixed[i])) {
            snprintf(line->error, sizeof(line->error),
                     "--%s: not together with --book, which has its own",
                     fixed[i]);
            return -EINVAL;
        }
    }
    return 0;
}

int compare_settings_check(struct compare_settings *settings,
                           struct command_line *line)
{
    int rc;

    if (settings->work.server &&
        command_line_has(line, &compare_option_table, "weather")) {
        snprintf(line->error, sizeof(line->error),
                 "--weather: not together with --server, which has its own");
        return -EINVAL;
    }
    if (!settings->book)
        return 0;
    rc = check_book(line);
    if (rc < 0)
        return rc;
    if (line->count > 0)
        return command_line_refuse(line, "CC", line->arguments[0],
                                   "no code, as --book has its own", NULL);
    settings->weather = COMPARE_BOOK_WEATHER;
    settings->seed = COMPARE_BOOK_SEED;
    if (!command_line_has(line, &compare_option_table, "runs"))
        settings->runs = COMPARE_BOOK_RUNS;
    return 0;
}
