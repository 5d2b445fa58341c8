#pragma once

#include <stdbool.h>

#include "cli/option.h"
#include "text/exit_status.h"

/*
 * command: a subcommand; options in, exit status out. What all of them need of
 * a command line; the subcommands themselves are in command/.
 */

struct manual;

struct command {
    const char *name;
    const char *purpose; /* for `flags --help` */
    const struct option_table *options;
    const struct manual *manual; /* NULL: it has no page */
    /* argv[0..argc) holds neither program nor subcommand; it may be
       rearranged. Returns the exit status. */
    int (*run)(int argc, char **argv);
    bool uses_libcurl; /* which takes its time to be initialised */
};

/* The whole program: what its help, its manual and its completions are made
   from. */
struct program {
    const struct command *command; /* as its own page has it; its `run` is
                                      main() */
    const struct command *const *commands; /* those that `flags --help` lists,
                                              ended by NULL */
};

/* One of the program's commands by its name; NULL: there is none. */
const struct command *program_find(const struct program *program,
                                   const char *name);

/*
 * What every subcommand begins with: read the line into the zeroed `settings`;
 * serve --help and --version on stdout; report a usage error on stderr. False:
 * the command ends, with *status. In either case option_settings_free() is
 * due.
 */
bool command_begin(struct command_line *line, const struct option_table *table,
                   void *settings, int argc, char **argv, int *status);

/* Print line->error as `flags: ...`; returns EXIT_STATUS_USAGE. */
int command_usage_error(const struct command_line *line);

/*
 * Flush stdout and say whether all of it was written. A closed pipe ends the
 * program by SIGPIPE, quietly, as if the signal had never been ignored: call
 * it when nothing is left to clean up. Where an earlier write failed, errno
 * should still say why. 0, or a negative errno value.
 */
int command_flush_stdout(void);

/* Whether the reader of our stdout has gone away. */
bool command_is_pipe_broken(void);

/* command_flush_stdout(), its failure reported on stderr: `status`, or
   EXIT_STATUS_LOCAL if there was one and it outweighs `status`. */
int command_end(int status);
