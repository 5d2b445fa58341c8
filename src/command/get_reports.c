#include "command/get_reports.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "await/await.h"
#include "cli/command.h"
#include "cli/message.h"
#include "download/downloader.h"
#include "process/interrupt.h"
#include "report/summary.h"
#include "report/timeline.h"

enum { NAME_SIZE = 64 };

void get_reports_fail(struct get_reports *reports, const char *what,
                      const char *which, int rc)
{
    reports->failed = true;
    message_failure(what, which, rc);
}

/* stdout does not take our words. Where its reader has gone away, nobody is
   interested any more; else the work goes on, and the status tells. */
static void on_output_broken(void *arg)
{
    struct get_reports *reports = arg;

    reports->output_error = errno;
    if (command_is_pipe_broken() && reports->run)
        run_stop(reports->run, STOP_LOCAL_FAILURE);
}

/* Nor does the file of the trace: that is told at the end. */
static void on_trace_broken(void *arg)
{
    struct get_reports *reports = arg;

    reports->trace_error = errno;
}

/* "async -m 20" */
static void name_run(char name[NAME_SIZE], const struct get_plan *plan)
{
    if (plan->connections == 1 && plan->strategy->greatest_max_req == 1)
        snprintf(name, NAME_SIZE, "%s", plan->strategy->name);
    else
        snprintf(name, NAME_SIZE, "%s -m %u", plan->strategy->name,
                 plan->connections);
}

static int open_trace(struct get_reports *reports)
{
    const char *path = reports->settings->trace;
    bool on_stdout = strcmp(path, "-") == 0;
    char name[NAME_SIZE];

    reports->trace_out = on_stdout ? stdout : fopen(path, "we");
    if (!reports->trace_out) {
        int rc = -errno;

        get_reports_fail(reports, "cannot write to", path, rc);
        return rc;
    }
    reports->trace = (struct trace){
        .out = reports->trace_out,
        .on_write_error = on_stdout ? on_output_broken : on_trace_broken,
        .arg = reports,
    };
    name_run(name, reports->plan);
    trace_begin(&reports->trace);
    trace_process(&reports->trace, name, reports->plan->strategy->place);
    return 0;
}

/* NULL stays NULL. */
static int open_file(struct get_reports *reports, FILE **out, const char *path)
{
    if (!path)
        return 0;
    *out = strcmp(path, "-") == 0 ? stdout : fopen(path, "we");
    if (*out)
        return 0;
    get_reports_fail(reports, "cannot write to", path, -errno);
    return -EIO;
}

static int open_files(struct get_reports *reports)
{
    const struct get_settings *settings = reports->settings;
    int rc = open_file(reports, &reports->json_out, settings->json);

    if (rc == 0)
        rc = open_file(reports, &reports->events_out, settings->events);
    if (rc == 0)
        rc = open_file(reports, &reports->failed_out, settings->failed);
    if (rc == 0 && reports->json_out)
        run_json_begin(&reports->json, reports->json_out,
                       &(struct run_json_head){
                           .strategy = reports->plan->strategy->name,
                           .max_req = reports->plan->connections,
                           .seed = reports->plan->limits.retry.seed,
                           .directory = reports->plan->directory,
                           .shard = reports->plan->shard.index,
                           .shard_count = reports->plan->shard.count,
                       });
    return rc;
}

static bool is_stdout(const char *path)
{
    return path && strcmp(path, "-") == 0;
}

int get_reports_open(struct get_reports *reports,
                     const struct get_settings *settings,
                     const struct get_plan *plan)
{
    reports->settings = settings;
    reports->plan = plan;
    reports->text = stdout;
    if (is_stdout(settings->trace) || is_stdout(settings->json) ||
        is_stdout(settings->events) || is_stdout(settings->failed))
        reports->text = stderr;
    /* Whoever follows sees each line at once; and what stderr, which has no
       buffer, gets of a report are lines and not pieces. */
    if (settings->verbose || reports->text == stderr)
        setvbuf(reports->text, NULL, _IOLBF, 0);
    if (settings->trace) {
        int rc = open_trace(reports);

        if (rc < 0)
            return rc;
    }
    return open_files(reports);
}

int get_reports_begin(struct get_reports *reports, bool started)
{
    const struct get_plan *plan = reports->plan;

    if (reports->settings->quiet)
        return 0;
    summary_begin(reports->text,
                  &(struct summary_plan){
                      .label = plan->source.label,
                      .base = plan->source.base,
                      .started = started,
                      .selection = &plan->selection,
                      .url_count = plan->url_count,
                      .lists = reports->settings->inputs.items,
                      .list_count = reports->settings->inputs.count,
                      .strategy = plan->strategy->name,
                      .max_req = plan->connections,
                      .directory = plan->directory,
                      .compat = plan->compat,
                  });
    if (fflush(reports->text) == 0 || reports->text != stdout)
        return 0;
    reports->output_error = errno;
    return command_is_pipe_broken() ? -EPIPE : 0; /* command_end() tells */
}

/* How many items there are; 0: that turns out as the lists are read. */
static size_t items_known(const struct get_reports *reports)
{
    return reports->settings->inputs.count > 0
               ? 0
               : reports->plan->selection.count + reports->plan->url_count;
}

/* Whoever sends SIGQUIT wants to know what keeps the run. */
static bool is_quit(void *arg)
{
    (void)arg;
    return interrupt_signal() == SIGQUIT;
}

/* Colour, where the terminal alone does not decide. */
static bool has_colour(const struct get_settings *settings, bool terminal)
{
    return settings->colour == GET_COLOUR_AUTO
               ? terminal
               : settings->colour == GET_COLOUR_ALWAYS;
}

static bool has_bar(const struct get_settings *settings)
{
    if (settings->progress != GET_PROGRESS_AUTO)
        return settings->progress == GET_PROGRESS_BAR;
    return !settings->verbose && !settings->quiet && progress_fits(stderr);
}

atomic_llong *get_reports_received(struct get_reports *reports)
{
    return has_bar(reports->settings) ? &reports->progress.received : NULL;
}

static void show_progress(struct get_reports *reports, struct events *events)
{
    const struct get_settings *settings = reports->settings;
    struct progress_style style = progress_style_of_terminal();

    style.colour = has_colour(settings, style.colour);
    if (has_bar(settings)) {
        progress_init(&reports->progress, stderr, items_known(reports), style,
                      events);
        (void)progress_start(&reports->progress); /* else events draw it */
    } else if (settings->progress == GET_PROGRESS_PLAIN) {
        quarters_init(&reports->quarters, stderr, items_known(reports), events);
    }
}

/* Where a loop runs, which only one strategy has: its tasks, once. Of other
   loops they are told at an event of theirs, for only its own thread may look
   at a loop; and in the stop that each hears of, each attempt has one. */
static void dump_tasks(void *arg)
{
    struct get_reports *reports = arg;
    aw_loop *loop = aw_get_running_loop();

    if (!loop || reports->dumped_count == LOOPS_MOST)
        return;
    for (unsigned i = 0; i < reports->dumped_count; i++)
        if (reports->dumped[i] == loop)
            return;
    reports->dumped[reports->dumped_count++] = loop;
    fprintf(stderr, "flags: tasks of event loop %u:\n", reports->dumped_count);
    (void)aw_dump(loop, stderr); /* there is nobody else to tell */
}

int get_reports_listen(struct get_reports *reports, struct events *events,
                       struct run *run)
{
    const struct get_settings *settings = reports->settings;

    reports->run = run;
    if (!settings->feed_fd) /* a comparison's run is nobody's to ask */
        standing_init(&reports->standing, items_known(reports), stderr, is_quit,
                      reports, events);
    reports->standing.then = dump_tasks;
    tally_init(&reports->tally, events);
    if (settings->timeline)
        record_init(&reports->record, events);
    if (reports->trace_out)
        trace_listen(&reports->trace, events);
    if (reports->json_out)
        run_json_listen(&reports->json, events);
    if (reports->events_out)
        event_lines_init(&reports->event_lines, reports->events_out, events);
    if (reports->failed_out)
        failed_init(&reports->failures, reports->failed_out, events);
    reports->lines = (struct lines){
        .out = settings->verbose ? reports->text : NULL,
        .err = stderr,
        .compat = reports->plan->compat,
        .query = settings->hide_query   ? LINES_QUERY_HIDDEN
                 : settings->keep_query ? LINES_QUERY_WHOLE
                                        : LINES_QUERY_NAMES,
        .strategy = reports->plan->strategy->name,
        .progress = has_bar(settings) ? &reports->progress : NULL,
        .on_write_error = on_output_broken,
        .arg = reports,
    };
    if (!settings->hush)
        lines_init(&reports->lines, events);
    show_progress(reports, events);
    if (!settings->feed_fd)
        return 0;
    reports->feed_out = fdopen((int)settings->feed_fd, "w");
    if (!reports->feed_out)
        return -errno;
    feed_init(&reports->feed, reports->feed_out, events);
    return 0;
}

int get_reports_ran(struct get_reports *reports)
{
    return reports->feed_out ? feed_end(&reports->feed) : 0;
}

void get_reports_unlisten(struct get_reports *reports)
{
    reports->run = NULL;
    standing_close(&reports->standing);
    if (reports->feed_out) {
        feed_close(&reports->feed);
        fclose(reports->feed_out);
    }
    reports->feed_out = NULL;
    if (reports->lines.progress)
        progress_stop(&reports->progress);
}

static void draw_timeline(struct get_reports *reports)
{
    struct timeline_style style = timeline_style_of(reports->text);
    char name[NAME_SIZE];

    name_run(name, reports->plan);
    style.title = name;
    style.colour = has_colour(reports->settings, style.colour);
    if (!reports->settings->quiet)
        putc('\n', reports->text);
    timeline_print(reports->text, &reports->record, &style);
    if (reports->record.error < 0)
        get_reports_fail(reports, "cannot draw all of", "--timeline",
                         reports->record.error);
}

/* stdout is left to command_end(), but for the reason of a failure, which the
   next call may hide. */
static void note_output(struct get_reports *reports, FILE *out)
{
    if (out == stdout && ferror(stdout) && !reports->output_error)
        reports->output_error = errno;
}

static void end_trace(struct get_reports *reports)
{
    int rc = trace_end(&reports->trace);

    note_output(reports, reports->trace_out);
    if (reports->trace_out != stdout && fclose(reports->trace_out) < 0 &&
        !reports->trace_error)
        reports->trace_error = errno;
    if (reports->trace_error)
        rc = -reports->trace_error;
    if (rc < 0)
        get_reports_fail(reports, "cannot write all of",
                         reports->settings->trace, rc);
}

/* Whatever could not be written is told: a file is not taken for a whole one.
 */
static void end_file(struct get_reports *reports, FILE *out, const char *path,
                     int rc)
{
    bool broken;

    if (!out)
        return;
    note_output(reports, out);
    broken = ferror(out) != 0;
    if (out != stdout && fclose(out) < 0)
        broken = true;
    if (rc == 0 && broken)
        rc = out == stdout ? 0 : errno ? -errno : -EIO;
    if (rc < 0)
        get_reports_fail(reports, "cannot write all of", path, rc);
}

static void end_files(struct get_reports *reports)
{
    const struct get_settings *settings = reports->settings;
    int rc =
        reports->json.out ? run_json_end(&reports->json, &reports->tally) : 0;

    end_file(reports, reports->json_out, settings->json, rc);
    end_file(reports, reports->events_out, settings->events, 0);
    end_file(reports, reports->failed_out, settings->failed, 0);
}

void get_reports_end(struct get_reports *reports, bool told)
{
    if (told && !reports->settings->quiet)
        summary_end(reports->text, &reports->tally, reports->plan->compat);
    if (told && reports->settings->timeline)
        draw_timeline(reports);
    note_output(reports, reports->text);
    if (reports->trace_out)
        end_trace(reports);
    if (reports->settings)
        end_files(reports);
    record_close(&reports->record);
}
