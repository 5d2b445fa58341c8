#include "report/json_text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "text/escape.h"
#include "text/url.h"

void json_text_url(FILE *out, const char *url)
{
    size_t size = URL_MASK_SIZE(strlen(url));
    bool may_tell = strpbrk(url, "@=") != NULL;
    char *masked = may_tell ? malloc(size) : NULL;

    if (masked)
        url_mask(masked, size, url);
    /* Without memory, rather nothing than a password. */
    escape_json(out, masked ? masked : may_tell ? "" : url);
    free(masked);
}
