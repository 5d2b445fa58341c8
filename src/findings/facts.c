#include "findings/facts.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "findings/table.h"
#include "text/quantity.h"

/* The facts being told. Each is written into `text`, and then handed on. */
struct telling {
    facts_on_fact on_fact;
    void *arg;
    FILE *stream;
    char *text;
    size_t size;
    int error;
};

/* Begin to write a fact; NULL: no memory. */
static FILE *begin(struct telling *telling)
{
    telling->stream = open_memstream(&telling->text, &telling->size);
    if (!telling->stream)
        telling->error = -ENOMEM;
    return telling->stream;
}

static void end(struct telling *telling, const char *label)
{
    /* A memory stream fails for lack of memory alone. */
    if (fclose(telling->stream) == 0)
        telling->on_fact(telling->arg, label, telling->text);
    else
        telling->error = -ENOMEM;
    free(telling->text);
}

static void tell(struct telling *telling, const char *label, const char *text)
{
    if (text)
        telling->on_fact(telling->arg, label, text);
}

static void tell_work(struct telling *telling,
                      const struct comparison *comparison)
{
    const struct comparison_setup *setup = &comparison->setup;
    FILE *out = begin(telling);

    if (!out)
        return;
    fprintf(out, "%zu item%s%s:", setup->item_count,
            quantity_plural(setup->item_count),
            setup->country_names ? ", each with its metadata" : "");
    for (size_t i = 0; i < setup->item_count; i++)
        fprintf(out, " %s", setup->codes[i]);
    end(telling, "Downloaded");
}

static void tell_result(struct telling *telling,
                        const struct comparison *comparison)
{
    FILE *out = begin(telling);

    if (!out)
        return;
    fprintf(out, "not found %zu, errors %zu, retried %zu%s",
            comparison->not_found, comparison->errors, comparison->retried,
            comparison->same_work ? ", the same in every run"
                                  : "; runs that differed are left out");
    end(telling, "Of these");
}

static void tell_weather(struct telling *telling,
                         const struct comparison_setup *setup)
{
    FILE *out;

    if (!setup->weather) {
        tell(telling, "Weather",
             "not known: the server is not of this program");
        return;
    }
    out = begin(telling);
    if (!out)
        return;
    if (setup->weathers > 1)
        fprintf(out, "%s, %zu of it: seeds %" PRId64 " to %" PRId64,
                setup->weather, setup->weathers, setup->seed,
                setup->seed + (int64_t)setup->weathers - 1);
    else
        fprintf(out, "%s, seed %" PRId64, setup->weather, setup->seed);
    end(telling, "Weather");
}

static void tell_factors(struct telling *telling,
                         const struct comparison_setup *setup)
{
    char factors[FACTORS_TEXT_SIZE];

    factors_describe(&setup->factors, factors);
    if (factors[0])
        tell(telling, "Besides", factors);
}

static void tell_runs(struct telling *telling,
                      const struct comparison_setup *setup)
{
    FILE *out = begin(telling);

    if (!out)
        return;
    fprintf(out,
            "%" PRId64 " of each, after %" PRId64 " to warm up, %s; each "
            "attempt at most %g s",
            setup->runs, setup->warmups, comparison_order_name(setup->order),
            (double)setup->timeout_us / 1e6);
    end(telling, "Runs");
}

static void tell_looks(struct telling *telling,
                       const struct comparison *comparison)
{
    char text[TABLE_LOOKS_SIZE];

    if (comparison->looks.planned == 0)
        return;
    table_looks(text, comparison);
    tell(telling, "Looked at", text);
}

static void tell_load(struct telling *telling, double load)
{
    FILE *out;

    if (!isfinite(load))
        return;
    out = begin(telling);
    if (!out)
        return;
    fprintf(out, "%.2f, the average of the minute before", load);
    end(telling, "Load");
}

/* Whether the cell is the first one of a program. */
static bool is_first_of(const struct comparison *comparison, size_t i)
{
    const struct comparison_cell *cell = &comparison->cells[i];

    return cell->program &&
           (i == 0 || cell->program != comparison->cells[i - 1].program);
}

static void tell_versions(struct telling *telling,
                          const struct comparison *comparison)
{
    const struct comparison_setup *setup = &comparison->setup;
    const char *const versions[][2] = {{"flags", setup->flags},
                                       {"libcurl", setup->curl},
                                       {"libuv", setup->uv},
                                       {"TLS", setup->tls}};
    const char *separator = "";
    FILE *out = begin(telling);

    if (!out)
        return;
    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        if (!versions[i][1])
            continue;
        fprintf(out, "%s%s %s", separator, versions[i][0], versions[i][1]);
        separator = ", ";
    }
    for (size_t i = 0; i < comparison->cell_count; i++) {
        if (is_first_of(comparison, i) && comparison->cells[i].version)
            fprintf(out, ", %s", comparison->cells[i].version);
    }
    end(telling, "Versions");
}

/* Of each the command, once. */
static void tell_programs(struct telling *telling,
                          const struct comparison *comparison)
{
    for (size_t i = 0; i < comparison->cell_count; i++) {
        const struct comparison_cell *cell = &comparison->cells[i];

        if (is_first_of(comparison, i))
            tell(telling, cell->strategy, cell->program);
    }
}

int comparison_facts(const struct comparison *comparison, facts_on_fact on_fact,
                     void *arg)
{
    const struct comparison_setup *setup = &comparison->setup;
    struct telling telling = {.on_fact = on_fact, .arg = arg};

    tell_work(&telling, comparison);
    tell_result(&telling, comparison);
    tell(&telling, "Server",
         setup->server ? setup->server : "started for this comparison");
    tell_weather(&telling, setup);
    tell_factors(&telling, setup);
    tell_runs(&telling, setup);
    tell_looks(&telling, comparison);
    tell(&telling, "Times",
         comparison->by_server
             ? "from the first request to the last byte, as the server saw them"
             : "from the first item scheduled to the last one settled");
    tell_programs(&telling, comparison);
    tell(&telling, "Began", setup->began);
    tell(&telling, "Machine", setup->machine);
    tell_load(&telling, setup->load);
    tell_versions(&telling, comparison);
    return telling.error;
}
