#include "command/commands.h"

#include <stddef.h>

const struct command *const commands[COMMANDS + 1] = {
    &command_get,    &command_compare, &command_serve, &command_list,
    &command_verify, &command_merge,   NULL,
};

const struct program program = {
    .command = &command_program,
    .commands = commands,
};
