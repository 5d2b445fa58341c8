#pragma once

#include <stdio.h>

/*
 * roff: text that the manual's formatters print as it was written, whatever is
 * in it: a backslash, a quote, a full stop at the beginning of a line.
 *
 * Hyphens are all written as \-, which is the one that can be pasted into a
 * shell, and at which no line is broken.
 *
 * Prose has `literals`, which become bold, and {VARIABLES}, which become
 * italic. What is between backquotes is literal, braces included; neither spans
 * the other.
 *
 * The texts are ASCII. Write errors are left in the stream for its owner to
 * find.
 */

/* Within a line, but not at its beginning: text as it is. */
void roff_plain(FILE *out, const char *text);

/* A line of prose. */
void roff_line(FILE *out, const char *prose);

/* A paragraph of prose, or of text as it is, on as many lines as it takes. */
void roff_prose(FILE *out, const char *prose);
void roff_text(FILE *out, const char *text);

/* Text as the argument of a macro, with quotes around it. */
void roff_argument(FILE *out, const char *text);
