#include "download/origin.h"

#include <ctype.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where the authority's port begins, at its colon; NULL: it has none. */
static const char *find_port(const char *host, size_t length)
{
    const char *bracket = memchr(host, ']', length); /* of an IPv6 address */
    const char *from = bracket ? bracket : host;

    return memchr(from, ':', length - (size_t)(from - host));
}

void origin_of(char text[ORIGIN_SIZE], const char *url)
{
    const char *scheme_end = strstr(url, "://");
    const char *host = scheme_end ? scheme_end + 3 : url;
    size_t length = strcspn(host, "/?#\\");
    const char *at = scheme_end ? memrchr(host, '@', length) : NULL;
    bool secure = strncasecmp(url, "https:", 6) == 0;
    const char *port;

    if (at) {
        length -= (size_t)(at + 1 - host);
        host = at + 1;
    }
    port = find_port(host, length);
    if (port && port + 1 == host + length) { /* "host:" */
        length--;
        port = NULL;
    }
    snprintf(text, ORIGIN_SIZE, "%s://%.*s%s", secure ? "https" : "http",
             (int)length, host,
             port     ? ""
             : secure ? ":443"
                      : ":80");
    for (char *c = text; *c; c++)
        *c = (char)tolower((unsigned char)*c);
}

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct origin *)a)->name,
                  ((const struct origin *)b)->name);
}

static struct origin *origin_new(struct origins *origins, const char *name)
{
    struct origin *origin = calloc(1, sizeof(*origin));

    if (!origin)
        return NULL;
    origin->name = strdup(name);
    if (!origin->name || !tsearch(origin, &origins->tree, compare)) {
        free(origin->name);
        free(origin);
        return NULL;
    }
    origin->next = origins->first;
    if (origin->next)
        origin->next->previous = origin;
    origins->first = origin;
    return origin;
}

struct origin *origin_find(struct origins *origins, const char *url,
                           bool (*before)(const struct heap_node *a,
                                          const struct heap_node *b))
{
    char name[ORIGIN_SIZE];
    struct origin wanted = {.name = name};
    struct origin **found;

    origin_of(name, url);
    if (origins->latest && strcmp(origins->latest->name, name) == 0)
        return origins->latest;
    found = tfind(&wanted, &origins->tree, compare);
    origins->latest = found ? *found : origin_new(origins, name);
    if (origins->latest)
        origins->latest->ready.before = before;
    return origins->latest;
}

void origin_drop(struct origins *origins, struct origin *origin)
{
    tdelete(origin, &origins->tree, compare);
    if (origins->first == origin)
        origins->first = origin->next;
    else
        origin->previous->next = origin->next;
    if (origin->next)
        origin->next->previous = origin->previous;
    if (origins->latest == origin)
        origins->latest = NULL;
    free(origin->name);
    free(origin);
}
