#include "cli/option.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/suggest.h"
#include "cli/values.h"
#include "text/escape.h"
#include "text/url.h"

enum {
    NAME_MOST = 48,  /* bytes of an option as typed, in a message */
    VALUE_MOST = 80, /* bytes of a value in a message */
};

/* Where the reading stands. */
struct reader {
    struct command_line *line;
    const struct option_table *table;
    void *settings;
    char **argv;
    int argc;
    int next; /* index of the next word of argv */
};

/* A value as it may be shown: whatever is refused may have been meant to be a
   URL. */
static void quote(char quoted[VALUE_MOST], const struct command_line *line,
                  const char *value)
{
    char shown[2 * VALUE_MOST];
    char *masked;

    if (!line->hides_queries) {
        url_mask(shown, sizeof(shown), value);
        escape_copy(quoted, VALUE_MOST, shown);
        return;
    }
    masked = url_mask_all(value, false);
    escape_copy(quoted, VALUE_MOST, masked ? masked : "...");
    free(masked);
}

int command_line_refuse(struct command_line *line, const char *option,
                        const char *value, const char *accepted,
                        const char *meant)
{
    char quoted[VALUE_MOST];

    if (!value) {
        snprintf(line->error, sizeof(line->error), "%s: %s", option, accepted);
        return -EINVAL;
    }
    quote(quoted, line, value);
    snprintf(line->error, sizeof(line->error),
             "%s: '%s' is not accepted: %s%s%s%s", option, quoted, accepted,
             meant ? "; did you mean '" : "", meant ? meant : "",
             meant ? "'?" : "");
    return -EINVAL;
}

static int refuse_unknown(struct reader *r, const char *typed,
                          const char *meant)
{
    char quoted[NAME_MOST];

    escape_copy(quoted, sizeof(quoted), typed);
    if (meant)
        snprintf(r->line->error, sizeof(r->line->error),
                 "%s: no such option; did you mean '--%s'?", quoted, meant);
    else
        snprintf(r->line->error, sizeof(r->line->error),
                 "%s: no such option; 'flags %s --help' lists them", quoted,
                 r->table->command);
    return -EINVAL;
}

void option_describe(const struct option_row *row, char *out, size_t size)
{
    size_t used = 0;
    bool ms = row->least % 1000000 != 0;

    switch (row->kind) {
    case OPTION_INTEGER:
        if (row->most)
            snprintf(out, size, "an integer from %" PRId64 " to %" PRId64,
                     row->least, row->most);
        else
            snprintf(out, size, "an integer of at least %" PRId64, row->least);
        return;
    case OPTION_DURATION:
        used = (size_t)snprintf(
            out, size,
            "a time as in 500ms, 2s, 1.5 or 1m, at least %" PRId64 "%s",
            row->least / (ms ? 1000 : 1000000), ms ? "ms" : "s");
        if (row->most && used < size)
            snprintf(out + used, size - used, ", at most %" PRId64 "s",
                     row->most / 1000000);
        return;
    case OPTION_SIZE:
        used = (size_t)snprintf(
            out, size, "a size as in 4096, 10k or 1M, at least %" PRId64,
            row->least);
        if (row->most && used < size)
            snprintf(out + used, size - used, ", at most %" PRId64, row->most);
        return;
    case OPTION_RATE:
        snprintf(out, size, "a rate as in 12/s or 100/m");
        return;
    case OPTION_PROBABILITY:
        snprintf(out, size, "a probability from 0 to 1, as in .25 or 25%%");
        return;
    case OPTION_CHOICE:
        snprintf(out, size, "one of");
        used = strlen(out);
        for (size_t i = 0; row->choices[i] && used < size; i++)
            used += (size_t)snprintf(out + used, size - used, "%s %s",
                                     i ? "," : "", row->choices[i]);
        return;
    default:
        snprintf(out, size, "%s", row->accepted ? row->accepted : "");
    }
}

/* A number with its row's bounds. */
static int store_number(const struct option_row *row, int64_t *field,
                        const char *text)
{
    int64_t number = 0;
    int rc = row->kind == OPTION_DURATION ? value_duration(text, &number)
             : row->kind == OPTION_SIZE   ? value_size(text, &number)
                                          : value_integer(text, &number);

    if (rc < 0)
        return rc;
    if (number < row->least || (row->most && number > row->most))
        return -ERANGE;
    *field = number;
    return 0;
}

static int store_choice(const struct option_row *row, int *field,
                        const char *text)
{
    for (int i = 0; row->choices[i]; i++) {
        if (strcmp(row->choices[i], text) == 0) {
            *field = i;
            return 0;
        }
    }
    return -EINVAL;
}

static int append_text(struct option_texts *texts, const char *text)
{
    const char **grown =
        reallocarray(texts->items, texts->count + 1, sizeof(*grown));

    if (!grown)
        return -ENOMEM;
    grown[texts->count++] = text;
    texts->items = grown;
    return 0;
}

static int store(const struct option_row *row, void *settings, const char *text)
{
    void *field = (char *)settings + row->offset;

    switch (row->kind) {
    case OPTION_FLAG:
        *(bool *)field = true;
        return 0;
    case OPTION_TEXT:
        *(const char **)field = text;
        return 0;
    case OPTION_TEXTS:
        return append_text(field, text);
    case OPTION_INTEGER:
    case OPTION_DURATION:
    case OPTION_SIZE:
        return store_number(row, field, text);
    case OPTION_RATE:
        return value_rate(text, field);
    case OPTION_PROBABILITY:
        return value_probability(text, field);
    case OPTION_CHOICE:
        return store_choice(row, field, text);
    case OPTION_TAKEN:
        return row->take(settings, text);
    case OPTION_HELP:
    case OPTION_VERSION:
        break;
    }
    return 0;
}

bool option_takes_value(const struct option_row *row)
{
    return row->kind != OPTION_FLAG && row->kind != OPTION_HELP &&
           row->kind != OPTION_VERSION;
}

/* Take the row with its value; `typed` is how the option was written. */
static int take(struct reader *r, const struct option_row *row,
                const char *typed, const char *value)
{
    char accepted[256];
    const char *meant = NULL;
    int rc;

    r->line->given[row - r->table->rows] = true;
    r->line->typed[row - r->table->rows] = value;
    if (row->kind == OPTION_HELP || row->kind == OPTION_VERSION) {
        r->line->wish = row->kind == OPTION_HELP ? LINE_HELP : LINE_VERSION;
        return 0;
    }
    rc = store(row, r->settings, value);
    if (rc == 0 || rc == -ENOMEM)
        return rc;
    if (row->kind == OPTION_CHOICE) {
        size_t count = 0;

        while (row->choices[count])
            count++;
        meant = suggest_nearest(value, row->choices, count);
    }
    option_describe(row, accepted, sizeof(accepted));
    return command_line_refuse(r->line, typed, value, accepted, meant);
}

static int want_value(struct reader *r, const struct option_row *row,
                      const char *typed, const char **value)
{
    if (r->next < r->argc) {
        *value = r->argv[r->next++];
        return 0;
    }
    snprintf(r->line->error, sizeof(r->line->error),
             "%s: a value is missing: %s", typed, row->metavar);
    return -EINVAL;
}

static bool is_named(const struct option_row *row, const char *name,
                     size_t size)
{
    return (strlen(row->name) == size && memcmp(row->name, name, size) == 0) ||
           (row->alias && strlen(row->alias) == size &&
            memcmp(row->alias, name, size) == 0);
}

/* "--name", "--name=value"; `word` is what follows the dashes. */
static int read_long(struct reader *r, const char *word)
{
    size_t size = strcspn(word, "=");
    const char *names[OPTION_ROWS_MOST];
    char typed[NAME_MOST];
    char name[NAME_MOST];

    snprintf(name, sizeof(name), "%.*s", (int)size, word);
    snprintf(typed, sizeof(typed), "--%.*s", NAME_MOST - 3, name);
    for (size_t i = 0; i < r->table->count; i++) {
        const struct option_row *row = &r->table->rows[i];
        const char *value = word[size] ? word + size + 1 : NULL;

        names[i] = row->help ? row->name : NULL;
        if (!is_named(row, word, size))
            continue;
        if (value && !option_takes_value(row)) {
            command_line_refuse(r->line, typed, value, "it takes no value",
                                NULL);
            return -EINVAL;
        }
        if (!value && row->optional)
            value = row->optional;
        if (!value && option_takes_value(row)) {
            int rc = want_value(r, row, typed, &value);

            if (rc < 0)
                return rc;
        }
        return take(r, row, typed, value);
    }
    return refuse_unknown(r, typed,
                          suggest_nearest(name, names, r->table->count));
}

/* "-v", "-vq", "-m20", "-m 20"; `word` is what follows the dash. */
static int read_letters(struct reader *r, const char *word)
{
    for (; *word && r->line->wish == LINE_RUN; word++) {
        const char typed[] = {'-', *word, '\0'};
        const struct option_row *row = NULL;
        const char *value = NULL;
        int rc = 0;

        for (size_t i = 0; i < r->table->count && !row; i++) {
            if (r->table->rows[i].letter == *word)
                row = &r->table->rows[i];
        }
        if (!row)
            return refuse_unknown(r, typed, NULL);
        if (!option_takes_value(row)) {
            rc = take(r, row, typed, NULL);
            if (rc < 0)
                return rc;
            continue;
        }
        if (word[1])
            value = word + 1;
        else
            rc = want_value(r, row, typed, &value);
        return rc < 0 ? rc : take(r, row, typed, value);
    }
    return 0;
}

static int set_defaults(const struct option_table *table, void *settings)
{
    assert(table->count <= OPTION_ROWS_MOST);
    for (size_t i = 0; i < table->count; i++) {
        const struct option_row *row = &table->rows[i];
        int rc = row->fallback ? store(row, settings, row->fallback) : 0;

        assert(rc == 0 || rc == -ENOMEM); /* else the table is wrong */
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* What is left after `--`: arguments, or the command. */
static void take_rest(struct reader *r)
{
    struct command_line *line = r->line;

    if (r->table->command_follows) {
        line->command = r->argv + r->next;
        line->command_count = (size_t)(r->argc - r->next);
        return;
    }
    while (r->next < r->argc)
        line->arguments[line->count++] = r->argv[r->next++];
}

int command_line_read(struct command_line *line,
                      const struct option_table *table, void *settings,
                      int argc, char **argv)
{
    struct reader r = {line, table, settings, argv, argc, 0};
    int rc = set_defaults(table, settings);

    *line = (struct command_line){.arguments = argv,
                                  .hides_queries = table->hides_queries};
    while (rc == 0 && line->wish == LINE_RUN && r.next < argc) {
        char *word = argv[r.next++];

        if (strcmp(word, "--") == 0) {
            take_rest(&r);
            break;
        }
        if (strncmp(word, "--", 2) == 0)
            rc = read_long(&r, word + 2);
        else if (word[0] == '-' && word[1])
            rc = read_letters(&r, word + 1);
        else
            line->arguments[line->count++] = word;
    }
    return rc;
}

void option_settings_free(const struct option_table *table, void *settings)
{
    for (size_t i = 0; i < table->count; i++) {
        struct option_texts *texts;

        if (table->rows[i].kind != OPTION_TEXTS)
            continue;
        texts = (void *)((char *)settings + table->rows[i].offset);
        free(texts->items);
        *texts = (struct option_texts){0};
    }
}

bool command_line_has(const struct command_line *line,
                      const struct option_table *table, const char *name)
{
    for (size_t i = 0; i < table->count; i++) {
        if (strcmp(table->rows[i].name, name) == 0)
            return line->given[i];
    }
    assert(false && "an option of the table");
    return false;
}
