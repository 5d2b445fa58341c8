#include "text/endpoint.h"

#include <string.h>
#include <strings.h>

static bool skip_prefix(const char **at, const char *prefix)
{
    size_t length = strlen(prefix);

    if (strncasecmp(*at, prefix, length) != 0)
        return false;
    *at += length;
    return true;
}

/* Digits up to `end`; the default if there are none. False: it is no port. */
static bool read_port(unsigned *port, const char *at, const char *end)
{
    unsigned value = 0;

    if (at == end)
        return true;
    for (; at < end; at++) {
        if (*at < '0' || *at > '9')
            return false;
        value = value * 10 + (unsigned)(*at - '0');
        if (value > 65535)
            return false;
    }
    *port = value;
    return true;
}

/* Where the host ends: before the colon of a port. */
static const char *host_end(const char *host, const char *end)
{
    const char *bracket =
        *host == '[' ? memchr(host, ']', (size_t)(end - host)) : NULL;
    const char *from = bracket ? bracket : host;
    const char *colon = memchr(from, ':', (size_t)(end - from));

    return colon ? colon : end;
}

bool endpoint_of(struct endpoint *endpoint, const char *url)
{
    struct endpoint made = {.port = 80};
    const char *at = url;
    const char *end;
    const char *user;
    const char *colon;
    size_t length;

    if (skip_prefix(&at, "https://")) {
        made.https = true;
        made.port = 443;
    } else if (!skip_prefix(&at, "http://")) {
        return false;
    }
    end = at + strcspn(at, "/?#"); /* as libcurl has it: no backslash */
    user = memrchr(at, '@', (size_t)(end - at));
    if (user)
        at = user + 1;
    colon = host_end(at, end);
    length = (size_t)(colon - at);
    if (length == 0 || length >= sizeof(made.host))
        return false;
    for (size_t i = 0; i < length; i++) {
        char c = at[i];

        made.host[i] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
    }
    if (colon < end && !read_port(&made.port, colon + 1, end))
        return false;
    *endpoint = made;
    return true;
}

bool endpoint_equal(const struct endpoint *a, const struct endpoint *b)
{
    return a->https == b->https && a->port == b->port &&
           strcmp(a->host, b->host) == 0;
}
