#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "await/await.h"
#include "cli/command.h"
#include "cli/message.h"
#include "command/commands.h"
#include "command/get_dry_run.h"
#include "command/get_manifest.h"
#include "command/get_options.h"
#include "command/get_reports.h"
#include "download/downloader.h"
#include "download/input.h"
#include "download/verdict.h"
#include "process/interrupt.h"
#include "process/local_server.h"
#include "text/quantity.h"

/* One `flags get`, from its settings to its verdict. */
struct get {
    struct get_settings settings;
    struct get_plan plan;
    struct save_dir *output;
    struct get_manifest manifest;
    struct local_server server;
    bool server_started;
    struct input input;
    struct events events;
    struct get_reports reports;
    struct run *run;
    unsigned workers; /* as run_workers() */
    bool unread;      /* items may have been left in the input */
};

static void tell_standing(void *standing)
{
    standing_write(standing, STDERR_FILENO);
}

static void stop_run(void *run)
{
    run_stop(run, STOP_INTERRUPTED);
}

/* Have a server for codes: one is there, or the fixture is started. */
static int begin_server(struct get *get, local_server_main serve)
{
    const char *options[] = {"--profile", get->plan.source.label, NULL};
    int rc;

    if (get->plan.source.base)
        return 0;
    rc = local_server_start(&get->server, serve, options);
    if (rc < 0) {
        if (rc != -EINTR)
            message("cannot start the server '%s': %s", get->plan.source.label,
                    local_server_why(rc));
        return rc;
    }
    get->server_started = true;
    rc = source_set_base(&get->plan.source, get->server.url);
    if (rc < 0)
        get_reports_fail(&get->reports, "cannot use the server",
                         get->server.url, rc);
    return rc;
}

/* The same as soon as a list has a code: threads and a loop run by then. */
static int find_server(void *get)
{
    return begin_server(get, NULL);
}

static int begin_input(struct get *get)
{
    const char *bad = NULL;
    int rc = input_open(&get->input, get->settings.inputs.items,
                        get->settings.inputs.count, &bad);

    if (rc < 0)
        get_reports_fail(&get->reports, "cannot read", bad, rc);
    return rc;
}

/* Before anybody is contacted: the lists, the directory, the reports' files,
   the server (which lists may never need), the first report. */
static int begin(struct get *get)
{
    int rc = begin_input(get);

    if (rc < 0)
        return rc;

    /* Some file systems answer so for other signals, too. */
    do
        rc = save_dir_open(&get->output, get->plan.directory);
    while (rc == -EINTR && !interrupt_signal());
    if (rc < 0 && rc != -EINTR) {
        get_reports_fail(&get->reports, "cannot write to", get->plan.directory,
                         rc);
        return rc;
    }
    if (rc == 0)
        rc = get_manifest_open(&get->manifest, &get->settings, get->output,
                               &get->reports);
    if (rc == 0)
        rc = get_reports_open(&get->reports, &get->settings, &get->plan);
    if (rc == 0 && get->plan.selection.count > 0)
        rc = begin_server(get, command_serve.run);
    if (rc == 0)
        rc = get_reports_begin(&get->reports, get->server_started);
    return rc;
}

/* What we started is on this machine: no proxy's business. And it is told the
   attempts' numbers, as those are that the environment names. */
static void set_servers(const struct get *get, struct transfer_options *options)
{
    const struct get_plan *plan = &get->plan;
    bool ours = get->server_started || get->settings.direct;

    memcpy(options->fixtures, plan->fixtures, sizeof(plan->fixtures));
    options->fixture_count = plan->fixture_count;
    if (!plan->source.base) /* only URLs: no server was needed */
        return;
    (void)endpoint_of(&options->user_for, plan->source.base);
    if (!ours)
        return;
    options->has_started = true;
    options->started = options->user_for;
    options->fixtures[options->fixture_count++] = options->user_for;
}

static struct download_options options_of(struct get *get)
{
    const struct get_settings *settings = &get->settings;
    struct download_options options = {
        .transfer = {.user = get->plan.source.user,
                     .password = get->plan.source.password,
                     .timeout_us = settings->work.timeout_us,
                     .connect_timeout_us = settings->work.connect_timeout_us,
                     .reuse = settings->reuse == 0,
                     .received = get_reports_received(&get->reports)},
        .output = get->output,
        .max_req = get->plan.connections,
        .loops = get->plan.loops,
        .limits = get->plan.limits,
        .country_names = settings->work.country_names,
        .verify_content = settings->saving.verify_content == 0,
        .work_us = settings->work_us,
        .max_bytes = settings->saving.max_filesize,
        .digest = settings->json || !settings->saving.no_manifest,
        .compat = get->plan.compat,
    };

    set_servers(get, &options.transfer);
    get_network_apply(&options.transfer, &get->plan.network,
                      &settings->network);
    return options;
}

static void set_input(struct get *get, bool country_names,
                      int (*server_for_code)(void *arg))
{
    get->input.codes = (struct code_items){
        .selection = &get->plan.selection,
        .source = &get->plan.source,
        .country_names = country_names,
        .compat = get->plan.compat,
    };
    get->input.urls = get->plan.urls;
    get->input.url_count = get->plan.url_count;
    get->input.shard = get->plan.shard;
    get->input.output = get->output;
    get->input.find_server = server_for_code;
    get->input.arg = get;
}

static int download(struct get *get)
{
    struct download_options options = options_of(get);
    int rc;

    get_manifest_use(&get->manifest, &options, &get->events);
    set_input(get, options.country_names, find_server);
    rc = run_new(&get->run, input_source(&get->input), &options, &get->events);
    if (rc < 0)
        return rc;
    rc = get_reports_listen(&get->reports, &get->events, get->run);
    if (rc == 0) {
        interrupt_answer(get->settings.feed_fd ? NULL : tell_standing,
                         &get->reports.standing);
        interrupt_forward(stop_run, get->run);
        rc = downloader_run(get->plan.strategy, get->run);
        interrupt_forward(NULL, NULL);
        interrupt_answer(NULL, NULL);
        get->workers = run_workers(get->run);
        get->unread = run_result(get->run).unread;
    }
    if (rc == 0)
        rc = get_reports_ran(&get->reports);
    run_free(get->run);
    return rc;
}

/* What was asked for and never came to a run is cancelled, so that the counts
   add up here, too: there was none, or no memory for an item. */
static void count_rest(struct get *get, enum stop_reason why)
{
    const struct selection *selection = &get->plan.selection;
    struct tally *tally = &get->reports.tally;
    uint64_t counted = counts_total(&tally->counts);
    uint64_t rest = selection->count + get->plan.url_count;
    uint64_t named;

    if (counted >= rest)
        return;
    rest -= counted;
    named = rest - (selection->count - get->input.codes.next);
    for (size_t i = get->input.codes.next; i < selection->count; i++)
        named += selection->codes[i].named;
    tally_never_started(tally, rest, named, why);
}

static void run(struct get *get)
{
    int rc = events_init(&get->events);

    if (rc == 0) {
        rc = download(get);
        get_reports_unlisten(&get->reports);
        events_close(&get->events);
    }
    if (get->workers > 0)
        message_warning("--max-req %u: the system gives %u thread%s",
                        get->plan.connections, get->workers,
                        quantity_plural(get->workers));
    if (rc < 0)
        get_reports_fail(&get->reports, "cannot go on with",
                         get->plan.strategy->name, rc);
    if (rc < 0)
        count_rest(get, STOP_LOCAL_FAILURE);
    assert(counts_total(&get->reports.tally.counts) >=
           get->plan.selection.count + get->plan.url_count);
}

static int verdict_of(const struct get *get)
{
    const uint64_t *of = get->reports.tally.counts.of;

    return verdict_status(&(struct verdict){
        .in_place = of[STATUS_OK] + of[STATUS_UNCHANGED] + of[STATUS_SKIPPED],
        .missing = get->reports.tally.missing,
        .tolerated = get->reports.tally.tolerated,
        .failed = of[STATUS_ERROR],
        .cancelled = of[STATUS_CANCELLED],
        .any_named = get->reports.tally.named > 0,
        .deadline = get->reports.tally.stop == STOP_DEADLINE &&
                    (of[STATUS_CANCELLED] > 0 || get->unread),
        .local_failed = get->reports.failed ||
                        get->reports.tally.stop == STOP_LOCAL_FAILURE,
    });
}

/* There was nothing to do: all that there is are lists, with nothing in them,
   or the shard is empty. */
static bool is_empty(const struct get *get, int rc)
{
    return rc == 0 && !get->reports.failed &&
           get->reports.tally.stop == STOP_NONE &&
           counts_total(&get->reports.tally.counts) == 0;
}

/* A shard of few items may have none. */
static int empty_list(const struct get *get)
{
    if (get->plan.shard.count)
        return EXIT_STATUS_OK;
    message("--input '%s': the list is empty", get->settings.inputs.items[0]);
    return EXIT_STATUS_USAGE;
}

static int name_base(void *arg)
{
    struct get *get = arg;

    return get->plan.source.base
               ? 0
               : source_set_base(&get->plan.source, "http://127.0.0.1/flags");
}

static int print_items(struct get *get)
{
    struct get_dry_run done = {0, 0};
    int rc = name_base(get);

    if (rc == 0)
        rc = get_dry_run(&done, input_source(&get->input));
    if (rc < 0) {
        message_failure("cannot read", "--input", rc);
        return EXIT_STATUS_LOCAL;
    }
    if (done.count == 0)
        return empty_list(get);
    return done.refused == 0           ? EXIT_STATUS_OK
           : done.refused < done.count ? EXIT_STATUS_SOME
                                       : EXIT_STATUS_NOTHING;
}

static int dry_run(struct get *get)
{
    int rc = begin_input(get);

    if (rc < 0)
        return EXIT_STATUS_LOCAL;
    set_input(get, get->settings.work.country_names, name_base);
    rc = print_items(get);
    input_close(&get->input);
    return command_end(rc);
}

static int get_run(struct get *get)
{
    int status;
    int rc;

    if (interrupt_catch() < 0)
        return EXIT_STATUS_LOCAL;
    rc = begin(get);
    if (rc == 0)
        run(get);
    else if (rc == -EINTR)
        count_rest(get, STOP_INTERRUPTED);
    else
        get->reports.failed = true;
    get_manifest_close(&get->manifest, &get->reports);
    get_reports_end(&get->reports, rc == 0 || rc == -EINTR);
    if (get->server_started)
        local_server_stop(&get->server);
    save_dir_close(get->output);
    input_close(&get->input);
    errno = get->reports.output_error;
    status = command_end(is_empty(get, rc) ? empty_list(get) : verdict_of(get));
    if (interrupt_signal())
        interrupt_die(interrupt_signal());
    return status;
}

static int run_get(int argc, char **argv)
{
    struct get get = {0};
    struct command_line line;
    int status = EXIT_STATUS_LOCAL;

    if (command_begin(&line, &get_option_table, &get.settings, argc, argv,
                      &status)) {
        int rc = get_plan_make(&get.plan, &get.settings, &line);

        if (rc == 0) {
            status = get.settings.dry_run ? dry_run(&get) : get_run(&get);
            get_plan_close(&get.plan);
        } else if (rc == -EINVAL) {
            status = command_usage_error(&line);
        } else {
            message("%s", aw_strerror(rc));
        }
    }
    option_settings_free(&get_option_table, &get.settings);
    return status;
}

const struct command command_get = {
    .name = "get",
    .purpose = "download flags",
    .options = &get_option_table,
    .manual = &get_manual,
    .run = run_get,
    .uses_libcurl = true,
};
