#pragma once

#include <stdio.h>

/* Write a URL, or what names an item, as a JSON string, without credentials. */
void json_text_url(FILE *out, const char *url);
