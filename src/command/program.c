#include "command/commands.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct option_row rows[] = {OPTION_COMMON_ROWS};

static const struct option_table table = {
    .command = "",
    .synopsis = "COMMAND [OPTIONS] [ARGUMENTS]",
    .purpose = "What does the way you wait cost? Three strategies for the same "
               "downloads,\nand a server that makes their weather (delays and "
               "faults) repeatable.",
    .rows = rows,
    .count = COUNT(rows),
};

const struct command command_program = {
    .name = "flags",
    .purpose = "download country flags, and compare three ways to wait",
    .options = &table,
    .manual = &program_manual,
};
