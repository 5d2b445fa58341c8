#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * endpoint: whom a URL of http or https addresses: scheme, host and port, its
 * origin (RFC 6454). What is sent to one is no other's business. Pure.
 */

enum { ENDPOINT_HOST_SIZE = 256 };

struct endpoint {
    bool https;
    char host[ENDPOINT_HOST_SIZE]; /* lower case; IPv6 in its brackets */
    unsigned port;
};

/* False: it is no such URL, or has no host, and *endpoint is untouched. What
   stands before the host's name is left out. */
bool endpoint_of(struct endpoint *endpoint, const char *url);

bool endpoint_equal(const struct endpoint *a, const struct endpoint *b);
