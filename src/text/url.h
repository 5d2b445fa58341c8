#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * A copy of a URL, or of what was meant to be one, without all that may be the
 * credentials of somebody: "http://...@host/?token=...", also the values of
 * those parameters that are named like a secret, and the credentials of URLs
 * within it, percent-encoded or not. Cut to `size`, which is at least 1;
 * URL_MASK_SIZE of its length is enough.
 */
#define URL_MASK_SIZE(length) (2 * (length) + sizeof("..."))
void url_mask(char *room, size_t size, const char *url);

/*
 * What keeps the authority of a URL (RFC 3986, 3.2: "user@host:80") from naming
 * a host, as a phrase: "a URL without a host"; NULL: nothing does. Its `size`
 * bytes are those between "://" and the next of "/?#".
 */
const char *url_authority_trouble(const char *authority, size_t size);

/* Write a URL as one that works, byte for byte: with its query, and without
   the credentials before its host. Not for a terminal. */
void url_print_bare(FILE *out, const char *url);

/*
 * Write a URL, escaped, without its credentials. `as_localhost`: one of
 * 127.0.0.1 is written with the name localhost, as the scripts of Fluent Python
 * call it.
 */
void url_print(FILE *out, const char *url, bool as_localhost);

/*
 * A copy of `text`, which may quote a URL, without whatever may be credentials:
 * more is left out than url_mask() leaves out, for what libcurl refuses may be
 * no proper URL. Cut to `size`.
 */
enum { URL_MASKED_SIZE = 256 };
void url_mask_within(char *room, size_t size, const char *text);

/*
 * A copy of one URL, to be freed, with "..." for the credentials before its
 * host and those of URLs within it, and, unless `keep_query`, for its query and
 * fragment, to its end, whatever characters are in it: "http://...@host/?...".
 * NULL: no memory.
 */
char *url_mask_one(const char *url, bool keep_query);

/*
 * A copy of `text`, to be freed, as of a command for a shell or of what a
 * program wrote, with "..." for
 * - unless `keep_query`, whatever follows a `?` in a word, URL or not: it may
 *   be the query of one whose beginning a variable has; and the fragments of
 *   URLs;
 * - credentials before a host, with and without a scheme;
 * - the arguments of options that have credentials, by curl's names and by such
 *   as are named like a secret (-u, --user, --password), and the values of
 *   headers (-H, --header);
 * - what is assigned to a name like that: "token=...", "Authorization:...".
 * A word is a shell's (XCU 2.3): quoted blanks do not end it. More is left out
 * than need be where that is not sure. NULL: no memory.
 */
char *url_mask_all(const char *text, bool keep_query);
