#include "comparison/baseline.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "text/escape.h"

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

const json_t *baseline_like(const json_t *report,
                            const struct comparison_cell *cell)
{
    const json_t *cells = json_object_get(report, "cells");

    for (size_t i = 0; i < json_array_size(cells); i++) {
        const json_t *theirs = json_array_get(cells, i);

        if (is_same_cell(theirs, cell))
            return theirs;
    }
    return NULL;
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

/* Whether a URL's query, or one in a command, is shown as "..."
   (text/url.h). */
static bool hides_query(const char *text)
{
    return text && (strstr(text, "?...") || strstr(text, "#..."));
}

/* An address without its query, as far as one of them has it hidden: the other
   comparison may have been told to keep it. */
static void match_server(struct match *match, const char *ours)
{
    const char *theirs =
        json_string_value(json_object_get(match->report, "server"));
    size_t length = theirs ? strcspn(theirs, "?#") : 0;
    char shown[64];

    if (!theirs || !ours || (!hides_query(theirs) && !hides_query(ours))) {
        if (theirs && theirs[length] && !(ours && ours[strcspn(ours, "?#")])) {
            snprintf(shown, sizeof(shown), "%.*s%c...", (int)length, theirs,
                     theirs[length]);
            differ(match, "server", shown, ours ? ours : "none");
        }
        match_text(match, match->report, "server", "server", ours);
    } else if (length != strcspn(ours, "?#") ||
               strncmp(theirs, ours, length + 1) != 0) {
        snprintf(shown, sizeof(shown), "%.*s%s", (int)length, theirs,
                 theirs[length] ? "?..." : "");
        differ(match, "server", shown, ours);
    }
}

bool baseline_knows_queries(const struct baseline *baseline,
                            const struct comparison *comparison)
{
    const json_t *server = json_object_get(baseline->report, "server");

    if (hides_query(json_string_value(server)) ||
        hides_query(comparison->setup.server))
        return false;
    for (size_t i = 0; i < comparison->cell_count; i++) {
        const struct comparison_cell *cell = &comparison->cells[i];

        if (hides_query(cell->program) && baseline_like(baseline->report, cell))
            return false;
    }
    return true;
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

bool baseline_has_files(const struct baseline *baseline, const char *files)
{
    const char *theirs =
        json_string_value(json_object_get(baseline->report, "files"));

    return !theirs || !*files || strcmp(theirs, files) == 0;
}

/* Of the programs of recipes, which tell it. */
static void match_programs(struct match *match,
                           const struct comparison *comparison)
{
    for (size_t i = 0; i < comparison->cell_count; i++) {
        const struct comparison_cell *cell = &comparison->cells[i];
        const json_t *like = baseline_like(match->report, cell);

        if (like && cell->program)
            match_text(match, like, "version", "the program", cell->version);
    }
}

bool baseline_matches(const struct baseline *baseline,
                      const struct comparison *comparison,
                      char why[BASELINE_WHY_SIZE])
{
    const struct comparison_setup *setup = &comparison->setup;
    struct match match = {.report = baseline->report, .why = why, .same = true};

    match_text(&match, match.report, "weather", "weather", setup->weather);
    match_integer(&match, match.report, "seed", "seed", setup->seed);
    if (comparison_has_weathers(comparison) ||
        json_object_get(match.report, "seeds"))
        match_integer(&match, match.report, "seeds", "seeds",
                      (int64_t)comparison_weathers(comparison));
    match_server(&match, setup->server);
    match_factors(&match, &setup->factors);
    match_codes(&match, setup);
    match_flag(&match, match.report, "country_names", "metadata",
               setup->country_names);
    match_number(&match, match.report, "timeout", "seconds of --timeout",
                 (double)setup->timeout_us / 1e6);
    match_text(&match, match.report, "observed_by", "times observed by the",
               comparison->by_server ? "server" : "client");
    match_versions(&match, setup);
    match_programs(&match, comparison);
    return match.same;
}
