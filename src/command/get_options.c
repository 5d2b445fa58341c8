#include "command/get_options.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/command.h"
#include "cli/message.h"
#include "command/get_items.h"
#include "command/get_shard.h"
#include "download/descriptors.h"
#include "download/downloader.h"
#include "download/loops.h"
#include "process/corpus.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const reuse_names[] = {"yes", "no", NULL};
static const char *const progress_names[] = {"auto", "bar", "plain", "none",
                                             NULL};
static const char *const colour_names[] = {"auto", "always", "never", NULL};
static const char *const compat_names[] = {"1e", "2e", NULL};

#define FIELD(name) offsetof(struct get_settings, name)

/* "sequential, threaded, async" */
#define LISTED(name) ", " #name
#define DOWNLOADER_HELP (&(DOWNLOADERS(LISTED))[2])

static int take_loops(void *settings, const char *text)
{
    struct get_settings *s = settings;
    int64_t number = LOOPS_AUTO;
    int rc = strcmp(text, "auto") == 0 ? 0 : value_integer(text, &number);

    if (rc < 0 || number > LOOPS_MOST ||
        (number == LOOPS_AUTO && strcmp(text, "auto") != 0))
        return -EINVAL;
    s->loops = (unsigned)number;
    return 0;
}

static const struct option_row rows[] = {
    WORK_SELECTION_ROWS(struct get_settings, work),
    {.name = "input",
     .letter = 'i',
     .kind = OPTION_TEXTS,
     .metavar = "FILE",
     .help = "also what this list has: a URL or a code on a line, and after a "
             "tab the file's name; - for stdin; repeatable",
     .offset = FIELD(inputs)},
    {.group = "How to wait",
     .name = "strategy",
     .letter = 'S',
     .kind = OPTION_CHOICE,
     .metavar = "NAME",
     .choices = downloader_names,
     .fallback = "async",
     .help = DOWNLOADER_HELP,
     .offset = FIELD(strategy)},
    {.name = "max-req",
     .alias = "max_req",
     .letter = 'm',
     .kind = OPTION_INTEGER,
     .metavar = "N",
     .least = 1,
     .shown = "30; REMOTE and the like: 8; sequential always has 1",
     .help = "requests in flight, at most 1000 threaded, 10000 async",
     .offset = FIELD(max_req)},
    {.name = "loops",
     .kind = OPTION_TAKEN,
     .metavar = "N|auto",
     .fallback = "auto",
     .take = take_loops,
     .accepted = "auto, or how many, from 1 to 64",
     .help = "async's event loops, a thread each; auto: one, and more where "
             "they help",
     .offset = FIELD(loops)},
    {.name = "reuse",
     .kind = OPTION_CHOICE,
     .metavar = "yes|no",
     .choices = reuse_names,
     .fallback = "yes",
     .help = "keep connections for the next request",
     .offset = FIELD(reuse)},
    {.group = "From where",
     .name = "server",
     .letter = 's',
     .kind = OPTION_TEXT,
     .metavar = "X",
     .words = source_labels,
     .shown = "$FLAGS_SERVER, else LOCAL",
     .help = "LOCAL, DELAY or ERROR, started for this run; REMOTE, FLAGCDN, "
             "FLAGSAPI or CIRCLE-FLAGS; a base URL BASE, for BASE/br/br.gif; a "
             "template with {cc} or "
             "{CC}",
     .offset = FIELD(work.server)},
    WORK_TRANSFER_ROWS(struct get_settings, work),
    LIMIT_ROWS(struct get_settings, limits),
    {.name = "seed",
     .kind = OPTION_INTEGER,
     .metavar = "N",
     .shown = "random",
     .help = "of the random waits",
     .offset = FIELD(seed)},
    NETWORK_ROWS(struct get_settings, network),
    {.group = "Output",
     .name = "output-dir",
     .letter = 'o',
     .kind = OPTION_TEXT,
     .metavar = "DIR",
     .shown = "downloads",
     .help = "where the files go; made if missing",
     .offset = FIELD(output_dir)},
    SAVING_ROWS(struct get_settings, saving),
    {.name = "verbose",
     .letter = 'v',
     .kind = OPTION_FLAG,
     .help = "a line on stdout for each flag, and no progress bar",
     .offset = FIELD(verbose)},
    {.name = "quiet",
     .letter = 'q',
     .kind = OPTION_FLAG,
     .help = "no report and no progress bar; failures are still told",
     .offset = FIELD(quiet)},
    {.name = "progress",
     .kind = OPTION_CHOICE,
     .metavar = "auto|bar|plain|none",
     .choices = progress_names,
     .fallback = "auto",
     .help = "a bar, a line at each quarter, or nothing; auto: a bar on a "
             "terminal",
     .offset = FIELD(progress)},
    {.name = "color",
     .kind = OPTION_CHOICE,
     .metavar = "auto|always|never",
     .choices = colour_names,
     .fallback = "auto",
     .help = "of the bar and the timeline",
     .offset = FIELD(colour)},
    {.name = "timeline",
     .kind = OPTION_FLAG,
     .help = "draw, after the report, who waited for what",
     .offset = FIELD(timeline)},
    {.name = "trace",
     .kind = OPTION_TEXT,
     .metavar = "FILE",
     .help = "write the run as a trace, for ui.perfetto.dev or "
             "chrome://tracing; - for stdout, and the report goes to stderr",
     .offset = FIELD(trace)},
    {.name = "json",
     .kind = OPTION_TEXT,
     .metavar = "FILE",
     .optional = "-",
     .help = "write a report as JSON; the value by `=` only, else it is stdout",
     .offset = FIELD(json)},
    {.name = "events",
     .kind = OPTION_TEXT,
     .metavar = "FILE",
     .help = "write the run's events as they come, a JSON object a line",
     .offset = FIELD(events)},
    {.name = "failed",
     .kind = OPTION_TEXT,
     .metavar = "FILE",
     .help = "write a list of what is not in place, for --input",
     .offset = FIELD(failed)},
    {.name = "shard",
     .kind = OPTION_TEXT,
     .metavar = "I/N",
     .help = "only the items of part I (from 0) of N, by the hash of their "
             "names; auto: as Slurm, Kubernetes or GNU parallel say",
     .offset = FIELD(shard)},
    {.name = "shared",
     .kind = OPTION_FLAG,
     .help = "--rate and --max-host are for all parts together",
     .offset = FIELD(shared)},
    {.name = "dry-run",
     .kind = OPTION_FLAG,
     .help = "print code, URL and file of each item, and contact nobody",
     .offset = FIELD(dry_run)},
    {.name = "compat",
     .kind = OPTION_CHOICE,
     .metavar = "1e|2e",
     .choices = compat_names,
     .help = "texts and file names of an edition of Fluent Python",
     .offset = FIELD(compat)},
    OPTION_COMMON_ROWS,
    {.name = "feed-fd",
     .kind = OPTION_INTEGER,
     .metavar = "N",
     .least = 3,
     .most = 1023,
     .offset = FIELD(feed_fd)},
    {.name = "hide-query", .kind = OPTION_FLAG, .offset = FIELD(hide_query)},
    {.name = "keep-query", .kind = OPTION_FLAG, .offset = FIELD(keep_query)},
    {.name = "hush", .kind = OPTION_FLAG, .offset = FIELD(hush)},
    {.name = "direct", .kind = OPTION_FLAG, .offset = FIELD(direct)},
    {.name = "work",
     .kind = OPTION_DURATION,
     .metavar = "D",
     .offset = FIELD(work_us)},
};

const struct option_table get_option_table = {
    .command = "get",
    .synopsis = "[OPTIONS] [CC|URL]...",
    .purpose =
        "Download country flags, or any list of URLs. CC is a country code, or "
        "one letter\nfor the 26 codes that begin with it; where nothing is "
        "named, it is the flags of\nthe 20 most populous countries.",
    .rows = rows,
    .count = COUNT(rows),
    .example = "flags get -S threaded -m 5 -o /tmp/flags BR US J",
    .example_means = "BR, US and what there is from JA to JZ, by five threads",
    .takes_codes = true,
};

static unsigned clamp_max_req(const struct downloader *strategy,
                              const struct source *source, int64_t asked)
{
    if (asked == 0 && source_is_guest(source) &&
        strategy->default_max_req > SOURCE_POLITE)
        return SOURCE_POLITE;
    if (asked == 0)
        return strategy->default_max_req;
    if (asked <= strategy->greatest_max_req)
        return (unsigned)asked;
    message_warning("--max-req %" PRId64 ": %s has at most %u in flight", asked,
                    strategy->name, strategy->greatest_max_req);
    return strategy->greatest_max_req;
}

/* At most one connection an item, and as many as there are descriptors for. How
   long a list is, nobody knows. */
static void plan_connections(struct get_plan *plan, bool has_lists)
{
    unsigned wanted = plan->max_req;
    size_t items = plan->selection.count + plan->url_count;

    if (!has_lists && items < wanted)
        wanted = items ? (unsigned)items : 1;
    plan->connections = descriptors_fit(plan->strategy, wanted);
    if (plan->connections < wanted)
        message_warning("--max-req %u: the limit of open files allows %u",
                        wanted, plan->connections);
}

/* Further loops have descriptors of their own; only one strategy has loops. */
static void plan_loops(struct get_plan *plan, unsigned asked)
{
    unsigned wanted = asked;

    if (asked > 1 && plan->strategy != &downloader_async) {
        message_warning("--loops %u: %s has no event loop", asked,
                        plan->strategy->name);
        return;
    }
    plan->loops = loops_fit(plan->connections, wanted);
    if (plan->loops < wanted && wanted <= plan->connections)
        message_warning("--loops %u: the limit of open files allows %u", wanted,
                        plan->loops);
}

/* The servers that the environment of `flags serve -- COMMAND` names. */
static void find_fixtures(struct get_plan *plan)
{
    static const char *const names[GET_FIXTURES] = {"FLAGS_SERVER",
                                                    "FLAGS_ORIGIN"};

    for (size_t i = 0; i < GET_FIXTURES; i++) {
        const char *url = getenv(names[i]);

        if (url && endpoint_of(&plan->fixtures[plan->fixture_count], url))
            plan->fixture_count++;
    }
}

static const char *default_directory(enum compat compat)
{
    return compat == COMPAT_2E ? "downloaded" : "downloads";
}

/* The server that is named, else FLAGS_SERVER's, else LOCAL. */
static int make_source(struct source *source, const char *server,
                       struct command_line *line)
{
    const char *environment = getenv("FLAGS_SERVER");

    if (server)
        return work_source(source, "--server", server, line);
    if (environment && *environment)
        return work_source(source, "FLAGS_SERVER", environment, line);
    return work_source(source, "--server", "LOCAL", line);
}

/* Our own server has 20 flags where the program's file is all there is. */
static int check_corpus(const struct get_plan *plan, struct command_line *line)
{
    const struct selection *selection = &plan->selection;
    const char *missing;

    if (!plan->source.fixture || selection->count == 0)
        return 0;
    missing = corpus_lacks(selection->codes[0].code, selection->count,
                           sizeof(selection->codes[0]));
    return missing ? command_line_refuse(line, plan->source.label, missing,
                                         CORPUS_EMBEDDED_WORDS, NULL)
                   : 0;
}

/* stdout is for one of the files at most. */
static int check_files(const struct get_settings *settings,
                       struct command_line *line)
{
    const struct {
        const char *option, *path;
    } files[] = {{"--trace", settings->trace},
                 {"--json", settings->json},
                 {"--events", settings->events},
                 {"--failed", settings->failed}};
    int on_stdout = 0;

    for (size_t i = 0; i < COUNT(files); i++) {
        if (!files[i].path)
            continue;
        if (!*files[i].path)
            return command_line_refuse(line, files[i].option, "",
                                       "the name of a file, or - for stdout",
                                       NULL);
        on_stdout += strcmp(files[i].path, "-") == 0;
        if (on_stdout > 1)
            return command_line_refuse(line, files[i].option, "-",
                                       "a file: stdout is another's already",
                                       NULL);
    }
    return 0;
}

int get_plan_make(struct get_plan *plan, const struct get_settings *settings,
                  struct command_line *line)
{
    struct get_plan made = {.directory = settings->output_dir};
    int rc;

    if (settings->output_dir && !*settings->output_dir)
        return command_line_refuse(line, "--output-dir", "",
                                   "the name of a directory", NULL);
    if (settings->saving.sync && settings->saving.skip_existing &&
        !settings->saving.force)
        return command_line_refuse(line, "--sync", NULL,
                                   "only one of --sync and --skip-existing",
                                   NULL);
    rc = check_files(settings, line);
    if (rc < 0)
        return rc;
    rc = get_items_select(&made, settings, line);
    if (rc < 0)
        return rc;
    rc = make_source(&made.source, settings->work.server, line);
    if (rc < 0) {
        selection_close(&made.selection);
        return rc;
    }
    if (command_line_has(line, &get_option_table, "compat"))
        made.compat = (enum compat)(settings->compat + 1);
    rc = check_corpus(&made, line);
    if (rc == 0)
        rc = get_items_check(&made, settings, line);
    if (rc == 0)
        rc = get_network_make(&made.network, &settings->network, line);
    if (rc == 0)
        rc = get_shard(&made, settings, line);
    if (rc < 0) {
        get_plan_close(&made);
        return rc;
    }
    made.limits = get_limits(settings, line);
    if (settings->shared)
        get_shard_limits(&made);
    if (!made.directory)
        made.directory = default_directory(made.compat);
    made.strategy = downloaders[settings->strategy];
    find_fixtures(&made);
    made.max_req =
        clamp_max_req(made.strategy, &made.source, settings->max_req);
    plan_connections(&made, settings->inputs.count > 0);
    plan_loops(&made, settings->loops);
    *plan = made;
    return 0;
}

void get_plan_close(struct get_plan *plan)
{
    selection_close(&plan->selection);
    source_close(&plan->source);
    get_network_close(&plan->network);
}
