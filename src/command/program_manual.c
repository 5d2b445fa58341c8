#include "command/commands.h"
#include "config.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct option_row rows[] = {OPTION_COMMON_ROWS};

static const struct option_table table = {
    .command = "",
    .synopsis = "COMMAND [OPTIONS] [ARGUMENTS]",
    .purpose = "What does the way you wait cost? Three strategies for the same "
               "downloads,\nand a server that makes their weather repeatable.",
    .rows = rows,
    .count = COUNT(rows),
};

static const struct block blocks[] = {
    BLOCK_OF_TEXT(
        "A download is mostly waiting for a server. `flags` downloads country "
        "flags with three ways to wait, measures what each of them costs, and "
        "brings the server that makes the measurement repeatable."),
    BLOCK_OF_TERM("`sequential`", "One download after the other."),
    BLOCK_OF_TERM("`threaded`",
                  "As many threads as there may be requests in flight; each "
                  "has one download at a time, and waits for it."),
    BLOCK_OF_TERM("`async`",
                  "One thread with an event loop, and a coroutine for each "
                  "download: whoever waits lets the others go on."),
    BLOCK_OF_TEXT(
        "All three take the same steps in the same code, obey the same "
        "schedule, and meet the same weather: what the server delays, or gets "
        "wrong, depends on a seed, the path and the number of the attempt, and "
        "on nothing else."),
    {.kind = BLOCK_COMMANDS},
    {.kind = BLOCK_OPTIONS},
    BLOCK_OF_TEXT(
        "`flags` {COMMAND} `--help`, or `flags help` {COMMAND}, lists "
        "the options of a command. "
        "All commands read theirs alike: `--name=value` or `--name "
        "value`; `-n value` or `-nvalue`; letters without a value "
        "may be bundled. Options and arguments come in any order, "
        "and `--` ends the options. Names are not abbreviated. Of an "
        "option that is given twice, and is not called repeatable, "
        "the last one counts."),
    BLOCK_OF_SECTION("VALUES"),
    BLOCK_OF_TERM("{S}, a time",
                  "`500ms`, `2s`, `1.5`, `1m`, `1h`; a bare number is "
                  "seconds."),
    BLOCK_OF_TERM("{SPEC}, a delay",
                  "A time; or `uniform:`{LOW}`:`{HIGH}, "
                  "`normal:`{MEAN}`:`{DEVIATION}, "
                  "`lognormal:`{MEDIAN}`:`{SIGMA}, where {SIGMA} is a bare "
                  "number (of the logarithm) and all others are times."),
    BLOCK_OF_TERM("{LIST}", "Words with commas and no blanks between them."),
    {.kind = BLOCK_STATUSES},
    BLOCK_OF_TEXT("Where several apply, it is the first of 5, 6, 3, 1, 4."),
    BLOCK_OF_SECTION("ENVIRONMENT"),
    BLOCK_OF_TERM("`FLAGS_SERVER`",
                  "Where `flags get` downloads from, unless it is told by "
                  "`--server`; `flags serve` sets it for the command that it "
                  "runs."),
    BLOCK_OF_TERM("`NO_COLOR`",
                  "If it is not empty, nothing is printed in colour."),
    BLOCK_OF_TERM("`TERM`",
                  "Progress is drawn on a terminal that is not `dumb`."),
    BLOCK_OF_TERM("`LC_ALL`, `LC_CTYPE`, `LANG`",
                  "Bars are drawn with more than ASCII where the locale is a "
                  "UTF-8 one."),
    BLOCK_OF_TERM("`TMPDIR`",
                  "Where `flags compare` keeps the files of its runs while it "
                  "lasts; `/tmp` without it."),
    BLOCK_OF_TERM(
        "`http_proxy`, `https_proxy`, `all_proxy`, `no_proxy`",
        "Proxies, see `flags-get`(1). What `flags` has started itself "
        "is reached directly, and is added to `no_proxy` and "
        "`NO_PROXY` of the programs that it runs."),
    BLOCK_OF_SECTION("FILES"),
    BLOCK_OF_TERM("`" FLAGS_DATA_CORPUS "`",
                  "The flags that come with the program, for its own server: "
                  "`br/br.gif`, `br/br.svg`, `br/metadata.json`. Where the "
                  "program has been moved, `../share/flags` beside it. Without "
                  "either it has those of the 20 most populous countries in "
                  "itself, and no others."),
    BLOCK_OF_SECTION("COMPLETION"),
    BLOCK_OF_TEXT("`flags completion` {SHELL} prints completions for `bash`, "
                  "`zsh` or `fish`. They are installed with the program; where "
                  "a shell does not find them, its start-up file may say:"),
    BLOCK_OF_CODE("source <(flags completion bash)\n"
                  "source <(flags completion zsh)\n"
                  "flags completion fish | source"),
    {.kind = BLOCK_EXAMPLES},
    BLOCK_OF_TERM("`flags compare`",
                  "The 20 most populous countries by each strategy, ten times; "
                  "it takes seconds, and no network."),
    BLOCK_OF_TERM("`flags get -S threaded -m 5 BR US`",
                  "Download two flags, by threads."),
    BLOCK_OF_TERM("`flags serve --profile ERROR`",
                  "A slow server that fails now and then, the same way each "
                  "time."),
    {.kind = BLOCK_END},
};

static const struct manual manual = {.blocks = blocks};

const struct command command_program = {
    .name = "flags",
    .purpose = "download country flags, and compare three ways to wait",
    .options = &table,
    .manual = &manual,
};
