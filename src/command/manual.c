#include <stdio.h>

#include "command/commands.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct option_row rows[] = {OPTION_COMMON_ROWS};

static const struct option_table table = {
    .command = "manual",
    .synopsis = "[COMMAND]",
    .purpose = "Write a page of the manual as roff: flags-COMMAND(1), or "
               "flags(1) without a\nCOMMAND.",
    .rows = rows,
    .count = COUNT(rows),
};

static int print_page(struct command_line *line)
{
    const struct command *command = program.command;

    if (line->count > 0)
        command = program_find(&program, line->arguments[0]);
    if (!command || line->count > 1) {
        command_line_refuse(line, "manual", line->arguments[line->count - 1],
                            "one of the commands of 'flags --help', or none",
                            NULL);
        return command_usage_error(line);
    }
    manual_print(stdout, &program, command);
    return command_end(EXIT_STATUS_OK);
}

static int run(int argc, char **argv)
{
    struct command_line line;
    int status;

    if (command_begin(&line, &table, NULL, argc, argv, &status))
        return print_page(&line);
    return status;
}

const struct command command_manual = {
    .name = "manual",
    .purpose = "write a page of the manual",
    .options = &table,
    .run = run,
};
