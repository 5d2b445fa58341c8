#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "await/await.h"
#include "cli/command.h"
#include "cli/message.h"
#include "cli/suggest.h"
#include "command/commands.h"
#include "country/names.h"
#include "process/corpus.h"
#include "text/escape.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define FIELD(name) offsetof(struct list_settings, name)

struct list_settings {
    const char *root; /* NULL: the corpus */
    bool json;
    bool populous;
};

static const struct option_row rows[] = {
    {.group = "What",
     .name = "pop20",
     .kind = OPTION_FLAG,
     .help = "the 20 most populous countries only, as 'flags get' has them",
     .offset = FIELD(populous)},
    {.name = "root",
     .kind = OPTION_TEXT,
     .metavar = "DIR",
     .shown = "the flags that come with the program",
     .help = "where the names are: DIR/br/metadata.json",
     .offset = FIELD(root)},
    {.group = "How",
     .name = "json",
     .kind = OPTION_FLAG,
     .help = "an array of objects: code, name, iso_cc, tld_cc, gec_cc",
     .offset = FIELD(json)},
    OPTION_COMMON_ROWS,
};

static const struct option_table table = {
    .command = "list",
    .synopsis = "[OPTIONS] [NAME]...",
    .purpose =
        "Print the 194 codes that 'flags get --all' downloads, and the "
        "countries' names;\nof the countries that NAME, a code or a part of "
        "a name, stands for.",
    .rows = rows,
    .count = COUNT(rows),
    .example = "flags list --pop20 --json",
    .example_means = "the countries of a plain 'flags get', for another "
                     "program",
};

/* Tell about the file of a country; NULL is for the caller to return. */
static json_t *refuse(const char *code, const char *path, const char *why)
{
    message("%s: cannot read '%s': %s", code, path, why);
    return NULL;
}

/* From the files that are in the program. */
static json_t *load_embedded(const char *code)
{
    char path[] = "xx/metadata.json";
    const struct embedded_file *file;

    memcpy(path, code, 2);
    file = embedded_find(corpus_embedded, path);
    if (!file)
        return refuse(code, path,
                      "only the names of --pop20 are in the program, and the "
                      "directory with the others was not found");
    return json_loadb((const char *)file->bytes, file->length, 0, NULL);
}

static json_t *load(const char *code, const char *path)
{
    char why[64 + JSON_ERROR_TEXT_LENGTH];
    json_error_t error;
    json_t *metadata;
    FILE *in = fopen(path, "re");

    if (!in)
        return refuse(code, path, aw_strerror(-errno));
    metadata = json_loadf(in, 0, &error);
    if (!metadata && ferror(in)) {
        refuse(code, path, aw_strerror(-EIO));
    } else if (!metadata) {
        snprintf(why, sizeof(why), "line %d: %s", error.line, error.text);
        refuse(code, path, why);
    }
    fclose(in);
    return metadata;
}

/* The key that is missing or no text; NULL: all are there. */
static const char *missing_key(const json_t *metadata)
{
    static const char *const keys[] = {"country", "iso_cc", "tld_cc", "gec_cc"};

    for (size_t i = 0; i < COUNT(keys); i++) {
        const char *text =
            json_string_value(json_object_get(metadata, keys[i]));

        if (!text || text[0] == '\0')
            return keys[i];
    }
    return NULL;
}

/* What is known of a country, as --json prints it; NULL: told already. */
static json_t *read_country(const char *root, const char *code)
{
    char cc[] = {(char)(code[0] - 'A' + 'a'), (char)(code[1] - 'A' + 'a'),
                 '\0'};
    char path[PATH_MAX];
    char why[64];
    const char *missing;
    json_t *metadata;
    json_t *country;
    int n = snprintf(path, sizeof(path), "%s/%s/metadata.json", root, cc);

    if (n < 0 || (size_t)n >= sizeof(path))
        return refuse(cc, root, aw_strerror(-ENAMETOOLONG));
    metadata = root[0] ? load(cc, path) : load_embedded(cc);
    if (!metadata)
        return NULL;
    missing = missing_key(metadata);
    if (missing) {
        snprintf(why, sizeof(why), "it has no \"%s\"", missing);
        json_decref(metadata);
        return refuse(cc, path, why);
    }
    country = json_pack("{s:s, s:O, s:O, s:O, s:O}", "code", code, "name",
                        json_object_get(metadata, "country"), "iso_cc",
                        json_object_get(metadata, "iso_cc"), "tld_cc",
                        json_object_get(metadata, "tld_cc"), "gec_cc",
                        json_object_get(metadata, "gec_cc"));
    json_decref(metadata);
    return country ? country : refuse(cc, path, aw_strerror(-ENOMEM));
}

/* Whether one of the words is the country's code, or stands in its name, in
   either case. No words: every country is. */
static bool is_wanted(const struct command_line *line, const json_t *country)
{
    const char *code = json_string_value(json_object_get(country, "code"));
    const char *name = json_string_value(json_object_get(country, "name"));

    for (size_t i = 0; i < line->count; i++) {
        const char *word = line->arguments[i];

        if (strcasecmp(word, code) == 0 ||
            (strlen(word) > 2 && strcasestr(name, word)))
            return true;
    }
    return line->count == 0;
}

/* Those that are wanted, in a new array; NULL: no memory. */
static json_t *choose(const json_t *countries, const struct command_line *line)
{
    json_t *chosen = json_array();

    for (size_t i = 0; i < json_array_size(countries); i++) {
        json_t *country = json_array_get(countries, i);

        if (is_wanted(line, country) &&
            json_array_append(chosen, country) < 0) {
            json_decref(chosen);
            return NULL;
        }
    }
    return chosen;
}

/* Say which words name no country of the list; how many there are. */
static size_t tell_unknown(const struct command_line *line,
                           const json_t *countries)
{
    size_t unknown = 0;

    for (size_t i = 0; i < line->count; i++) {
        struct command_line one = {.arguments = &line->arguments[i],
                                   .count = 1};
        const char *meant =
            suggest_nearest(line->arguments[i], country_names, CODES_ALL);
        bool is_known = false;

        for (size_t j = 0; j < json_array_size(countries) && !is_known; j++)
            is_known = is_wanted(&one, json_array_get(countries, j));
        if (is_known)
            continue;
        unknown++;
        message("%s: no country of that code or name%s%s%s", line->arguments[i],
                meant ? "; did you mean '" : "", meant ? meant : "",
                meant ? "'?" : "");
    }
    return unknown;
}

static int compare_codes(const void *a, const void *b)
{
    return memcmp(a, b, CODE_SIZE);
}

/* All of it before a line is printed: a list is whole, or it is none. NULL:
   told already. */
static json_t *read_countries(const struct list_settings *settings,
                              const char *root)
{
    size_t count = settings->populous ? CODES_POPULOUS : CODES_ALL;
    char codes[CODES_ALL][CODE_SIZE];
    json_t *countries = json_array();

    memcpy(codes, settings->populous ? codes_populous : codes_all,
           count * CODE_SIZE);
    qsort(codes, count, CODE_SIZE, compare_codes);
    for (size_t i = 0; i < count; i++) {
        json_t *country = read_country(root, codes[i]);
        bool is_told = !country;

        if (json_array_append_new(countries, country) < 0) {
            json_decref(countries);
            return is_told ? NULL
                           : refuse(codes[i], root, aw_strerror(-ENOMEM));
        }
    }
    return countries;
}

/* What fails here, command_end() finds in the stream. */
static void print_lines(const json_t *countries)
{
    for (size_t i = 0; i < json_array_size(countries); i++) {
        const json_t *country = json_array_get(countries, i);

        printf("%s  ", json_string_value(json_object_get(country, "code")));
        escape_print(stdout,
                     json_string_value(json_object_get(country, "name")));
        putchar('\n');
    }
}

static int print_json(const json_t *countries)
{
    int rc = json_dumpf(countries, stdout, JSON_INDENT(2));

    putchar('\n');
    if (rc == 0 || ferror(stdout))
        return EXIT_STATUS_OK; /* or command_end() tells */
    message("%s", aw_strerror(-ENOMEM));
    return EXIT_STATUS_LOCAL;
}

/* What is wanted of them; EXIT_STATUS_NOT_FOUND if some of it is not there. */
static int print_chosen(const struct list_settings *settings,
                        const struct command_line *line,
                        const json_t *countries)
{
    json_t *chosen = choose(countries, line);
    int status;

    if (!chosen) {
        fprintf(stderr, "flags: %s\n", strerror(ENOMEM));
        return EXIT_STATUS_LOCAL;
    }
    status =
        tell_unknown(line, countries) ? EXIT_STATUS_NOT_FOUND : EXIT_STATUS_OK;
    if (!settings->json)
        print_lines(chosen);
    else if (print_json(chosen) != EXIT_STATUS_OK)
        status = EXIT_STATUS_LOCAL;
    json_decref(chosen);
    return status;
}

static int list(const struct list_settings *settings,
                const struct command_line *line)
{
    char root[PATH_MAX];
    json_t *countries;
    int status;
    int rc = 0;

    if (!settings->root)
        rc = corpus_find(root, sizeof(root));
    if (rc < 0) {
        message_failure("cannot find the flags", NULL, rc);
        return EXIT_STATUS_LOCAL;
    }
    countries =
        read_countries(settings, settings->root ? settings->root : root);
    if (!countries)
        return EXIT_STATUS_LOCAL;
    status = print_chosen(settings, line, countries);
    status = command_end(status);
    json_decref(countries);
    return status;
}

static int run(int argc, char **argv)
{
    struct list_settings settings = {0};
    struct command_line line;
    int status;

    if (command_begin(&line, &table, &settings, argc, argv, &status)) {
        status = list(&settings, &line);
    }
    option_settings_free(&table, &settings);
    return status;
}

const struct command command_list = {
    .name = "list",
    .purpose = "print the codes and names of the countries",
    .options = &table,
    .manual = &list_manual,
    .run = run,
};
