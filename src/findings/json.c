#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "findings/json_internal.h"

/*
 * flags.compare/2, as comparison/figures.list and compare.schema.json have it.
 * Seconds and bytes; null for what is not known. Jansson has
 * no NaN, and makes a pack of nothing where memory is lacking, so errors show
 * at the end, when the whole is NULL.
 */

static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

json_t *seconds_json(double us)
{
    return number(us / 1e6);
}

/* A median of whole numbers may be half a one. */
static json_t *whole(double value)
{
    if (!isfinite(value))
        return json_null();
    return value == floor(value) ? json_integer((json_int_t)value)
                                 : json_real(value);
}

/* json_pack()'s "s?" takes NULL for null, and refuses what is not UTF-8. */
static json_t *text(const char *string)
{
    json_t *made;

    if (!string)
        return json_null();
    made = json_string(string);
    return made ? made : json_string("(not UTF-8)");
}

static json_t *interval(const struct interval *interval)
{
    return json_pack("{s:o, s:o, s:o}", "value", number(interval->value), "low",
                     number(interval->low), "high", number(interval->high));
}

json_t *value_json(const struct figure *figure, double value)
{
    if (figure->unit == UNIT_TIME)
        return seconds_json(value);
    if (figure->unit == UNIT_SHARE || figure->how == HOW_RATIO)
        return number(value);
    return whole(value);
}

static size_t count_requests(const struct comparison_cell *cell)
{
    size_t count = 0;

    for (size_t i = 0; i < cell->run_count; i++)
        count += cell->runs[i].request_count;
    return count;
}

static json_t *http_json(int http)
{
    return http > 0 ? json_string(comparison_http(http)) : json_null();
}

/* That of each weather. */
static json_t *ideals(const struct comparison *comparison,
                      const struct comparison_cell *cell)
{
    json_t *array = json_array();

    for (size_t i = 0; i < comparison_weathers(comparison); i++) {
        bool known = isfinite(cell->ideal_us);

        if (json_array_append_new(array, known
                                             ? seconds_json(cell->ideals_us[i])
                                             : json_null()) < 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

/* What a cell is, and what it has a figure of. */
static json_t *cell_json(const struct comparison *comparison,
                         const struct comparison_cell *cell)
{
    const struct comparison_setup *setup = &comparison->setup;
    json_t *made = json_pack(
        "{s:s, s:s, s:o, s:o, s:o, s:b, s:o, s:b, s:o, s:b, s:o, s:o, s:I, "
        "s:o, s:o, s:b, s:b, s:o}",
        "name", cell->name, "strategy", cell->strategy, "program",
        text(cell->program), "version", text(cell->version), "max_req",
        cell->has_limit ? json_integer((json_int_t)cell->max_req) : json_null(),
        "reuse", cell->reuse, "http", http_json(cell->http), "valid",
        cell->invalid == 0 && cell->run_count > 0, "excluded",
        text(cell->excluded[0] ? cell->excluded : NULL), "ideal_is_bound",
        cell->ideal_is_bound, "ideals", ideals(comparison, cell), "runs",
        runs_json(setup, cell->runs, cell->run_count, true), "request_count",
        (json_int_t)count_requests(cell), "details",
        runs_json(setup, cell->runs, cell->run_count, false), "replaced",
        runs_json(setup, cell->replaced, cell->replaced_count, false), "again",
        cell->again, "queued", cell->queued, "baseline",
        interval(&cell->baseline));
    bool complete = made;

    for (enum figure_id id = 0; id < FIGURES && complete; id++) {
        const struct figure *figure = &figures[id];

        complete = json_object_set_new(
                       made, figure->name,
                       figure->how == HOW_RATIO
                           ? interval(&cell->ratio)
                           : value_json(figure, figure_of(cell, id))) == 0;
    }
    if (complete)
        return made;
    json_decref(made);
    return NULL;
}

static json_t *cells_json(const struct comparison *comparison)
{
    json_t *array = json_array();

    for (size_t i = 0; i < comparison->cell_count; i++) {
        if (json_array_append_new(
                array, cell_json(comparison, &comparison->cells[i])) < 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static json_t *codes_json(const struct comparison_setup *setup)
{
    json_t *array = json_array();

    for (size_t i = 0; i < setup->item_count; i++) {
        if (json_array_append_new(array, text(setup->codes[i])) < 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

/* Times are microseconds inside, and seconds outside. */
static json_t *difference(const struct comparison_check *check)
{
    const double scale = check->unit == UNIT_TIME ? 1e-6 : 1;
    const struct interval scaled = {check->difference.value * scale,
                                    check->difference.low * scale,
                                    check->difference.high * scale};

    return interval(&scaled);
}

static json_t *checks_json(const struct comparison *comparison)
{
    json_t *array = json_array();

    for (size_t i = 0; i < comparison->check_count; i++) {
        const struct comparison_check *check = &comparison->checks[i];
        json_t *one = json_pack(
            "{s:o, s:s, s:o, s:o}", "expression", text(check->expression),
            "verdict", comparison_verdict_name(check->verdict), "reason",
            check->reason[0] ? text(check->reason) : json_null(), "difference",
            difference(check));

        if (json_array_append_new(array, one) < 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

struct sentences {
    json_t *array;
    bool failed;
};

static void on_sentence(void *arg, const char *sentence)
{
    struct sentences *sentences = arg;

    if (json_array_append_new(sentences->array, text(sentence)) < 0)
        sentences->failed = true;
}

static json_t *conclusions_json(const struct comparison *comparison)
{
    struct sentences sentences = {.array = json_array()};

    if (comparison_conclude(comparison, on_sentence, &sentences) == 0 &&
        !sentences.failed)
        return sentences.array;
    json_decref(sentences.array);
    return NULL;
}

static json_t *looks_json(const struct comparison_looks *looks)
{
    json_t *runs;

    if (looks->planned == 0)
        return json_null();
    runs = json_array();
    for (size_t i = 0; runs && i < looks->taken; i++) {
        if (json_array_append_new(runs, json_integer(looks->runs[i])) < 0) {
            json_decref(runs);
            runs = NULL;
        }
    }
    return json_pack("{s:o, s:b, s:I, s:I, s:o, s:b}", "until",
                     looks->width > 0 ? json_real(looks->width) : json_null(),
                     "until_decided", looks->decide, "planned",
                     (json_int_t)looks->planned, "max_runs",
                     (json_int_t)looks->runs[looks->planned - 1], "taken", runs,
                     "enough", looks->enough);
}

static json_t *machine_json(const struct comparison_setup *setup)
{
    return json_pack("{s:o, s:o, s:{s:o, s:o, s:o, s:o}}", "description",
                     text(setup->machine), "load", number(setup->load),
                     "versions", "flags", text(setup->flags), "libcurl",
                     text(setup->curl), "libuv", text(setup->uv), "tls",
                     text(setup->tls));
}

/* 0: there is none. */
static json_t *positive(int64_t value)
{
    return value > 0 ? json_integer((json_int_t)value) : json_null();
}

static json_t *factors_json(const struct compare_factors *factors)
{
    return json_pack("{s:o, s:b, s:o, s:o, s:o}", "connect_delay",
                     text(factors->connect), "tls", factors->tls, "size",
                     positive(factors->size), "bandwidth",
                     positive(factors->bandwidth), "work",
                     seconds_json((double)factors->work_us));
}

static json_t *comparison_object(const struct comparison *comparison)
{
    const struct comparison_setup *setup = &comparison->setup;

    return json_pack(
        "{s:s, s:o, s:o, s:I, s:I, s:o, s:o, s:I, s:o, s:b, s:I, s:I, s:b, "
        "s:s, "
        "s:o, "
        "s:o, s:o, s:o, s:o, s:f, "
        "s:s, s:b, s:b, s:b, s:b, s:{s:I, s:I, s:I}, s:o, s:o, s:o}",
        "schema", "flags.compare/2", "began", text(setup->began), "weather",
        text(setup->weather), "seed", (json_int_t)setup->seed, "seeds",
        (json_int_t)comparison_weathers(comparison), "factors",
        factors_json(&setup->factors), "server", text(setup->server), "items",
        (json_int_t)setup->item_count, "codes", codes_json(setup),
        "country_names", setup->country_names, "runs_of_each",
        (json_int_t)setup->runs, "warmups", (json_int_t)setup->warmups,
        "rerun_disturbed", setup->rerun_disturbed, "order",
        comparison_order_name(setup->order), "timeout",
        seconds_json((double)setup->timeout_us), "connect_timeout",
        seconds_json((double)setup->connect_timeout_us), "files",
        text(comparison->files[0] ? comparison->files : NULL), "machine",
        machine_json(setup), "looks", looks_json(&comparison->looks),
        "interval_error", comparison_error(comparison), "observed_by",
        comparison->by_server ? "server" : "client", "interrupted",
        comparison->interrupted, "nothing_in_place", comparison->nothing,
        "ideal_estimated", comparison->ideal_estimated, "same_work",
        comparison->same_work, "in_each_run", "not_found",
        (json_int_t)comparison->not_found, "errors",
        (json_int_t)comparison->errors, "retried",
        (json_int_t)comparison->retried, "cells", cells_json(comparison),
        "checks", checks_json(comparison), "conclusions",
        conclusions_json(comparison));
}

int comparison_json(FILE *out, const struct comparison *comparison)
{
    json_t *all = comparison_object(comparison);
    int rc = 0;

    if (!all)
        return -ENOMEM;
    /* A failure without one of the stream is one of memory. */
    if (json_dumpf(all, out, JSON_INDENT(2) | JSON_REAL_PRECISION(9)) < 0 &&
        !ferror(out))
        rc = -ENOMEM;
    json_decref(all);
    fputc('\n', out);
    return rc;
}
