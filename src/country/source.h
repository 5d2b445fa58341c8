#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "country/codes.h"

/*
 * source: where flags come from: a label, a base URL or a template.
 *
 *   LOCAL DELAY ERROR      a fixture server with that profile, which the
 *                          program starts by itself: the source has no URL
 *                          until source_set_base() gives it one
 *   REMOTE and others      presets: real servers, with the paths that they
 *                          publish; REMOTE is FLUENTPYTHON
 *   http://host/flags      a base URL: {base}/{cc}/{cc}.gif
 *   http://host/{cc}.png   a template: {cc} lower case, {CC} upper case
 *
 * Labels are recognized in either case. Only http and https. Credentials in
 * the URL are kept apart from it, so that nobody prints them.
 *
 * Ownership: source_parse() fills a struct of the caller's, who calls
 * source_close(). The fields are for reading.
 */

struct source {
    const char *label;  /* "LOCAL" ..., static; NULL: a URL was given */
    bool fixture;       /* started by the program; the label is its profile */
    char *base;         /* base URL or template as given, without slashes at its
                           end; NULL: a fixture that was not started yet */
    char *url_template; /* what source_url() expands; NULL as `base` */
    char *user;         /* NULL: no credentials were given */
    char *password;     /* NULL as `user`, and if there was none */
    char extension[16]; /* of the files: "gif"; "": the template shows none */
};

/*
 * -EINVAL: *why (unless NULL) says what is wrong with `text` in a phrase that
 * may follow it, a static string. -ENOMEM. On failure `source` is untouched.
 */
int source_parse(struct source *source, const char *text, const char **why);

/* The base URL of the fixture that was started, `http://127.0.0.1:4321/flags`.
   -ENOMEM, -EINVAL: unchanged. */
int source_set_base(struct source *source, const char *base);

/* Free what it holds. Harmless when repeated. */
void source_close(struct source *source);

/* The labels, sorted, NULL at the end: for messages and completions. */
const char *const *source_labels(void);

/* Whether it is a preset, a server of somebody's on which we are guests: no
   more than SOURCE_POLITE requests at a time unless said. */
enum { SOURCE_POLITE = 8 };
bool source_is_guest(const struct source *source);

/*
 * The URL of a code's image, and of the metadata.json beside it (the last path
 * segment replaced, query and fragment dropped). In memory of the caller's;
 * NULL: no memory. The source has a base.
 */
char *source_url(const struct source *source, const char code[CODE_SIZE]);
char *source_metadata_url(const struct source *source,
                          const char code[CODE_SIZE]);
