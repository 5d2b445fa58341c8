#include "text/url.h"

#include <stdio.h>
#include <string.h>

#include "text/escape.h"

/* The `@` behind the credentials of the authority that begins here; NULL: there
   are none. Whoever forgot to encode a slash in a password did not mean to tell
   it either: then what looks like a port is none. */
static const char *find_at(const char *authority)
{
    size_t length = strcspn(authority, "/?#");
    const char *at = memrchr(authority, '@', length);
    const char *port = memrchr(authority, ':', length);

    if (at || !port || authority[0] == '[')
        return at;
    port++;
    return port + strspn(port, "0123456789") < authority + length
               ? strrchr(authority, '@')
               : NULL;
}

/* Where the URL's authority begins, and what is shown of it. */
static const char *shown_of(const char *url, const char **authority)
{
    const char *slashes = strstr(url, "://");
    const char *at;

    *authority = slashes ? slashes + 3 : url;
    at = find_at(*authority);
    return at ? at : *authority;
}

void url_mask(char *room, size_t size, const char *url)
{
    const char *authority;
    const char *shown = shown_of(url, &authority);

    snprintf(room, size, "%.*s%s%s", (int)(authority - url), url,
             shown > authority ? "..." : "", shown);
}

void url_print(FILE *out, const char *url, bool as_localhost)
{
    static const char ours[] = "http://127.0.0.1:";
    const char *authority;
    const char *shown;

    if (as_localhost && strncmp(url, ours, strlen(ours)) == 0) {
        fputs("http://localhost:", out);
        url += strlen(ours);
    }
    shown = shown_of(url, &authority);
    if (shown > authority) {
        fprintf(out, "%.*s...", (int)(authority - url), url);
        url = shown;
    }
    escape_print(out, url);
}

void url_print_bare(FILE *out, const char *url)
{
    const char *authority;
    const char *shown = shown_of(url, &authority);

    fprintf(out, "%.*s", (int)(authority - url), url);
    escape_print(out, shown + (shown > authority));
}

void url_mask_within(char *room, size_t size, const char *text)
{
    const char *scheme_end = strstr(text, "://");
    const char *begin = scheme_end ? scheme_end + strlen("://") : text;
    const char *at = strrchr(begin, '@');

    snprintf(room, size, "%.*s%s%s", (int)(begin - text), text, at ? "..." : "",
             at ? at : begin);
}
