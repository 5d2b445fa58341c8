#pragma once

#include <stdbool.h>
#include <stdio.h>

/*
 * export: a file that results go to, named on the command line.
 *
 * It is opened before the work, so that nobody waits for results that cannot be
 * written, and emptied only when they are: a run that fails leaves an older
 * file as it was, and no new one.
 *
 * Ownership: embedded by the caller; export_close() once, also after failures.
 * Zero is an export that was not asked for: it is passed over by all calls.
 */

struct export_file {
    const char *path; /* borrowed */
    FILE *out;        /* NULL: not asked for */
    bool is_stdout;   /* "-" */
    bool is_new;      /* it was not there, and nothing is in it */
};

/* `path` NULL: not asked for; "-": standard output. A negative errno value. */
int export_open(struct export_file *file, const char *path);

/* Empty it, for what is written next. A negative errno value. */
int export_begin(struct export_file *file);

/* Write out and close. A negative errno value if not all of it was written;
   of standard output its owner finds out. */
int export_close(struct export_file *file);
