#pragma once

#include <stdio.h>

#include "cli/command.h"

/*
 * manual: the pages of the manual, as roff with the macros of man(7).
 *
 * A page is written from three things: the option table, from which the help
 * comes as well; the blocks below, made when the program is built of the prose
 * in command/manual/NAME.md; and what all pages share, as the table of exit
 * statuses. Nothing in a page but the version and the directory of the
 * flags depends on the build.
 *
 * `flags manual [COMMAND]` writes a page to standard output; the build does, to
 * install it. It is no subcommand for people, so `flags --help` is silent about
 * it.
 */

enum block_kind {
    BLOCK_END,      /* of the page */
    BLOCK_SECTION,  /* a heading */
    BLOCK_TEXT,     /* a paragraph, as roff_prose() reads it */
    BLOCK_TERM,     /* a term and, indented, what it means; both prose */
    BLOCK_CODE,     /* lines as they are */
    BLOCK_OPTIONS,  /* the section with the rows of the option table */
    BLOCK_COMMANDS, /* the section with the subcommands */
    BLOCK_STATUSES, /* the section with the exit statuses */
    BLOCK_EXAMPLES, /* a heading, and the example of the option table */
};

struct block {
    enum block_kind kind;
    const char *text;
    const char *means; /* of a term */
};

#define BLOCK_OF_SECTION(heading)                \
    {                                            \
        .kind = BLOCK_SECTION, .text = (heading) \
    }
#define BLOCK_OF_TEXT(prose)                \
    {                                       \
        .kind = BLOCK_TEXT, .text = (prose) \
    }
#define BLOCK_OF_TERM(term, prose)                           \
    {                                                        \
        .kind = BLOCK_TERM, .text = (term), .means = (prose) \
    }
#define BLOCK_OF_CODE(lines)                \
    {                                       \
        .kind = BLOCK_CODE, .text = (lines) \
    }

/* What follows the name, the synopsis and the purpose, with which every page
   begins, and precedes the references to the other pages, with which it
   ends. */
struct manual {
    const struct block *blocks; /* ended by BLOCK_END */
    unsigned statuses; /* exit statuses beyond those that every command may
                          have, a MANUAL_STATUS() each */
};

#define MANUAL_STATUS(status) (1U << (status))

/* Write the page of one of the program's commands, or of the program itself.
   Write errors are left in the stream for its owner to find. */
void manual_print(FILE *out, const struct program *program,
                  const struct command *command);
