#include "report/json_text.h"

#include <stdlib.h>
#include <string.h>

#include "text/escape.h"
#include "text/url.h"

void json_text_url(FILE *out, const char *url)
{
    size_t size = strlen(url) + sizeof("...");
    char *masked = strchr(url, '@') ? malloc(size) : NULL;

    if (masked)
        url_mask(masked, size, url);
    /* Without memory, rather nothing than a password. */
    escape_json(out, masked ? masked : strchr(url, '@') ? "" : url);
    free(masked);
}
