#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "cli/option.h"

/*
 * words: a command line as words, and as text for a shell: how an option table
 * prints itself, so that nobody who hands a command line on formats what the
 * table has parsed.
 *
 * Ownership: embedded by the caller, zeroed; words_free() once. On failure
 * nothing has changed. Any thread.
 */
struct words {
    char **items; /* ended by NULL, once there is one */
    size_t count;
};

/* -ENOMEM. */
__attribute__((format(printf, 2, 3))) int words_add(struct words *words,
                                                    const char *format, ...);
void words_free(struct words *words);

/*
 * Add the options that were on the command line, "--name" or "--name=value",
 * with their values as they were typed, in the order of the table: those whose
 * values lie from `from` to below `to` in the settings. -ENOMEM: some of them
 * may have been added.
 */
int words_add_options(struct words *words, const struct command_line *line,
                      const struct option_table *table, const void *settings,
                      size_t from, size_t to);

/* Take out of each word what url_mask_all() takes out. -ENOMEM: some of them
   may have been changed. */
int words_mask(struct words *words, bool keep_query);

/* The words with blanks between them, quoted where a shell would read them
   otherwise; to be freed. NULL: no memory. */
char *words_text(const struct words *words);
