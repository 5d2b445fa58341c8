#pragma once

#include <stdio.h>

#include "cli/command.h"

/*
 * completion: scripts by which a shell completes the command line of flags,
 * from the option tables: `flags completion bash|zsh|fish` on standard output.
 *
 * A script has all that it offers in it: completing starts no process of ours.
 * Write errors are left in the stream for its owner to find.
 */
void completion_bash(FILE *out, const struct program *program);
void completion_zsh(FILE *out, const struct program *program);
void completion_fish(FILE *out, const struct program *program);

/* What they share. */

/* What may follow an option. */
enum completion_offer {
    OFFER_NO_VALUE, /* a value does not */
    OFFER_NOTHING,  /* a value that no shell knows */
    OFFER_WORDS,
    OFFER_LIST, /* words with commas between them */
    OFFER_FILES,
    OFFER_DIRECTORIES,
};

/* *words: of OFFER_WORDS and OFFER_LIST, ended by NULL. */
enum completion_offer completion_offer(const struct option_row *row,
                                       const char *const **words);

/* Words with blanks between them. */
void completion_words(FILE *out, const char *const *words);

/* The codes of the countries, likewise. */
void completion_codes(FILE *out);
