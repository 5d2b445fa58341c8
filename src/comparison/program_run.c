#include "comparison/program_run.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "comparison/directory.h"
#include "comparison/program.h"
#include "comparison/program_files.h"
#include "comparison/server_stats.h"
#include "process/tree.h"
#include "report/run_delay.h"
#include "text/escape.h"
#include "text/quantity.h"
#include "text/url.h"

enum { LINE_SIZE = 4096, LAST_SIZE = 90 };

static const char *name_of(const char *url)
{
    const char *slash = strrchr(url, '/');

    return slash ? slash + 1 : url;
}

const char *program_path_of(const char *url)
{
    const char *authority = strstr(url, "://");
    const char *path = authority ? strchr(authority + 3, '/') : NULL;

    return path ? path : "/";
}

/* Both lists in the order of the items. */
static int write_lists(const struct program_work *programs)
{
    FILE *urls = fopen(programs->urls, "we");
    FILE *config = urls ? fopen(programs->config, "we") : NULL;
    int rc = config ? 0 : -errno;

    for (size_t i = 0; i < programs->selection->count && rc == 0; i++) {
        const char *url = programs->item_urls[i];

        fprintf(urls, "%s\n", url);
        fprintf(config, "url = \"%s\"\noutput = \"%s\"\n", url, name_of(url));
    }
    if (config && (fclose(config) != 0 && rc == 0))
        rc = -errno;
    if (urls && (fclose(urls) != 0 && rc == 0))
        rc = -errno;
    return rc;
}

int program_work_begin(struct program_work *programs,
                       const struct compare_work *work, const char *directory,
                       int64_t limit_us, bool keep_query)
{
    const struct selection *selection = &work->selection;
    int rc = 0;

    *programs = (struct program_work){
        .selection = selection,
        .url = work->url,
        .ca = work->ca ? work->ca : "/dev/null",
        .limit_us = limit_us,
        .keep_query = keep_query,
        .item_urls = calloc(selection->count + 1, sizeof(char *)),
        .directory = realpath(directory, NULL),
    };
    if (!programs->directory)
        rc = -errno;
    else if (!programs->item_urls ||
             asprintf(&programs->urls, "%s/urls", programs->directory) < 0 ||
             asprintf(&programs->config, "%s/config", programs->directory) < 0)
        rc = -ENOMEM;
    for (size_t i = 0; i < selection->count && rc == 0; i++) {
        programs->item_urls[i] =
            source_url(&work->source, selection->codes[i].code);
        rc = programs->item_urls[i] ? 0 : -ENOMEM;
    }
    if (rc == 0)
        rc = write_lists(programs);
    if (rc < 0)
        program_work_close(programs);
    return rc;
}

void program_work_close(struct program_work *programs)
{
    if (programs->item_urls) {
        for (size_t i = 0; i < programs->selection->count; i++)
            free(programs->item_urls[i]);
    }
    free(programs->item_urls);
    free(programs->directory);
    free(programs->urls);
    free(programs->config);
    *programs = (struct program_work){0};
}

/* Where the last line begins that has more than blanks. */
static long last_line_begin(FILE *file)
{
    long at = 0;
    long line = 0;
    long begin = 0;
    int c;

    for (; (c = getc(file)) != EOF; at++) {
        if (c == '\n')
            line = at + 1;
        else if (!strchr("\r \t", c))
            begin = line;
    }
    return begin;
}

/* The beginning of a line that may have been cut. A word that was cut could be
   half an address, of which nobody can tell what is secret: it is left out. */
static void read_line(FILE *file, char text[LINE_SIZE])
{
    size_t size = fread(text, 1, LINE_SIZE - 1, file);
    size_t length;

    text[size] = '\0';
    length = strcspn(text, "\n");
    text[length] = '\0';
    if (length < LINE_SIZE - 1)
        return;
    while (length > LINE_SIZE - sizeof("...") ||
           (length > 0 && !strchr(" \t", text[length - 1])))
        length--;
    memcpy(text + length, "...", sizeof("..."));
}

/* The last line that a program wrote, for people, without what in URLs may be
   secret; "": none. It is masked from its beginning on, and cut then. */
static void last_line(const char *output, bool keep_query, char line[LAST_SIZE])
{
    char text[LINE_SIZE];
    FILE *file = fopen(output, "re");
    char *masked;

    line[0] = text[0] = '\0';
    if (!file)
        return;
    if (fseek(file, last_line_begin(file), SEEK_SET) == 0)
        read_line(file, text);
    fclose(file);
    masked = url_mask_all(text, keep_query);
    if (masked)
        escape_copy(line, LAST_SIZE, masked);
    free(masked);
}

/* An exit status other than 0 is a failure, unless errors are foretold, which
   it may tell of. */
static bool may_fail(const struct program_work *programs)
{
    for (size_t i = 0; programs->predictions && i < programs->selection->count;
         i++) {
        if (programs->predictions[i].status != STATUS_OK)
            return true;
    }
    return false;
}

static void judge_end(const struct program_work *programs,
                      const struct tree_end *end, const char *output,
                      char why[PROGRAM_WHY_SIZE])
{
    char line[LAST_SIZE];
    char limit[QUANTITY_SIZE];

    last_line(output, programs->keep_query, line);
    if (end->timed_out) {
        quantity_time(limit, (double)programs->limit_us);
        snprintf(why, PROGRAM_WHY_SIZE, "it had not ended after %s", limit);
    } else if (end->wordy) {
        snprintf(why, PROGRAM_WHY_SIZE, "it printed more than %d MiB",
                 (int)(TREE_OUTPUT_MOST >> 20));
    } else if (WIFSIGNALED(end->status)) {
        snprintf(why, PROGRAM_WHY_SIZE, "it ended by signal %d",
                 WTERMSIG(end->status));
    } else if (WEXITSTATUS(end->status) != 0 && !may_fail(programs)) {
        snprintf(why, PROGRAM_WHY_SIZE, "it ended with status %d%s%s",
                 WEXITSTATUS(end->status), line[0] ? ": " : "", line);
    }
}

/* What is not there: as foretold if it was asked for. */
static void settle_missing(struct record_item *item,
                           const struct prediction *prediction,
                           unsigned requests)
{
    item->status = STATUS_ERROR;
    item->final_us = requests > 0 ? 0 : -1;
    item->cause = CAUSE_HTTP;
    if (!prediction || requests == 0 || prediction->status == STATUS_OK)
        return;
    item->status = prediction->status;
    item->http_status = prediction->http_status;
}

static void settle_item(struct compare_run *run, size_t index,
                        const struct program_work *programs,
                        const struct program_file *file, int64_t requests)
{
    struct record_item *item = &run->record.items[index];

    item->attempts = (unsigned)requests;
    if (!file) {
        settle_missing(
            item, programs->predictions ? &programs->predictions[index] : NULL,
            (unsigned)requests);
        return;
    }
    item->status = STATUS_OK;
    item->bytes = file->bytes;
    run->digests[index] = file->digest;
}

/* Whose file is whose: by names first, so that bytes decide on what is left. */
static void settle(struct compare_run *run, const struct program_work *programs,
                   struct program_files *files, const int64_t *requests)
{
    const struct prediction *predictions = programs->predictions;

    for (size_t i = 0; i < run->record.item_count; i++)
        settle_item(run, i, programs,
                    program_files_take(files, name_of(programs->item_urls[i])),
                    requests[i]);
    for (size_t i = 0; i < run->record.item_count; i++) {
        const struct program_file *file;

        if (run->record.items[i].status == STATUS_OK || !predictions ||
            predictions[i].status != STATUS_OK)
            continue;
        file = program_files_take_bytes(files, &predictions[i].digest);
        if (file)
            settle_item(run, i, programs, file, requests[i]);
    }
}

static int make_items(struct compare_run *run,
                      const struct program_work *programs)
{
    size_t count = programs->selection->count;

    run->record.items = calloc(count + 1, sizeof(*run->record.items));
    run->digests = calloc(count + 1, sizeof(*run->digests));
    if (!run->record.items || !run->digests)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        char *subject = strdup(programs->selection->codes[i].code);

        if (!subject)
            return -ENOMEM;
        run->record.items[run->record.item_count++].subject = subject;
    }
    return 0;
}

static void account(struct comparison_run *run, const struct tree_end *end,
                    const struct server_stats *stats)
{
    run->observed_us = stats->span_us;
    run->measured[FIGURE_PROCESS] = end->elapsed_us;
    run->measured[FIGURE_USER] = quantity_timeval(&end->usage.ru_utime);
    run->measured[FIGURE_SYSTEM] = quantity_timeval(&end->usage.ru_stime);
    run->measured[FIGURE_VOLUNTARY] = end->usage.ru_nvcsw;
    run->measured[FIGURE_INVOLUNTARY] = end->usage.ru_nivcsw;
    run->measured[FIGURE_PEAK_RSS] = end->peak_memory;
    server_stats_measure(run->measured, stats);
}

/* That a program's files cannot be read is its own doing, whatever it is: only
   memory and descriptors are ours. */
static int read_files(struct program_files *files, const char *directory,
                      char why[PROGRAM_WHY_SIZE])
{
    int rc = program_files_read(files, directory);

    if (rc == 0 || rc == -ENOMEM || rc == -EMFILE || rc == -ENFILE)
        return rc;
    snprintf(why, PROGRAM_WHY_SIZE, "its files cannot be read: %s",
             rc == -EACCES                     ? "no permission"
             : rc == -E2BIG                    ? "they are too many"
             : rc == -ENOENT || rc == -ENOTDIR ? "it removed their directory"
                                               : strerror(-rc));
    return 0;
}

/* What the server saw, and what is in the directory. */
static int examine(struct compare_run *run, const struct program_work *programs,
                   const struct tree_end *end, const char *directory,
                   char why[PROGRAM_WHY_SIZE])
{
    size_t count = programs->selection->count;
    struct program_files files = {0};
    struct server_stats stats;
    const char **paths = calloc(count + 1, sizeof(*paths));
    int64_t *requests = calloc(count + 1, sizeof(*requests));
    int rc = paths && requests ? make_items(run, programs) : -ENOMEM;

    for (size_t i = 0; i < count && rc == 0; i++)
        paths[i] = program_path_of(programs->item_urls[i]);
    if (rc == 0)
        rc = server_stats_of_paths(&stats, programs->url, paths, requests,
                                   count);
    if (rc == 0) {
        account(&run->figures, end, &stats);
        rc = read_files(&files, directory, why);
    }
    if (rc == 0)
        settle(run, programs, &files, requests);
    program_files_close(&files);
    free(paths);
    free(requests);
    return rc;
}

/* In its directory, its output beside it. */
static int run_in(struct compare_run *run, const struct program_work *programs,
                  const char *command, const char *directory,
                  const char *output, char why[PROGRAM_WHY_SIZE])
{
    int64_t pressure_us = cpu_pressure_us();
    struct tree_end end;
    int rc = mkdir(directory, 0777) < 0 ? -errno : 0;

    if (rc == 0)
        rc = server_stats_reset(programs->url, programs->seed);
    if (rc == 0)
        rc = tree_run(&end, &(struct tree_command){
                                .text = command,
                                .directory = directory,
                                .output = output,
                                .limit_us = programs->limit_us,
                            });
    if (rc < 0)
        return rc;
    if (pressure_us >= 0)
        run->figures.measured[FIGURE_CPU_PRESSURE] =
            cpu_pressure_us() - pressure_us;
    run->exit_status = WIFEXITED(end.status) ? WEXITSTATUS(end.status)
                                             : 128 + WTERMSIG(end.status);
    judge_end(programs, &end, output, why);
    return examine(run, programs, &end, directory, why);
}

int program_run(struct compare_run *run, const struct program_work *programs,
                const char *command, unsigned max_req,
                char why[PROGRAM_WHY_SIZE])
{
    char *directory = NULL;
    char *output = NULL;
    char *text = NULL;
    int rc = -ENOMEM;

    why[0] = '\0';
    *run = (struct compare_run){.record = {.first_us = -1, .last_us = -1},
                                .is_program = true};
    figures_forget(run->figures.measured);
    if (asprintf(&directory, "%s/run", programs->directory) < 0)
        directory = NULL;
    if (asprintf(&output, "%s/output", programs->directory) < 0)
        output = NULL;
    if (directory && output)
        text = program_command(command, &(struct program_places){
                                            .urls = programs->urls,
                                            .config = programs->config,
                                            .base = programs->url,
                                            .dir = directory,
                                            .ca = programs->ca,
                                            .max_req = max_req,
                                        });
    if (text)
        rc = run_in(run, programs, text, directory, output, why);
    if (directory) {
        compare_directory_remove(directory);
        (void)unlink(directory); /* what the program may have put there */
    }
    free(directory);
    free(output);
    free(text);
    if (rc < 0)
        compare_run_close(run);
    return rc;
}
