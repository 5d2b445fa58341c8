#pragma once

#include <stdbool.h>
#include <stdio.h>

/*
 * Write a URL, escaped. `as_localhost`: one of 127.0.0.1 is written with the
 * name localhost, as the scripts of Fluent Python call it.
 */
void url_print(FILE *out, const char *url, bool as_localhost);
