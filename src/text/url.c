#include "text/url.h"

#include <string.h>

#include "text/escape.h"

void url_print(FILE *out, const char *url, bool as_localhost)
{
    static const char ours[] = "http://127.0.0.1:";

    if (as_localhost && strncmp(url, ours, strlen(ours)) == 0) {
        fputs("http://localhost:", out);
        url += strlen(ours);
    }
    escape_print(out, url);
}
