#pragma once

/*
 * message: what the program tells on standard error beside its reports: one
 * line, "flags: br: cannot be read".
 *
 * A message is one write(2) of a whole line, whatever its length, so that it is
 * not torn by what another process writes to the same pipe or file. Control
 * characters in it are escaped as text/escape.h does. Neither memory nor a
 * closed standard error keeps anything from going on: there is nobody to tell.
 * Any thread; errno stays.
 */

__attribute__((format(printf, 1, 2))) void message(const char *format, ...);

/* "flags: warning: ...": the program goes on, with less than was asked for. */
__attribute__((format(printf, 1, 2))) void message_warning(const char *format,
                                                           ...);

/* "flags: cannot write 'x': No space left on device": `what`, then `subject`
   in quotes unless it is NULL, then the text of a negative code. Returns the
   code. */
int message_failure(const char *what, const char *subject, int code);
