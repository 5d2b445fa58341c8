#include "findings/facts.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

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
            setup->item_count == 1 ? "" : "s",
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
    fprintf(out, "%s, seed %" PRId64, setup->weather, setup->seed);
    end(telling, "Weather");
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

static void tell_versions(struct telling *telling,
                          const struct comparison_setup *setup)
{
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
    end(telling, "Versions");
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
    tell_runs(&telling, setup);
    tell(&telling, "Began", setup->began);
    tell(&telling, "Machine", setup->machine);
    tell_load(&telling, setup->load);
    tell_versions(&telling, setup);
    return telling.error;
}

static void write_word(FILE *out, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789_./:=,%+@-";

    fputc(' ', out);
    if (*word && strspn(word, plain) == strlen(word)) {
        fputs(word, out);
        return;
    }
    fputc('\'', out);
    for (; *word; word++)
        fputs(*word == '\'' ? "'\\''" : (char[]){*word, '\0'}, out);
    fputc('\'', out);
}

static bool is_sequential(const struct comparison_cell *cell)
{
    return strcmp(cell->strategy, "sequential") == 0;
}

static bool same_strategy(const struct comparison_cell *a,
                          const struct comparison_cell *b)
{
    return strcmp(a->strategy, b->strategy) == 0;
}

static bool same_max_req(const struct comparison_cell *a,
                         const struct comparison_cell *b)
{
    /* The sequential cell has one of its own, whatever was asked for. */
    return a->max_req == b->max_req && !is_sequential(a);
}

static bool same_reuse(const struct comparison_cell *a,
                       const struct comparison_cell *b)
{
    return a->reuse == b->reuse;
}

/* Whether no cell before it has the same. */
static bool is_new(const struct comparison *comparison, size_t index,
                   bool (*same)(const struct comparison_cell *,
                                const struct comparison_cell *))
{
    for (size_t i = 0; i < index; i++) {
        if (same(&comparison->cells[i], &comparison->cells[index]))
            return false;
    }
    return true;
}

static void write_grid(FILE *out, const struct comparison *comparison)
{
    const char *separator = " --strategies ";

    for (size_t i = 0; i < comparison->cell_count; i++) {
        if (!is_new(comparison, i, same_strategy))
            continue;
        fprintf(out, "%s%s", separator, comparison->cells[i].strategy);
        separator = ",";
    }
    separator = " -m ";
    for (size_t i = 0; i < comparison->cell_count; i++) {
        if (!is_new(comparison, i, same_max_req) ||
            is_sequential(&comparison->cells[i]))
            continue;
        fprintf(out, "%s%u", separator, comparison->cells[i].max_req);
        separator = ",";
    }
    separator = " --reuse ";
    for (size_t i = 0; i < comparison->cell_count; i++) {
        if (!is_new(comparison, i, same_reuse))
            continue;
        fprintf(out, "%s%s", separator,
                comparison->cells[i].reuse ? "yes" : "no");
        separator = ",";
    }
}

static void write_command(FILE *out, const struct comparison *comparison)
{
    const struct comparison_setup *setup = &comparison->setup;

    fputs("flags compare", out);
    if (comparison->cell_count > 0)
        write_grid(out, comparison);
    fprintf(out,
            " -r %" PRId64 " -w %" PRId64 " --order %s -t %.10g "
            "--connect-timeout %.10g",
            setup->runs, setup->warmups, comparison_order_name(setup->order),
            (double)setup->timeout_us / 1e6,
            (double)setup->connect_timeout_us / 1e6);
    if (setup->server) {
        fputs(" -s", out);
        write_word(out, setup->server);
    } else if (setup->weather) {
        fputs(setup->weather_is_profile ? " -s" : " --weather", out);
        write_word(out, setup->weather);
        fprintf(out, " --seed %" PRId64, setup->seed);
    }
    if (setup->country_names)
        fputs(" -c", out);
    for (size_t i = 0; i < setup->item_count; i++)
        write_word(out, setup->codes[i]);
}

char *comparison_command(const struct comparison *comparison)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        return NULL;
    write_command(out, comparison);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

void facts_value(char text[COMPARISON_TEXT_SIZE], enum comparison_unit unit,
                 double value)
{
    switch (unit) {
    case UNIT_TIME:
        comparison_time(text, value);
        return;
    case UNIT_SIZE:
        comparison_size(text, value);
        return;
    default:
        snprintf(text, COMPARISON_TEXT_SIZE, "%.4g", value);
    }
}

void facts_check(char text[FACTS_CHECK_SIZE],
                 const struct comparison_check *check)
{
    char value[COMPARISON_TEXT_SIZE];
    char low[COMPARISON_TEXT_SIZE];
    char high[COMPARISON_TEXT_SIZE];

    if (!isfinite(check->difference.value)) {
        snprintf(text, FACTS_CHECK_SIZE, "%s", check->reason);
        return;
    }
    facts_value(value, check->unit, check->difference.value);
    facts_value(low, check->unit, check->difference.low);
    facts_value(high, check->unit, check->difference.high);
    snprintf(text, FACTS_CHECK_SIZE, "%s (%s to %s)", value, low, high);
}
