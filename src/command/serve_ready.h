#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "command/serve_options.h"

/*
 * serve_ready: says that the server listens: in --port-file, on standard
 * output, and where others can reach it, as a warning.
 *
 * ca: the authority's file, "": none; has_command: standard output is the
 * command's, if nothing else is to be said there. 0, or a negative errno value:
 * *what could not be written, NULL: standard output.
 */
int serve_ready_announce(const struct serve_settings *settings,
                         const struct fixture *server, size_t count,
                         const char *ca, bool has_command, const char **what);

/* Print a value, which this takes over and which may be NULL, as a line on
   standard output; `flags` are jansson's. -ENOMEM: nothing was printed. */
int serve_print_json(json_t *value, size_t flags);
