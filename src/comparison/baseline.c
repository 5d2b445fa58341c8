#include "comparison/baseline.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "comparison/ranks.h"
#include "text/escape.h"

enum { SECONDS = 1000000000 }; /* no run takes so long */

static const char schema[] = "flags.compare/2";

/* Whether each cell has the times of its runs, in seconds that we can count. */
static bool has_times(const json_t *cells)
{
    for (size_t i = 0; i < json_array_size(cells); i++) {
        const json_t *runs = json_object_get(json_array_get(cells, i), "runs");

        if (!json_is_array(runs))
            return false;
        for (size_t j = 0; j < json_array_size(runs); j++) {
            const json_t *run = json_array_get(runs, j);
            double seconds = json_number_value(run);

            if (!json_is_number(run) || !(seconds >= 0 && seconds < SECONDS))
                return false;
        }
    }
    return true;
}

int baseline_open(struct baseline *baseline, const char *file,
                  char why[BASELINE_WHY_SIZE])
{
    FILE *in = fopen(file, "re");
    json_error_t error;
    const char *kind;
    json_t *report;

    if (!in)
        return -errno;
    report = json_loadf(in, 0, &error);
    fclose(in);
    if (!report && json_error_code(&error) == json_error_out_of_memory)
        return -ENOMEM;
    kind = json_string_value(json_object_get(report, "schema"));
    if (!kind || strcmp(kind, schema) != 0 ||
        !json_is_array(json_object_get(report, "cells")) ||
        !has_times(json_object_get(report, "cells"))) {
        json_decref(report);
        snprintf(why, BASELINE_WHY_SIZE, "no comparison of the form %s",
                 schema);
        return -EINVAL;
    }
    baseline->report = report;
    return 0;
}

void baseline_close(struct baseline *baseline)
{
    json_decref(baseline->report);
    baseline->report = NULL;
}

/* What is held against what. */
struct match {
    const json_t *report;
    char *why;
    bool same;
};

static void differ(struct match *match, const char *what, const char *theirs,
                   const char *ours)
{
    char shown[64];

    if (!match->same)
        return;
    match->same = false;
    escape_copy(shown, sizeof(shown), theirs);
    snprintf(match->why, BASELINE_WHY_SIZE, "%s %.60s, not %.60s", what, shown,
             ours);
}

static void match_text(struct match *match, const json_t *of, const char *key,
                       const char *what, const char *ours)
{
    const char *theirs = json_string_value(json_object_get(of, key));

    ours = ours ? ours : "none";
    theirs = theirs ? theirs : "none";
    if (strcmp(theirs, ours) != 0)
        differ(match, what, theirs, ours);
}

static void match_number(struct match *match, const json_t *of, const char *key,
                         const char *what, double ours)
{
    double theirs = json_number_value(json_object_get(of, key));
    char a[32];
    char b[32];

    if (fabs(theirs - ours) <= 1e-9 * fabs(ours))
        return;
    snprintf(a, sizeof(a), "%g", theirs);
    snprintf(b, sizeof(b), "%g", ours);
    differ(match, what, a, b);
}

static void match_integer(struct match *match, const json_t *of,
                          const char *key, const char *what, int64_t ours)
{
    json_int_t theirs = json_integer_value(json_object_get(of, key));
    char a[32];
    char b[32];

    if (theirs == ours)
        return;
    snprintf(a, sizeof(a), "%" JSON_INTEGER_FORMAT, theirs);
    snprintf(b, sizeof(b), "%" PRId64, ours);
    differ(match, what, a, b);
}

static void match_flag(struct match *match, const json_t *of, const char *key,
                       const char *what, bool ours)
{
    if (json_is_true(json_object_get(of, key)) != ours)
        differ(match, what, ours ? "no" : "yes", ours ? "yes" : "no");
}

static void match_codes(struct match *match,
                        const struct comparison_setup *setup)
{
    const json_t *codes = json_object_get(match->report, "codes");

    if (json_array_size(codes) != setup->item_count)
        match_integer(match, match->report, "items", "items",
                      (int64_t)setup->item_count);
    for (size_t i = 0; i < setup->item_count && match->same; i++) {
        const char *code = json_string_value(json_array_get(codes, i));

        if (!code || strcmp(code, setup->codes[i]) != 0)
            differ(match, "the code", code ? code : "none", setup->codes[i]);
    }
}

static void match_versions(struct match *match,
                           const struct comparison_setup *setup)
{
    const json_t *machine = json_object_get(match->report, "machine");
    const json_t *versions = json_object_get(machine, "versions");

    match_text(match, versions, "flags", "flags", setup->flags);
    match_text(match, versions, "libcurl", "libcurl", setup->curl);
    match_text(match, versions, "libuv", "libuv", setup->uv);
    match_text(match, versions, "tls", "TLS", setup->tls);
}

static void match_factors(struct match *match,
                          const struct compare_factors *factors)
{
    const json_t *theirs = json_object_get(match->report, "factors");

    match_text(match, theirs, "connect_delay", "connections held for",
               factors->connect);
    match_flag(match, theirs, "tls", "TLS", factors->tls);
    match_integer(match, theirs, "size", "images of", factors->size);
    match_integer(match, theirs, "bandwidth", "bandwidth", factors->bandwidth);
    match_number(match, theirs, "work", "seconds of computing",
                 (double)factors->work_us / 1e6);
}

bool baseline_matches(const struct baseline *baseline,
                      const struct comparison *comparison,
                      char why[BASELINE_WHY_SIZE])
{
    const struct comparison_setup *setup = &comparison->setup;
    struct match match = {.report = baseline->report, .why = why, .same = true};

    match_text(&match, match.report, "weather", "weather", setup->weather);
    match_integer(&match, match.report, "seed", "seed", setup->seed);
    match_text(&match, match.report, "server", "server", setup->server);
    match_factors(&match, &setup->factors);
    match_codes(&match, setup);
    match_flag(&match, match.report, "country_names", "metadata",
               setup->country_names);
    match_number(&match, match.report, "timeout", "seconds of --timeout",
                 (double)setup->timeout_us / 1e6);
    match_text(&match, match.report, "observed_by", "times observed by the",
               comparison->by_server ? "server" : "client");
    match_versions(&match, setup);
    return match.same;
}

static bool is_same_text(const json_t *of, const char *key, const char *ours)
{
    const char *theirs = json_string_value(json_object_get(of, key));

    return theirs && ours ? strcmp(theirs, ours) == 0 : theirs == ours;
}

static bool is_same_cell(const json_t *theirs,
                         const struct comparison_cell *ours)
{
    unsigned max_req = ours->has_limit ? ours->max_req : 0;

    return is_same_text(theirs, "strategy", ours->strategy) &&
           is_same_text(theirs, "program", ours->program) &&
           is_same_text(theirs, "http", comparison_http(ours->http)) &&
           json_integer_value(json_object_get(theirs, "max_req")) ==
               (json_int_t)max_req &&
           json_is_true(json_object_get(theirs, "reuse")) == ours->reuse &&
           !json_is_true(json_object_get(theirs, "again"));
}

/* The runs of the cell's like, or NULL. */
static const json_t *runs_of(const struct baseline *baseline,
                             const struct comparison_cell *cell)
{
    const json_t *cells = json_object_get(baseline->report, "cells");

    for (size_t i = 0; i < json_array_size(cells); i++) {
        const json_t *theirs = json_array_get(cells, i);

        if (is_same_cell(theirs, cell))
            return json_object_get(theirs, "runs");
    }
    return NULL;
}

/* At least 1, for one has to be divided by. */
static int64_t at_least_one(double us)
{
    return us >= 1 ? llround(us) : 1;
}

/* By the ranks of both cells' times. -ENOMEM. */
static int relate(struct comparison_cell *cell, const json_t *runs,
                  double error)
{
    size_t count = json_array_size(runs);
    int64_t *now = calloc(cell->run_count + 1, sizeof(*now));
    int64_t *before = calloc(count + 1, sizeof(*before));
    struct ranks ranks;
    int rc = -ENOMEM;

    if (now && before)
        rc = ranks_open(&ranks, cell->run_count, count);
    if (rc == 0) {
        for (size_t i = 0; i < cell->run_count; i++)
            now[i] = at_least_one((double)cell->runs[i].observed_us);
        for (size_t i = 0; i < count; i++)
            before[i] =
                at_least_one(json_number_value(json_array_get(runs, i)) * 1e6);
        statistics_sort(now, cell->run_count);
        statistics_sort(before, count);
        ranks_ratio(&ranks, &cell->baseline, now, before, error);
        ranks_close(&ranks);
        if (count < COMPARISON_RUNS_LEAST ||
            cell->run_count < COMPARISON_RUNS_LEAST)
            cell->baseline.low = cell->baseline.high = (double)NAN;
    }
    free(now);
    free(before);
    return rc;
}

int baseline_relate(const struct baseline *baseline,
                    struct comparison *comparison)
{
    size_t related = 0;
    int rc = 0;

    if (!baseline->report)
        return 0;
    for (size_t i = 0; i < comparison->cell_count; i++) {
        const struct comparison_cell *cell = &comparison->cells[i];

        related += !cell->again && cell->run_count > 0 &&
                   json_array_size(runs_of(baseline, cell)) > 0;
    }
    for (size_t i = 0; i < comparison->cell_count && rc == 0; i++) {
        struct comparison_cell *cell = &comparison->cells[i];
        const json_t *runs = runs_of(baseline, cell);

        if (cell->run_count > 0 && json_array_size(runs) > 0 && !cell->again)
            rc = relate(cell, runs,
                        comparison_error(comparison) / (double)related);
    }
    return rc;
}
