#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "cli/option.h"
#include "comparison/comparison.h"
#include "comparison/recipe.h"
#include "comparison/settings.h"

/*
 * program: programs of others that a comparison runs beside the strategies, as
 * --program names them, and the cells they are.
 *
 * Ownership: embedded by the caller, zeroed; programs_close() once, after the
 * comparison's, whose cells borrow from it.
 */

enum { PROGRAM_NAME_SIZE = 17, PROGRAMS_MOST = 16 };

struct other_program {
    char name[PROGRAM_NAME_SIZE]; /* letters, digits, underscores */
    const char *command;          /* for sh, with its placeholders; borrowed, or
                                     the recipe's */
    char *shown;                  /* it, but for what in URLs may be secret */
    struct recipe recipe;         /* of --with; else zeros */
    char version[RECIPE_VERSION_SIZE]; /* then, a line; else "" */
    bool has_limit; /* {m} occurs: it is told how many requests
                       may be in flight */
};

struct programs {
    struct other_program items[PROGRAMS_MOST];
    size_t count;
};

/*
 * Add those of --program, each "NAME=COMMAND". 0; -EINVAL: a usage error, in
 * line->error: no such form, a name that is a strategy's or was given before,
 * too many.
 */
int programs_parse(struct programs *programs, const struct option_texts *texts,
                   struct command_line *line);

/*
 * Add those of --with: names of recipes with commas between them. 0; -EINVAL: a
 * usage error, in line->error: there is no such recipe, the program is not
 * installed, and as above.
 */
int programs_add_recipes(struct programs *programs, const char *list,
                         struct command_line *line);

/* Find out how their commands are shown, with the queries of URLs or without
   (text/url.h). -ENOMEM. */
int programs_mask(struct programs *programs, bool keep_query);

/* After that, append their cells to those of the strategies: one for each
   number of requests in flight, if it takes that, else one. -ENOMEM: nothing
   has changed. */
int programs_add_cells(const struct programs *programs,
                       const struct compare_settings *settings,
                       struct comparison_cell **cells, size_t *count);

void programs_close(struct programs *programs);

/* What the placeholders stand for. */
struct program_places {
    const char *urls;   /* {urls}: a file of URLs, one a line */
    const char *config; /* {config}: a file for curl -K that names the files,
                           too */
    const char *base;   /* {base}: "http://127.0.0.1:43211/flags" */
    const char *dir;    /* {dir}: where the files go, and where it runs */
    const char *ca;     /* {ca}: a file with the authority to trust */
    unsigned max_req;   /* {m} */
};

/* The command with its placeholders replaced, quoted where the shell would read
   them otherwise; to be freed. NULL: no memory. */
char *program_command(const char *command, const struct program_places *places);
