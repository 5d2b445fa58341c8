#include "report/json_text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "text/escape.h"
#include "text/url.h"

/* As escape_json(), but a byte that is no text is percent-encoded, which in a
   URL means the same (RFC 3986, 2.5). */
static void print_url(FILE *out, const char *url)
{
    char unit[ESCAPE_UNIT_SIZE];

    putc('"', out);
    while (*url) {
        const char *next = escape_next(url, unit);

        if (unit[0] == '\\' && *url != '\\')
            fprintf(out, "%%%02X", (unsigned char)*url);
        else
            fprintf(out, "%s%s", unit[0] == '"' || unit[0] == '\\' ? "\\" : "",
                    unit);
        url = next;
    }
    putc('"', out);
}

void json_text_url(FILE *out, const char *url)
{
    size_t size = URL_MASK_SIZE(strlen(url));
    bool may_tell = strpbrk(url, "@=%") != NULL;
    char *masked = may_tell ? malloc(size) : NULL;

    if (masked)
        url_mask(masked, size, url);
    /* Without memory, rather nothing than a password. */
    print_url(out, masked ? masked : may_tell ? "" : url);
    free(masked);
}
