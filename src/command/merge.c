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
#include "download/shard.h"
#include "download/verdict.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char schema[] = "flags.report/1";

static const struct option_row rows[] = {OPTION_COMMON_ROWS};

static const struct option_table table = {
    .command = "merge",
    .synopsis = "REPORT...",
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
    bool failed;     /* a shard is missing, doubled, broken or unfinished */
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

    if (!in) {
        message_failure("cannot read", path, -errno);
        merge->failed = true;
        return NULL;
    }
    report = json_loadf(in, JSON_REJECT_DUPLICATES, &error);
    fclose(in);
    if (report)
        return report;
    snprintf(why, sizeof(why), "not a whole report: line %d: %s", error.line,
             error.text);
    complain(merge, path, why);
    return NULL;
}

/* The parts that are added up or gone through, and what they have to be. */
static const struct part {
    const char *key;
    json_type type;
} parts[] = {
    {"items", JSON_ARRAY},    {"counts", JSON_OBJECT},
    {"named", JSON_INTEGER},  {"missing", JSON_INTEGER},
    {"stop", JSON_STRING},    {"retries", JSON_INTEGER},
    {"started", JSON_STRING}, {"shard", JSON_OBJECT},
};

/* What is wrong with it; NULL: it is the report of a shard. */
static const char *trouble_of(const json_t *report)
{
    const char *found = json_string_value(json_object_get(report, "schema"));

    if (!found || strcmp(found, schema) != 0)
        return "not a report of 'flags get --json'";
    if (!json_object_get(report, "shard"))
        return "not the report of a shard ('flags get --shard')";
    for (size_t i = 0; i < COUNT(parts); i++) {
        const json_t *part = json_object_get(report, parts[i].key);

        if (!part || json_typeof(part) != parts[i].type)
            return "not a whole report of 'flags get --json'";
    }
    if (!json_is_number(json_object_get(report, "elapsed")))
        return "not a whole report of 'flags get --json'";
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
                 " shards, but there are %" PRIu64,
                 count, merge->count);
        complain(merge, path, why);
        return false;
    }
    *index = (uint64_t)number;
    merge->count = (uint64_t)count;
    return true;
}

static int add_number(json_t *whole, const json_t *report, const char *key)
{
    json_int_t sum = json_integer_value(json_object_get(whole, key)) +
                     json_integer_value(json_object_get(report, key));

    return json_object_set_new(whole, key, json_integer(sum));
}

static int add_counts(json_t *whole, json_t *report)
{
    json_t *sums = json_object_get(whole, "counts");
    json_t *counts = json_object_get(report, "counts");
    const char *key;
    json_t *value;

    json_object_foreach(counts, key, value)
    {
        (void)value;
        if (add_number(sums, counts, key) < 0)
            return -1;
    }
    return 0;
}

/* Add a report to the others'. The shards ran side by side: the longest time is
   the whole's, and the first that stopped early says why. */
static int add(json_t *whole, json_t *report)
{
    const char *began = json_string_value(json_object_get(whole, "started"));
    json_t *started = json_object_get(report, "started");
    json_t *elapsed = json_object_get(report, "elapsed");
    const char *stop = json_string_value(json_object_get(whole, "stop"));
    int rc = json_array_extend(json_object_get(whole, "items"),
                               json_object_get(report, "items"));

    if (rc == 0)
        rc = add_counts(whole, report);
    if (rc == 0)
        rc = add_number(whole, report, "named");
    if (rc == 0)
        rc = add_number(whole, report, "missing");
    if (rc == 0)
        rc = add_number(whole, report, "retries");
    if (rc == 0 && strcmp(json_string_value(started), began) < 0)
        rc = json_object_set(whole, "started", started);
    if (rc == 0 && json_number_value(elapsed) >
                       json_number_value(json_object_get(whole, "elapsed")))
        rc = json_object_set(whole, "elapsed", elapsed);
    if (rc == 0 && strcmp(stop, "none") == 0)
        rc = json_object_set(whole, "stop", json_object_get(report, "stop"));
    return rc;
}

static int take(struct merge *merge, json_t *report)
{
    if (merge->whole)
        return add(merge->whole, report);
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
    const char *why = report ? trouble_of(report) : NULL;
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

static int merge_reports(const struct command_line *line)
{
    struct merge merge = {0};
    int status = EXIT_STATUS_LOCAL;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < line->count; i++)
        rc = read_report(&merge, line->arguments[i]);
    if (rc == 0 && merge.whole) {
        tell_missing(&merge);
        status = status_of(&merge);
        rc =
            json_dumpf(merge.whole, stdout, JSON_COMPACT) < 0 && !ferror(stdout)
                ? -ENOMEM
                : 0;
        putchar('\n');
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
    struct command_line line;
    int status;

    if (!command_begin(&line, &table, NULL, argc, argv, &status))
        return status;
    if (line.count > 0)
        return merge_reports(&line);
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
