#pragma once

#include <netdb.h>
#include <sys/socket.h>

#include "await/internal.h"

/*
 * The addresses of a host, to try in this order; *out is the caller's to free.
 * A numeric one at once, those of a name by libuv's getaddrinfo(), the families
 * in turn. A task's. 0, or a code, and nothing to free; cancelled, the lookup
 * goes on for nobody.
 */
int aw__resolve(struct sockaddr_storage **out, size_t *n, const char *host,
                int port);

/* The addresses of a list, the families in turn, beginning with that of the
   first (RFC 8305, section 4); how many. */
size_t aw__interleave(struct sockaddr_storage *out,
                      const struct addrinfo *found);
