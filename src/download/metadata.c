#include "download/metadata.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { GREATEST_DEPTH = 64 };

/*
 * Whether it nests so deep that the parser, which is recursive and allows
 * 2,048 levels (jansson 2.14), could leave a coroutine's stack. Brackets count
 * outside of strings only.
 */
static bool nests_too_deep(const char *json, size_t bytes)
{
    bool in_string = false;
    int depth = 0;

    for (size_t i = 0; i < bytes; i++) {
        char c = json[i];

        if (in_string && c == '\\')
            i++;
        else if (c == '"')
            in_string = !in_string;
        else if (!in_string && (c == '[' || c == '{') &&
                 ++depth > GREATEST_DEPTH)
            return true;
        else if (!in_string && (c == ']' || c == '}'))
            depth--;
    }
    return false;
}

const char *metadata_country(const void *json, size_t bytes,
                             char country[METADATA_COUNTRY_SIZE],
                             char text[METADATA_TEXT_SIZE])
{
    json_error_t error;
    json_t *root;
    const char *name;

    if (nests_too_deep(json, bytes)) {
        snprintf(text, METADATA_TEXT_SIZE, "it nests too deep");
        return text;
    }
    root = json_loadb(json, bytes, 0, &error);
    if (!root) {
        snprintf(text, METADATA_TEXT_SIZE, "it is not JSON (line %d)",
                 error.line);
        return text;
    }
    name = json_string_value(json_object_get(root, "country"));
    if (!name || name[0] == '\0') {
        snprintf(text, METADATA_TEXT_SIZE, "it has no \"country\"");
        json_decref(root);
        return text;
    }
    snprintf(country, METADATA_COUNTRY_SIZE, "%s", name);
    for (char *at = country; *at; at++) {
        if (*at == ' ')
            *at = '_';
    }
    json_decref(root);
    return NULL;
}
