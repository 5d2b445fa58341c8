#pragma once

#include <stddef.h>
#include <stdio.h>

/*
 * escape: text from anywhere, made fit for a terminal.
 *
 * Control characters (C0, DEL, C1), what turns the direction of text or ends a
 * line in Unicode, and bytes that are not UTF-8 become \xNN, so that nobody's
 * server moves the cursor, sets a title, ends a line early or shows a name that
 * reads as another. Everything else stays as it is. Any thread.
 */

enum { ESCAPE_UNIT_SIZE = 5 }; /* "\xNN", or the four bytes of a character */

/* The next character of `text`, which is not at its end, as it is shown,
   NUL-terminated in `unit`; returns what follows it. */
const char *escape_next(const char *text, char unit[ESCAPE_UNIT_SIZE]);

/* The same, so that escape_undo() has it back: a backslash that would look like
   the beginning of \xNN is \x5c. */
const char *escape_next_exactly(const char *text, char unit[ESCAPE_UNIT_SIZE]);

/* Put the bytes back that escape_next_exactly() replaced, in place. */
void escape_undo(char *text);

/* Write it to `out`. */
void escape_print(FILE *out, const char *text);

/* Write it, exactly, as a JSON string, quotes included: UTF-8, whatever came
   in. */
void escape_json(FILE *out, const char *text);

/* Copy it into `room` (at least 4 bytes), NUL-terminated; what does not fit is
   replaced by "...". */
void escape_copy(char *room, size_t size, const char *text);
