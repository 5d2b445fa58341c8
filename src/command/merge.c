#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "await/await.h"
#include "cli/command.h"
#include "cli/message.h"
#include "command/commands.h"
#include "command/merge_manifest.h"
#include "download/shard.h"
#include "download/verdict.h"
#include "report/shards.h"
#include "text/escape.h"
#include "text/quantity.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct merge_settings {
    const char *output_dir; /* NULL: no manifest is made */
};

static const struct option_row rows[] = {
    {.group = "Output",
     .name = "output-dir",
     .letter = 'o',
     .kind = OPTION_TEXT,
     .metavar = "DIR",
     .help = "where the shards' files are, or are brought to: make its "
             "manifest, too",
     .offset = offsetof(struct merge_settings, output_dir)},
    OPTION_COMMON_ROWS,
};

static const struct option_table table = {
    .command = "merge",
    .synopsis = "[OPTIONS] REPORT...",
    .purpose = "Make one report of those that the shards of a work have "
               "written (--json), on\nstdout, and one exit status.",
    .rows = rows,
    .count = COUNT(rows),
    .example = "flags merge shard-*.json > whole.json",
    .example_means = "the whole work's report, and its status",
};

/* What becomes of the reports. */
struct merge {
    const char **of; /* of each shard its report's path; NULL: not seen */
    uint64_t count;  /* of the shards; 0: no report was read yet */
    json_t *whole;   /* NULL likewise */
    struct merge_manifest manifest;
    bool failed; /* a shard is missing, doubled, broken or unfinished */
    bool deadline;
};

static void complain(struct merge *merge, const char *path, const char *why)
{
    merge->failed = true;
    message("%s: %s", path, why);
}

/* NULL: told already. */
static json_t *load(struct merge *merge, const char *path)
{
    char why[JSON_ERROR_TEXT_LENGTH + 64];
    json_error_t error;
    FILE *in = fopen(path, "re");
    json_t *report;
    int unread = 0; /* why, if it could not be */

    if (!in) {
        message_failure("cannot read", path, -errno);
        merge->failed = true;
        return NULL;
    }
    errno = 0;
    report = json_loadf(in, JSON_REJECT_DUPLICATES, &error);
    if (ferror(in))
        unread = errno != 0 ? -errno : -EIO;
    fclose(in);
    if (report)
        return report;
    if (unread < 0) {
        message_failure("cannot read", path, unread);
        merge->failed = true;
        return NULL;
    }
    snprintf(why, sizeof(why), "not a whole report: line %d: %s", error.line,
             error.text);
    complain(merge, path, why);
    return NULL;
}

/* Which shard it is; false: told already. */
static bool read_shard(struct merge *merge, const char *path,
                       const json_t *report, uint64_t *index)
{
    const json_t *shard = json_object_get(report, "shard");
    json_int_t number = json_integer_value(json_object_get(shard, "index"));
    json_int_t count = json_integer_value(json_object_get(shard, "count"));
    char why[128];

    if (count < 1 || count > SHARDS_MOST || number < 0 || number >= count) {
        complain(merge, path, "the number of its shard is none");
        return false;
    }
    if (merge->count && merge->count != (uint64_t)count) {
        snprintf(why, sizeof(why),
                 "one of %" JSON_INTEGER_FORMAT
                 " shard%s, but there are %" PRIu64,
                 count, quantity_plural((uint64_t)count), merge->count);
        complain(merge, path, why);
        return false;
    }
    *index = (uint64_t)number;
    merge->count = (uint64_t)count;
    return true;
}

static int take(struct merge *merge, json_t *report)
{
    if (merge->whole)
        return shards_add(merge->whole, report);
    merge->whole = json_incref(report);
    return json_object_del(report, "shard");
}

/* A shard that stopped before its end has work left, but for the failures that
   it was told to stop at. */
static void judge_stop(struct merge *merge, const char *path,
                       const json_t *report)
{
    const char *stop = json_string_value(json_object_get(report, "stop"));

    if (strcmp(stop, "deadline") == 0)
        merge->deadline = true;
    else if (strcmp(stop, "interrupted") == 0)
        complain(merge, path, "the shard was interrupted");
    else if (strcmp(stop, "local_failure") == 0)
        complain(merge, path, "the shard stopped at a local failure");
}

/* 0, also where the report is not taken; -ENOMEM. */
static int read_report(struct merge *merge, const char *path)
{
    json_t *report = load(merge, path);
    const char *why = report ? shards_trouble(report) : NULL;
    uint64_t index = 0;
    char text[64];
    int rc = 0;

    if (!report)
        return 0;
    if (why) {
        complain(merge, path, why);
    } else if (read_shard(merge, path, report, &index)) {
        if (!merge->of)
            merge->of = calloc(merge->count, sizeof(*merge->of));
        if (!merge->of) {
            rc = -ENOMEM;
        } else if (merge->of[index]) {
            snprintf(text, sizeof(text), "shard %" PRIu64 " a second time",
                     index);
            complain(merge, path, text);
        } else {
            merge->of[index] = path;
            judge_stop(merge, path, report);
            merge_manifest_add(&merge->manifest, path, report);
            rc = take(merge, report) < 0 ? -ENOMEM : 0;
        }
    }
    json_decref(report);
    return rc;
}

static void tell_missing(struct merge *merge)
{
    for (uint64_t i = 0; i < merge->count; i++) {
        if (merge->of[i])
            continue;
        merge->failed = true;
        message("shard %" PRIu64 " of %" PRIu64 " is missing", i, merge->count);
    }
}

static size_t count_of(const json_t *whole, const char *key)
{
    return (size_t)json_integer_value(
        json_object_get(json_object_get(whole, "counts"), key));
}

static int status_of(const struct merge *merge)
{
    const json_t *whole = merge->whole;
    const struct verdict verdict = {
        .in_place = count_of(whole, "ok") + count_of(whole, "unchanged") +
                    count_of(whole, "skipped"),
        .missing =
            (size_t)json_integer_value(json_object_get(whole, "missing")),
        .failed = count_of(whole, "error"),
        .cancelled = count_of(whole, "cancelled"),
        .any_named = json_integer_value(json_object_get(whole, "named")) > 0,
        .local_failed = merge->failed,
        .deadline = merge->deadline && count_of(whole, "cancelled") > 0,
    };

    return verdict_status(&verdict);
}

/* As reports have a path: shown, if it is not UTF-8. */
static int set_directory(json_t *whole, const char *path)
{
    size_t size = strlen(path) * (ESCAPE_UNIT_SIZE - 1) + ESCAPE_UNIT_SIZE;
    char *shown = malloc(size);
    int rc = -ENOMEM;

    if (shown) {
        escape_copy(shown, size, path);
        rc = json_object_set_new(whole, "directory", json_string(shown));
    }
    free(shown);
    return rc < 0 ? -ENOMEM : 0;
}

/* The reports' sum, on stdout. -ENOMEM. */
static int print_whole(json_t *whole, const char *output_dir)
{
    int rc = output_dir ? set_directory(whole, output_dir) : 0;

    if (rc == 0 && json_dumpf(whole, stdout, JSON_COMPACT) < 0 &&
        !ferror(stdout))
        rc = -ENOMEM;
    putchar('\n');
    return rc;
}

static int merge_reports(const struct merge_settings *settings,
                         const struct command_line *line)
{
    struct merge merge = {0};
    int status = EXIT_STATUS_LOCAL;
    int rc = 0;

    if (merge_manifest_open(&merge.manifest, settings->output_dir) < 0)
        return EXIT_STATUS_LOCAL;
    for (size_t i = 0; rc == 0 && i < line->count; i++)
        rc = read_report(&merge, line->arguments[i]);
    if (merge_manifest_close(&merge.manifest) < 0)
        merge.failed = true;
    if (rc == 0 && merge.whole) {
        tell_missing(&merge);
        status = status_of(&merge);
        rc = print_whole(merge.whole, settings->output_dir);
    }
    if (rc < 0) {
        message("%s", aw_strerror(rc));
        status = EXIT_STATUS_LOCAL;
    }
    status = command_end(status);
    json_decref(merge.whole);
    free(merge.of);
    return status;
}

static int run(int argc, char **argv)
{
    struct merge_settings settings = {0};
    struct command_line line;
    int status;

    if (!command_begin(&line, &table, &settings, argc, argv, &status))
        return status;
    if (line.count > 0)
        return merge_reports(&settings, &line);
    snprintf(line.error, sizeof(line.error), "merge: which reports?");
    return command_usage_error(&line);
}

const struct command command_merge = {
    .name = "merge",
    .purpose = "make one report of those of shards",
    .options = &table,
    .manual = &merge_manual,
    .run = run,
};
