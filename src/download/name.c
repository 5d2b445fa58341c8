#include "download/name.h"

#include <stdio.h>
#include <string.h>

void name_by_code(char name[SAVE_NAME_SIZE], const char code[CODE_SIZE],
                  const char *extension, enum compat compat)
{
    char stem[CODE_SIZE];
    char tail[64];

    for (size_t i = 0; i < CODE_SIZE; i++)
        stem[i] =
            (char)(compat == COMPAT_2E || !code[i] ? code[i] : code[i] | 0x20);
    snprintf(tail, sizeof(tail), "%s%s", *extension ? "." : "", extension);
    save_name(name, stem, tail);
}

void name_by_country(char name[SAVE_NAME_SIZE], const char *country,
                     const char code[CODE_SIZE], const char *like,
                     enum compat compat)
{
    const char *dot = strrchr(like, '.');
    bool with_code = compat != COMPAT_2E;
    char tail[64];

    snprintf(tail, sizeof(tail), "%s%s%s", with_code ? "-" : "",
             with_code ? code : "", dot ? dot : "");
    save_name(name, country, tail);
}

bool name_by_url(char name[SAVE_NAME_SIZE], const char *url)
{
    const char *authority = strstr(url, "://");
    const char *begin = authority ? authority + 3 : url;
    const char *end = begin + strcspn(begin, "?#");
    const char *path = memchr(begin, '/', (size_t)(end - begin));
    const char *segment =
        path ? memrchr(path, '/', (size_t)(end - path)) : NULL;
    char stem[2 * SAVE_NAME_SIZE]; /* save_name() cuts far less */
    size_t length;

    if (!segment || segment + 1 == end)
        return false;
    length = (size_t)(end - segment - 1);
    if (length > sizeof(stem) - 1)
        length = sizeof(stem) - 1;
    memcpy(stem, segment + 1, length);
    stem[length] = '\0';
    save_name(name, stem, "");
    return true;
}
