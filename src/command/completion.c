#include <stdio.h>
#include <string.h>

#include "cli/completion.h"
#include "command/commands.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct shell {
    const char *name;
    void (*print)(FILE *out, const struct program *program);
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
        shells[i].print(stdout, &program);
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
