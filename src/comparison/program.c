#include "comparison/program.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/words.h"
#include "download/downloader.h"
#include "text/url.h"

#define ACCEPTED                                                              \
    "NAME=COMMAND, the name of letters, digits and underscores, at most 16 "  \
    "of them, that no strategy and no other program has, and 16 programs at " \
    "most"

static size_t word_size(const char *text)
{
    size_t size = 0;

    while (isalnum((unsigned char)text[size]) || text[size] == '_')
        size++;
    return size;
}

static bool is_name(const char *text)
{
    return *text && !text[word_size(text)];
}

/* Of the name in front of '='; 0: there is none that would do. */
static size_t name_size(const char *text)
{
    size_t size = word_size(text);

    return text[size] == '=' && size < PROGRAM_NAME_SIZE ? size : 0;
}

static bool is_taken(const struct programs *programs, const char *name)
{
    for (size_t i = 0; i < programs->count; i++) {
        if (strcmp(programs->items[i].name, name) == 0)
            return true;
    }
    return downloader_find(name) != NULL;
}

static int add(struct programs *programs, const char *text)
{
    struct other_program program = {.has_limit = false};
    size_t size = name_size(text);

    if (size == 0 || !text[size + 1] || programs->count == PROGRAMS_MOST)
        return -EINVAL;
    memcpy(program.name, text, size);
    if (is_taken(programs, program.name))
        return -EINVAL;
    program.command = text + size + 1;
    program.has_limit = strstr(program.command, "{m}");
    programs->items[programs->count++] = program;
    return 0;
}

int programs_parse(struct programs *programs, const struct option_texts *texts,
                   struct command_line *line)
{
    for (size_t i = 0; i < texts->count; i++) {
        if (add(programs, texts->items[i]) < 0)
            return command_line_refuse(line, "--program", texts->items[i],
                                       ACCEPTED, NULL);
    }
    return 0;
}

static int refuse_recipe(struct command_line *line, const char *name, int rc)
{
    const char *accepted =
        rc == -ENOENT
            ? "an installed program that there is a recipe for: curl, wget2, "
              "aria2c, xargs, or one of your own"
        : rc == -EINVAL    ? "each once, and other than strategies and programs"
        : rc == -ETIMEDOUT ? "a recipe whose version command ends within 10 s"
                           : "a recipe of two lines, version = COMMAND and "
                             "command = COMMAND";

    if (rc != -ENOENT && rc != -EINVAL && rc != -EBADMSG && rc != -ETIMEDOUT)
        return rc;
    return command_line_refuse(line, "--with", name, accepted, NULL);
}

static int add_recipe(struct programs *programs, const char *name)
{
    struct other_program program = {.has_limit = false};
    int rc;

    if (strlen(name) >= PROGRAM_NAME_SIZE || is_taken(programs, name) ||
        programs->count == PROGRAMS_MOST)
        return -EINVAL;
    memcpy(program.name, name, strlen(name));
    rc = recipe_find(&program.recipe, name);
    if (rc == 0)
        rc = recipe_version(&program.recipe, program.version);
    if (rc < 0) {
        recipe_close(&program.recipe);
        return rc;
    }
    program.command = program.recipe.command;
    program.has_limit = strstr(program.command, "{m}");
    programs->items[programs->count++] = program;
    return 0;
}

int programs_add_recipes(struct programs *programs, const char *list,
                         struct command_line *line)
{
    while (list) {
        size_t size = strcspn(list, ",");
        char name[PROGRAM_NAME_SIZE + 1];
        int rc;

        snprintf(name, sizeof(name), "%.*s", (int)size, list);
        rc = is_name(name) ? add_recipe(programs, name) : -ENOENT;
        if (rc < 0)
            return refuse_recipe(line, name, rc);
        list = list[size] == ',' ? list + size + 1 : NULL;
    }
    return 0;
}

int programs_mask(struct programs *programs, bool keep_query)
{
    for (size_t i = 0; i < programs->count; i++) {
        struct other_program *program = &programs->items[i];

        program->shown = url_mask_all(program->command, keep_query);
        if (!program->shown)
            return -ENOMEM;
    }
    return 0;
}

int programs_add_cells(const struct programs *programs,
                       const struct compare_settings *settings,
                       struct comparison_cell **cells, size_t *count)
{
    size_t most = *count + programs->count * settings->max_req_count;
    struct comparison_cell *grown = reallocarray(*cells, most, sizeof(*grown));

    if (!grown)
        return -ENOMEM;
    *cells = grown;
    for (size_t i = 0; i < programs->count; i++) {
        const struct other_program *program = &programs->items[i];

        for (size_t j = 0; j < settings->max_req_count; j++) {
            if (j > 0 && !program->has_limit)
                break;
            grown[(*count)++] = (struct comparison_cell){
                .strategy = program->name,
                .program = program->shown,
                .command = program->command,
                .version = program->version[0] ? program->version : NULL,
                .has_limit = program->has_limit,
                .max_req = program->has_limit ? settings->max_req[j] : 1,
                .reuse = true,
                .ideal_us = (double)NAN,
            };
        }
    }
    return 0;
}

void programs_close(struct programs *programs)
{
    for (size_t i = 0; i < programs->count; i++) {
        recipe_close(&programs->items[i].recipe);
        free(programs->items[i].shown);
    }
    *programs = (struct programs){.count = 0};
}

static bool write_quoted(FILE *out, const char *text)
{
    struct words words = {0};
    char *quoted = NULL;

    if (words_add(&words, "%s", text) == 0)
        quoted = words_text(&words);
    if (quoted)
        fputs(quoted, out);
    free(quoted);
    words_free(&words);
    return quoted;
}

/* Write what the placeholder at `at` stands for; its size, 0 if it is none. */
static size_t write_place(FILE *out, const char *at,
                          const struct program_places *places, bool *failed)
{
    const struct {
        const char *name, *value;
    } known[] = {{"{urls}", places->urls},
                 {"{config}", places->config},
                 {"{base}", places->base},
                 {"{dir}", places->dir},
                 {"{ca}", places->ca}};

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strncmp(at, known[i].name, strlen(known[i].name)) == 0) {
            *failed |= !write_quoted(out, known[i].value);
            return strlen(known[i].name);
        }
    }
    if (strncmp(at, "{m}", 3) != 0)
        return 0;
    fprintf(out, "%u", places->max_req);
    return 3;
}

char *program_command(const char *command, const struct program_places *places)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    bool failed = false;

    if (!out)
        return NULL;
    while (*command) {
        size_t taken = write_place(out, command, places, &failed);

        if (taken == 0)
            fputc(*command, out);
        command += taken > 0 ? taken : 1;
    }
    if (fclose(out) != 0 || failed) { /* for lack of memory alone */
        free(text);
        return NULL;
    }
    return text;
}
