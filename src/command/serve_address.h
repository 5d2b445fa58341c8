#pragma once

#include <stdbool.h>

#include "command/serve_options.h"

/*
 * serve_address: where the server can be reached, for people and for the
 * command that it runs.
 */

/* The URL of `path` at listener i, under `host`. */
void serve_url(const struct serve_settings *settings,
               const struct fixture *server, const char *host, size_t i,
               const char *path, char *url, size_t size);

/* Whether only this host can reach what listens there. */
bool serve_is_own_address(const char *bind);

/* Put the URLs into our environment, which the command gets: FLAGS_SERVER and
   the others; the host is an exception from proxies. 0, or a negative errno
   value. */
int serve_environment(const struct serve_settings *settings,
                      const struct fixture *server);
