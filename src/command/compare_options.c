#include "command/compare_options.h"

#include "command/compare_factors.h"
#include "command/live/live_options.h"
#include "comparison/comparison.h"
#include "comparison/recipe.h"
#include "download/loops.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define FIELD(name) offsetof(struct compare_settings, name)

static const char *const order_names[] = {
    [ORDER_INTERLEAVED] = "interleaved",
    [ORDER_RANDOM] = "random",
    [ORDER_BLOCKED] = "blocked",
    NULL,
};

static const char *const undecided_names[] = {"pass", "fail", NULL};

/* What a shell may offer for the lists. */
static const char *const *strategy_words(void)
{
    return downloader_names;
}

static const char *const *reuse_words(void)
{
    static const char *const words[] = {"yes", "no", NULL};

    return words;
}

static const char *const *http_words(void)
{
    static const char *const words[] = {"1.1", "2", NULL};

    return words;
}

static const struct option_row rows[] = {
    WORK_SELECTION_ROWS(struct compare_settings, work),
    {.group = "The comparison",
     .name = "book",
     .kind = OPTION_FLAG,
     .help = "the example of Fluent Python: three runs of each strategy, in "
             "its texts, under delays like its own",
     .offset = FIELD(book)},
    {.name = "strategies",
     .kind = OPTION_TAKEN,
     .metavar = "LIST",
     .fallback = DOWNLOADER_LIST,
     .take = settings_take_strategies,
     .offset = FIELD(strategies),
     .words = strategy_words,
     .accepted = "strategies with commas between them, each once: sequential, "
                 "threaded, async",
     .help = "which; the others are related to the first"},
    {.name = "max-req",
     .alias = "max_req",
     .letter = 'm',
     .kind = OPTION_TAKEN,
     .metavar = "LIST",
     .fallback = "20",
     .take = settings_take_max_req,
     .offset = FIELD(max_req),
     .accepted = "at most 32 different numbers from 1 to 10000, with commas "
                 "between them",
     .help = "requests in flight, threaded and async; several, as in "
             "1,2,5,10,20,50,100, are a sweep"},
    {.name = "loops",
     .kind = OPTION_INTEGER,
     .metavar = "N",
     .least = 1,
     .most = LOOPS_MOST,
     .fallback = "1",
     .help = "async's event loops, a thread each",
     .offset = FIELD(loops)},
    {.name = "reuse",
     .kind = OPTION_TAKEN,
     .metavar = "LIST",
     .fallback = "yes",
     .take = settings_take_reuse,
     .offset = FIELD(reuse),
     .words = reuse_words,
     .accepted = "yes, no, or both with a comma between them",
     .help = "keep connections for the next request: yes, no or yes,no"},
    {.name = "http",
     .kind = OPTION_TAKEN,
     .metavar = "LIST",
     .fallback = "1.1",
     .take = settings_take_http,
     .offset = FIELD(http),
     .words = http_words,
     .accepted = "1.1, 2, or both with a comma between them",
     .help = "the versions of HTTP, with --tls: 1.1, 2 or 1.1,2"},
    {.name = "program",
     .kind = OPTION_TEXTS,
     .metavar = "NAME=COMMAND",
     .help = "compare with another program, run by sh, with {urls}, {config}, "
             "{base}, {dir} and {m} replaced; repeatable",
     .offset = FIELD(programs)},
    {.name = "with",
     .kind = OPTION_TEXT,
     .metavar = "LIST",
     .words = recipe_names,
     .help = "compare with installed programs at their best: curl, wget2, "
             "aria2c, xargs, or recipes of your own",
     .offset = FIELD(with)},
    {.name = "self-check",
     .kind = OPTION_FLAG,
     .help = "the first cell twice: how far apart it is from itself is noise",
     .offset = FIELD(self_check)},
    {.name = "baseline",
     .kind = OPTION_TEXT,
     .metavar = "FILE",
     .help = "relate each cell to its like in the JSON of an earlier "
             "comparison, under the same weather, of the same versions",
     .offset = FIELD(baseline)},
    {.name = "force-baseline",
     .kind = OPTION_FLAG,
     .help = "whatever that was of",
     .offset = FIELD(force_baseline)},
    {.name = "runs",
     .letter = 'r',
     .kind = OPTION_INTEGER,
     .metavar = "N",
     .least = 1,
     .most = 10000,
     .fallback = "10",
     .shown = "10; 3 with --book, 5 with --until",
     .help = "runs of each cell that count; the least with --until and "
             "--until-decided",
     .offset = FIELD(runs)},
    {.name = "until",
     .kind = OPTION_TAKEN,
     .metavar = "W%",
     .take = settings_take_until,
     .offset = FIELD(until),
     .accepted = "a percentage above 0, at most 100%, as in 5%",
     .help = "more runs, doubled each time, until the interval of each ratio "
             "is at most so wide: (high - low) / value"},
    {.name = "until-decided",
     .kind = OPTION_FLAG,
     .help = "more runs until each --fail-if is decided",
     .offset = FIELD(until_decided)},
    {.name = "max-runs",
     .kind = OPTION_INTEGER,
     .metavar = "N",
     .least = 1,
     .most = 10000,
     .fallback = "100",
     .help = "the most runs of each that --until and --until-decided make",
     .offset = FIELD(max_runs)},
    {.name = "warmup",
     .letter = 'w',
     .kind = OPTION_INTEGER,
     .metavar = "N",
     .most = 10000,
     .fallback = "1",
     .shown = "1; 0 with --book",
     .help = "runs of each before them that do not",
     .offset = FIELD(warmups)},
    {.name = "rerun-disturbed",
     .kind = OPTION_FLAG,
     .help = "make each run once more in which client and server waited for a "
             "processor for more than 10 % of the time; the first does not "
             "count then",
     .offset = FIELD(rerun_disturbed)},
    {.name = "order",
     .kind = OPTION_CHOICE,
     .metavar = "ORDER",
     .choices = order_names,
     .fallback = "interleaved",
     .shown = "interleaved; blocked with --book",
     .help = "interleaved: one run of each in turn; random; blocked: all of a "
             "cell, then the next",
     .offset = FIELD(order)},
    {.group = "The server",
     .name = "weather",
     .kind = OPTION_TAKEN,
     .metavar = "SPEC",
     .fallback = "uniform:.02:.08",
     .shown = "uniform:.02:.08; lognormal:.3:.65 with --book",
     .take = settings_take_weather,
     .offset = FIELD(weather),
     .accepted = "a delay as in 50ms, uniform:.5:5, normal:1:.2 or "
                 "lognormal:.3:.6",
     .help = "delays of the server that is started for the comparison"},
    {.name = "seed",
     .kind = OPTION_INTEGER,
     .metavar = "N",
     .fallback = "1",
     .shown = "1; 2291 with --book",
     .help = "of its weather: the same seed, the same delays",
     .offset = FIELD(seed)},
    {.name = "seeds",
     .kind = OPTION_INTEGER,
     .metavar = "N",
     .least = 1,
     .most = WEATHERS_MOST,
     .fallback = "1",
     .help =
         "so many weathers, of that seed and those after it, which the runs "
         "are spread over",
     .offset = FIELD(seeds)},
    COMPARE_FACTOR_ROWS,
    {.name = "server",
     .letter = 's',
     .kind = OPTION_TEXT,
     .metavar = "X",
     .words = source_labels,
     .help = "compare at DELAY or ERROR, a base URL or a template instead; the "
             "ideal of a server that is not started here is an estimate",
     .offset = FIELD(work.server)},
    WORK_TRANSFER_ROWS(struct compare_settings, work),
    LIVE_ROWS,
#define EXPORT(identifier, writer, option, text) \
    {.name = option,                             \
     .kind = OPTION_TEXT,                        \
     .metavar = "FILE",                          \
     .help = text,                               \
     .offset = FIELD(exports[EXPORT_##identifier])},
#include "comparison/exports.list"
#undef EXPORT
    {.name = "keep-query",
     .kind = OPTION_FLAG,
     .help = "show the query strings of --server and of the programs' URLs, in "
             "all that is printed and exported",
     .offset = FIELD(keep_query)},
    {.name = "fail-if",
     .kind = OPTION_TEXTS,
     .metavar = "EXPR",
     .help = "end with status 6 if this is so beyond doubt, as in "
             "'async.median > 0.2*sequential.median'; repeatable",
     .offset = FIELD(conditions)},
    {.name = "undecided",
     .kind = OPTION_CHOICE,
     .metavar = "pass|fail",
     .choices = undecided_names,
     .fallback = "pass",
     .help = "what a condition comes to that the runs do not decide, as with "
             "fewer than five of them",
     .offset = FIELD(undecided_fails)},
    OPTION_COMMON_ROWS,
};

const struct option_table compare_option_table = {
    .command = "compare",
    .synopsis = "[OPTIONS] [CC]...",
    .purpose =
        "Download the same flags by each strategy, each run in a process of "
        "its own, and\ncompare the times, with each other and with the ideal: "
        "what the server's delays\nalone would take. It needs nothing but "
        "itself: it brings the server.",
    .rows = rows,
    .count = COUNT(rows),
    .example =
        "flags compare -r 5 --weather uniform:.1:.4 --export-html x.html",
    .example_means = "five runs of each strategy, each answer after 100 to "
                     "400 ms; a page of it",
    .takes_codes = true,
    .hides_queries = true,
};
