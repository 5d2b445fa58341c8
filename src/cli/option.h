#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * option: one table a subcommand, from which the command line is read and the
 * help, the manual page and the completions are written.
 *
 * A row says where its value goes: `offset` bytes into the subcommand's
 * settings, as the type that its kind names (of what is taken, where `take`
 * puts it: nobody else writes there). Defaults are texts, read by the same
 * parser before the command line, so that the help cannot lie about them.
 *
 * The form is GNU's: `--name value`, `--name=value`, `-n value`, `-nvalue`,
 * bundled letters, options and arguments in any order, `--` ends the options.
 * Names are never abbreviated. An option given twice: the last one counts.
 */

enum option_kind {
    OPTION_FLAG,        /* bool, true when given; takes no value */
    OPTION_TEXT,        /* const char *, borrowed from the command line */
    OPTION_TEXTS,       /* struct option_texts: repeatable, all are kept */
    OPTION_INTEGER,     /* int64_t */
    OPTION_DURATION,    /* int64_t, microseconds */
    OPTION_SIZE,        /* int64_t, bytes */
    OPTION_RATE,        /* struct value_rate */
    OPTION_PROBABILITY, /* double, 0 to 1 */
    OPTION_CHOICE,      /* int, the index in `choices` */
    OPTION_TAKEN,       /* what `take` makes of the text */
    OPTION_HELP,        /* ends the reading: LINE_HELP */
    OPTION_VERSION,     /* ends the reading: LINE_VERSION */
};

/* The values of a repeatable option. command_line_free() frees the array; the
   texts are borrowed. */
struct option_texts {
    const char **items;
    size_t count;
};

/* `take`: read `text` into the settings. 0, or a negative errno value, and the
   settings are as before. */
typedef int (*option_take)(void *settings, const char *text);

struct option_row {
    const char *group; /* heading of the help; NULL: the row before's */
    const char *name;  /* without its dashes */
    const char *alias; /* another spelling, not in the help; NULL: none */
    char letter;       /* the short option; 0: none */
    enum option_kind kind;
    const char *metavar;  /* what the help calls the value; FILE and DIR are
                             what shells complete as such, LIST has commas */
    const char *fallback; /* the default as text; NULL: the field stays 0 */
    const char *shown;    /* the default in the help, where it differs */
    const char *help;     /* NULL: not for users, and not in the help */
    const char *optional; /* the value where none is given by `=`; NULL: there
                             must be one */
    size_t offset;
    int64_t least,
        most; /* of an integer, duration (us) or size; most 0: none */
    const char *const *choices; /* ended by NULL */
    option_take take;
    const char *accepted; /* of OPTION_TAKEN: what would be accepted */
    const char *const *(*words)(void); /* what a shell offers for a value that
                                          is no choice, ended by NULL */
};

struct option_table {
    const char *command;  /* "get" */
    const char *synopsis; /* "[OPTIONS] [CC]..." */
    const char *purpose;  /* one sentence */
    const struct option_row *rows;
    size_t count;
    const char *example; /* a command line, and in the next field its meaning */
    const char *example_means;
    bool command_follows; /* `--` is followed by a command with its arguments */
    bool takes_codes;     /* the arguments are country codes */
    bool hides_queries;   /* usage errors quote no query of a URL */
};

/* Rows that every table ends with. */
#define OPTION_COMMON_ROWS                                               \
    {.group = "Other",                                                   \
     .name = "help",                                                     \
     .letter = 'h',                                                      \
     .kind = OPTION_HELP,                                                \
     .help = "print this help and exit"},                                \
    {                                                                    \
        .name = "version", .letter = 'V', .kind = OPTION_VERSION,        \
        .help = "print the versions of flags and its libraries and exit" \
    }

enum line_wish { LINE_RUN, LINE_HELP, LINE_VERSION };

enum { OPTION_ROWS_MOST = 96 };

struct command_line {
    enum line_wish wish;
    char **arguments; /* in their order; inside argv, which is rearranged */
    size_t count;
    char **command; /* what followed `--` where command_follows; else NULL */
    size_t command_count;
    bool given[OPTION_ROWS_MOST]; /* row by row: was it on the command line? */
    const char *typed[OPTION_ROWS_MOST]; /* its last value then, borrowed */
    bool hides_queries;                  /* as the table says */
    char error[512]; /* one line without newline: subject and message */
};

/*
 * Fill `settings` (zeroed by the caller) with the defaults, then read
 * argv[0..argc), which holds neither program nor subcommand. 0; -EINVAL: a
 * usage error, told by line->error; -ENOMEM. In every case call
 * option_settings_free() afterwards.
 */
int command_line_read(struct command_line *line,
                      const struct option_table *table, void *settings,
                      int argc, char **argv);

/* Free what OPTION_TEXTS rows keep in the settings. */
void option_settings_free(const struct option_table *table, void *settings);

/* Whether a value follows the option. */
bool option_takes_value(const struct option_row *row);

/* What the value of a row may be, as a phrase: "an integer from 0 to 65535";
   "" if that is not known, as of a text. */
void option_describe(const struct option_row *row, char *out, size_t size);

/* Was the option of that long name on the command line? */
bool command_line_has(const struct command_line *line,
                      const struct option_table *table, const char *name);

/*
 * Write a usage error into line->error and return -EINVAL: that `value` of
 * `option` ("--server", "-s") is not accepted, what would be, and, if `meant`
 * is not NULL, what was probably meant. `value` NULL: it is not about the value
 * but about what else is given, which `accepted` says. Control characters are
 * escaped, long values are cut, and what in a URL may be secret is left out
 * (text/url.h).
 */
int command_line_refuse(struct command_line *line, const char *option,
                        const char *value, const char *accepted,
                        const char *meant);
