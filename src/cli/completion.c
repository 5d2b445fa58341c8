#include "command/completion.h"

#include <string.h>

#include "country/codes.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum completion_offer completion_offer(const struct option_row *row,
                                       const char *const **words)
{
    if (!option_takes_value(row))
        return OFFER_NO_VALUE;
    if (strcmp(row->metavar, "FILE") == 0)
        return OFFER_FILES;
    if (strcmp(row->metavar, "DIR") == 0)
        return OFFER_DIRECTORIES;
    *words = row->words ? row->words() : row->choices;
    if (!*words)
        return OFFER_NOTHING;
    return strcmp(row->metavar, "LIST") == 0 ? OFFER_LIST : OFFER_WORDS;
}

void completion_words(FILE *out, const char *const *words)
{
    for (size_t i = 0; words[i]; i++)
        fprintf(out, "%s%s", i ? " " : "", words[i]);
}

void completion_codes(FILE *out)
{
    for (size_t i = 0; i < CODES_ALL; i++)
        fprintf(out, "%s%s", i ? " " : "", codes_all[i]);
}

static const struct shell {
    const char *name;
    void (*print)(FILE *out);
} shells[] = {
    {"bash", completion_bash},
    {"zsh", completion_zsh},
    {"fish", completion_fish},
};

static const struct option_row rows[] = {OPTION_COMMON_ROWS};

static const struct option_table table = {
    .command = "completion",
    .synopsis = "bash|zsh|fish",
    .purpose = "Print the completions for a shell.",
    .rows = rows,
    .count = COUNT(rows),
    .example = "source <(flags completion bash)",
    .example_means = "complete what is typed in this bash",
};

static int print_script(struct command_line *line)
{
    for (size_t i = 0; line->count == 1 && i < COUNT(shells); i++) {
        if (strcmp(shells[i].name, line->arguments[0]) != 0)
            continue;
        shells[i].print(stdout);
        return command_end(EXIT_STATUS_OK);
    }
    if (line->count > 0)
        command_line_refuse(line, "completion",
                            line->arguments[line->count - 1],
                            "one of bash, zsh, fish", NULL);
    else
        snprintf(line->error, sizeof(line->error),
                 "completion: a shell is missing: bash, zsh or fish");
    return command_usage_error(line);
}

static int run(int argc, char **argv)
{
    struct command_line line;
    int status;

    if (command_begin(&line, &table, NULL, argc, argv, &status))
        return print_script(&line);
    return status;
}

const struct command command_completion = {
    .name = "completion",
    .purpose = "print the completions for a shell",
    .options = &table,
    .run = run,
};
