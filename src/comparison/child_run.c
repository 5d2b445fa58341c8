#include "comparison/child_run.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/command.h"
#include "comparison/directory.h"
#include "comparison/requests.h"
#include "comparison/server_stats.h"
#include "process/child.h"
#include "report/run_delay.h"
#include "text/quantity.h"

enum {
    FEED_FD = 3,
    STOP_US = 5 * 1000000,
    FIXED_ARGUMENTS = 17,
};

int compare_run_start(struct child *child,
                      const struct compare_run_options *options,
                      const char *directory)
{
    const char **arguments;
    char max_req[16];
    char feed_fd[16];
    size_t more = 0;
    int rc;

    while (options->arguments[more])
        more++;
    arguments = calloc(FIXED_ARGUMENTS + more, sizeof(*arguments));
    if (!arguments)
        return -ENOMEM;
    snprintf(max_req, sizeof(max_req), "%u", options->max_req);
    snprintf(feed_fd, sizeof(feed_fd), "%d", FEED_FD);
    const char *const fixed[] = {
        "get",
        "--quiet",
        "--no-manifest",
        "--strategy",
        options->strategy,
        "--max-req",
        max_req,
        "--server",
        options->url,
        "--feed-fd",
        feed_fd,
        "--output-dir",
        directory,
        options->reuse ? "--reuse=yes" : "--reuse=no",
        options->hush ? "--hush" : "--quiet",
        options->http == 2 ? "--http2" : "--http1.1",
    };
    memcpy(arguments, fixed, sizeof(fixed));
    memcpy(arguments + sizeof(fixed) / sizeof(fixed[0]), options->arguments,
           more * sizeof(*arguments));
    rc = child_start(child, arguments, FEED_FD);
    free(arguments);
    return rc;
}

/* A line that is not the record's. */
static int take_line(struct compare_run *run, json_t *json,
                     const struct compare_run_options *options)
{
    struct feed_line line;

    if (feed_parse(&line, json) < 0)
        return -EBADMSG;
    switch (line.kind) {
    case FEED_FINAL:
        if (options->on_final)
            options->on_final(options->arg, &line);
        return 0;
    case FEED_FOOTPRINT:
        run->figures.measured[FIGURE_PEAK_RSS] = line.peak_rss;
        run->figures.measured[FIGURE_THREADS] = line.threads;
        run->figures.measured[FIGURE_DESCRIPTORS] = line.descriptors;
        run->figures.measured[FIGURE_CLIENT_WAIT] = line.wait_us;
        run->figures.measured[FIGURE_USER] = line.user_us;
        run->figures.measured[FIGURE_SYSTEM] = line.system_us;
        run->figures.measured[FIGURE_VOLUNTARY] = line.voluntary;
        run->figures.measured[FIGURE_INVOLUNTARY] = line.involuntary;
        return 0;
    case FEED_OBSERVED:
        run->figures.observed_us = line.observed_us;
        return COMPARE_RUN_LAST;
    }
    return -EBADMSG;
}

int compare_run_take(struct compare_run *run, const char *text,
                     const struct compare_run_options *options)
{
    json_error_t error;
    json_t *json = json_loads(text, 0, &error);
    int rc;

    if (!json)
        return json_error_code(&error) == json_error_out_of_memory ? -ENOMEM
                                                                   : -EBADMSG;
    rc = record_read(&run->record, json);
    if (rc == 0)
        rc = take_line(run, json, options);
    json_decref(json);
    return rc == 1 ? 0 : rc;
}

/* Read the feed to its end. 0: it was complete. */
static int follow(struct compare_run *run, struct child *child,
                  const struct compare_run_options *options)
{
    bool complete = false;
    char text[COMPARE_RUN_LINE];
    int rc;

    while ((rc = child_read_line(child, text, sizeof(text), -1)) > 0) {
        if (complete)
            return -EBADMSG;
        rc = compare_run_take(run, text, options);
        complete = rc == COMPARE_RUN_LAST;
        if (rc < 0)
            return rc;
    }
    return rc < 0 ? rc : complete ? 0 : -EPROTO;
}

/* What is in place, byte for byte. A file that is not there is nothing to
   fail of: the run did other work than it says, and its digest tells. */
static int read_digests(struct compare_run *run, const char *directory)
{
    run->digests = calloc(run->record.item_count + 1, sizeof(*run->digests));
    if (!run->digests)
        return -ENOMEM;
    for (size_t i = 0; i < run->record.item_count; i++) {
        const char *name = run->record.items[i].name;
        char *path;
        int rc;

        if (!name)
            continue;
        if (asprintf(&path, "%s/%s", directory, name) < 0)
            return -ENOMEM;
        rc = digest_file(&run->digests[i], path);
        free(path);
        if (rc < 0 && rc != -ENOENT && rc != -ELOOP)
            return rc;
    }
    return 0;
}

static void account(struct comparison_run *run, const struct child *child)
{
    int64_t all_us = quantity_timeval(&child->usage.ru_utime) +
                     quantity_timeval(&child->usage.ru_stime);
    int64_t cpu_us = figure_of_run(run, FIGURE_CPU);

    run->measured[FIGURE_PROCESS] = child->elapsed_us;
    /* The kernel may round the two apart. */
    if (cpu_us >= 0)
        run->measured[FIGURE_START_CPU] = all_us > cpu_us ? all_us - cpu_us : 0;
}

/* Run the child and read what it tells. */
static int run_child(struct compare_run *run,
                     const struct compare_run_options *options,
                     const char *directory)
{
    struct child child;
    int status = 0;
    int ended;
    int rc = compare_run_start(&child, options, directory);

    if (rc < 0)
        return rc;
    rc = follow(run, &child, options);
    /* At the end of its feed the child is about to end by itself. */
    ended = rc == 0 || rc == -EPROTO ? child_wait(&child, &status)
                                     : child_stop(&child, STOP_US, &status);
    account(&run->figures, &child);
    run->exit_status =
        WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return rc < 0 ? rc : ended;
}

/* The server's own count is of this run alone, as nobody else is served. */
static int run_counted(struct compare_run *run,
                       const struct compare_run_options *options,
                       const char *directory)
{
    struct server_stats stats = {-1, -1, -1, -1, -1, -1};
    int rc = options->server_is_ours
                 ? server_stats_reset(options->url, options->seed)
                 : 0;
    int64_t before_us =
        options->server > 0 ? run_delay_us(options->server) : -1;
    int64_t pressure_us = cpu_pressure_us();
    int64_t after_us;

    if (rc == 0)
        rc = run_child(run, options, directory);
    if (pressure_us >= 0)
        run->figures.measured[FIGURE_CPU_PRESSURE] =
            cpu_pressure_us() - pressure_us;
    after_us = before_us >= 0 ? run_delay_us(options->server) : -1;
    if (after_us >= before_us && before_us >= 0)
        run->figures.measured[FIGURE_SERVER_WAIT] = after_us - before_us;
    if (rc == 0 && options->server_is_ours)
        rc = server_stats_get(&stats, options->url);
    server_stats_measure(run->figures.measured, &stats);
    return rc;
}

void compare_run_init(struct compare_run *run)
{
    *run = (struct compare_run){.record = {.first_us = -1, .last_us = -1}};
    figures_forget(run->figures.measured);
}

int compare_run(struct compare_run *run,
                const struct compare_run_options *options)
{
    char *directory;
    int rc;

    compare_run_init(run);
    if (asprintf(&directory, "%s/run", options->directory) < 0)
        return -ENOMEM;
    rc = run_counted(run, options, directory);
    if (rc == 0)
        rc = read_digests(run, directory);
    compare_directory_remove(directory);
    free(directory);
    if (rc < 0)
        compare_run_close(run); /* exit_status stays */
    return rc;
}

void compare_run_close(struct compare_run *run)
{
    record_close(&run->record);
    requests_close(&run->figures);
    free(run->digests);
    run->digests = NULL;
}
