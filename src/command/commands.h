#pragma once

#include "cli/command.h"
#include "cli/manual.h"

/*
 * commands: the subcommands of flags, and the program that they make up.
 */

extern const struct command command_get;
extern const struct command command_compare;
extern const struct command command_serve;
extern const struct command command_list;
extern const struct command command_verify;
extern const struct command command_merge;

/* Not in the help, for those who install the program: `flags manual [COMMAND]`
   writes a page of the manual, `flags completion SHELL` completions. */
extern const struct command command_manual;
extern const struct command command_completion;

/* The program itself, as its help and its manual page see it. */
extern const struct command command_program;

enum { COMMANDS = 6 };
extern const struct command *const commands[COMMANDS + 1];
extern const struct program program;

/* The prose of the pages: the texts in manual/, made by manual.py. */
extern const struct manual program_manual;
extern const struct manual get_manual;
extern const struct manual compare_manual;
extern const struct manual serve_manual;
extern const struct manual list_manual;
extern const struct manual verify_manual;
extern const struct manual merge_manual;
