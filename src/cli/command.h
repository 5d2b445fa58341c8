#pragma once

#include <stdbool.h>

#include "command/option.h"

/*
 * command: a subcommand; options in, exit status out. This is the program
 * layer: it prints, and nothing below it does but report/.
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
};

extern const struct command command_get;
extern const struct command command_compare;
extern const struct command command_serve;
extern const struct command command_list;

/* Those that `flags --help` lists, NULL behind the last. */
enum { COMMANDS = 4 };
extern const struct command *const commands[COMMANDS + 1];

/* Not in the help, for those who install the program: manual.h,
   completion.h. */
extern const struct command command_manual;
extern const struct command command_completion;

/* The program itself, as its help, its manual page and the completions see it;
   its `run` is main(). */
extern const struct command command_program;

/* One of `commands` by its name; NULL: there is none. */
const struct command *command_find(const char *name);

/* The exit statuses that users and scripts see. */
enum exit_status {
    EXIT_STATUS_OK = 0,        /* everything asked for is in place */
    EXIT_STATUS_SOME = 1,      /* some downloads ended in error, some did not */
    EXIT_STATUS_USAGE = 2,     /* usage error, nobody was contacted */
    EXIT_STATUS_NOTHING = 3,   /* nothing is in place */
    EXIT_STATUS_NOT_FOUND = 4, /* something named was not found, no errors */
    EXIT_STATUS_LOCAL = 5,     /* local failure: directory, disk, output */
    EXIT_STATUS_CHECK = 6,     /* a check failed */
    EXIT_STATUS_DEADLINE = 7,  /* the deadline was reached with work left */
    EXIT_STATUS_SIGNAL = 128,  /* plus the number of the signal */
};

/*
 * What every subcommand begins with: read the line into the zeroed `settings`;
 * serve --help and --version on stdout; report a usage error on stderr. False:
 * the command ends, with *status. In either case option_settings_free() is
 * due.
 */
bool command_begin(struct command_line *line, const struct option_table *table,
                   void *settings, int argc, char **argv, int *status);

/* The text of a negative code: the system's, the runtime's, libuv's. Static. */
const char *command_strerror(int code);

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
