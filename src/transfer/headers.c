#include "transfer/headers.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static size_t count_of(const char *const *added)
{
    size_t count = 0;

    while (added && added[count])
        count++;
    return count;
}

int headers_init(struct headers *headers, const char *const *added)
{
    *headers = (struct headers){.added = added};
    headers->nodes =
        calloc(HEADERS_OWN + count_of(added), sizeof(*headers->nodes));
    return headers->nodes ? 0 : -ENOMEM;
}

static void forget_written(struct headers *headers)
{
    while (headers->written_count > 0)
        free(headers->written[--headers->written_count]);
}

void headers_close(struct headers *headers)
{
    forget_written(headers);
    free(headers->nodes);
    headers->nodes = NULL;
}

/* Whether a line is a field of this name. */
static bool is_named(const char *line, const char *name)
{
    size_t length = strlen(name);

    return strncasecmp(line, name, length) == 0 &&
           (line[length] == ':' || line[length] == ';');
}

static bool is_harmless(const char *line)
{
    static const char *const names[] = {
        "Accept",          "Accept-Charset",
        "Accept-Encoding", "Accept-Language",
        "Cache-Control",   "DNT",
        "If-Match",        "If-Modified-Since",
        "If-None-Match",   "If-Unmodified-Since",
        "Pragma",          "Priority",
        "User-Agent"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (is_named(line, names[i]))
            return true;
    }
    return false;
}

void headers_add(struct headers *headers, const char *line)
{
    struct curl_slist *node = &headers->nodes[headers->used];

    /* libcurl does not write there; its type is older than const. */
    node->data = (char *)(uintptr_t)line;
    node->next = NULL;
    if (headers->used > 0)
        headers->nodes[headers->used - 1].next = node;
    headers->used++;
}

void headers_begin(struct headers *headers, bool other_origin)
{
    headers->used = 0;
    forget_written(headers);
    for (size_t i = 0; headers->added && headers->added[i]; i++) {
        if (!other_origin || is_harmless(headers->added[i]))
            headers_add(headers, headers->added[i]);
    }
}

bool headers_write(struct headers *headers, const char *format, ...)
{
    char *line;
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vasprintf(&line, format, arguments);
    va_end(arguments);
    if (length < 0)
        return false;
    headers->written[headers->written_count++] = line;
    headers_add(headers, line);
    return true;
}

struct curl_slist *headers_list(struct headers *headers)
{
    return headers->used > 0 ? headers->nodes : NULL;
}

bool headers_have(const struct headers *headers, const char *name)
{
    for (size_t i = 0; headers->added && headers->added[i]; i++) {
        if (is_named(headers->added[i], name))
            return true;
    }
    return false;
}
