#pragma once

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * headers: the fields of a request that are not libcurl's own: ours, and those
 * that the user adds. libcurl keeps a pointer to the list, whose nodes are
 * plain memory here: an allocation only for what a request has of its own.
 *
 * Ownership: embedded by the transfer; headers_init() and headers_close().
 */

enum { HEADERS_OWN = 4 };

struct headers {
    struct curl_slist *nodes;
    size_t used;
    char *written[HEADERS_OWN]; /* of the list, with headers_write() */
    size_t written_count;
    const char *const *added; /* the user's, NULL at the end; or NULL */
};

/* `added` is borrowed: "Name: value", "Name;" for an empty one, "Name:" to
   leave one of libcurl's out. -ENOMEM: nothing to close. */
int headers_init(struct headers *headers, const char *const *added);
void headers_close(struct headers *headers);

/*
 * Begin a request's list, with the user's fields. For another origin than the
 * one that they were meant for, only those that are known to be no secret: what
 * a field of any other name holds may be one.
 */
void headers_begin(struct headers *headers, bool other_origin);

/* One of our own, HEADERS_OWN at most: a line that is borrowed; one made by
   printf's format, false: no memory. */
void headers_add(struct headers *headers, const char *line);
__attribute__((format(printf, 2, 3))) bool headers_write(
    struct headers *headers, const char *format, ...);

/* For CURLOPT_HTTPHEADER, until the next headers_begin(). */
struct curl_slist *headers_list(struct headers *headers);

/* Whether the user's fields have one of this name. */
bool headers_have(const struct headers *headers, const char *name);
