#include "text/url.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "text/escape.h"
#include "text/url_parts.h"

/* Whoever forgot to encode a slash in a password did not mean to tell
   it either: then what looks like a port is none. */
const char *url_find_at(const char *authority)
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

/* Where the authority begins of what was meant to be a URL: behind its slashes,
   be there one or three; but behind one that may be that of a path, only what
   looks like a user and a password. */
static const char *begin_of(const char *url)
{
    const char *first = url + strcspn(url, "/\\?#@");
    size_t slashes = strspn(first, "/\\");
    const char *begin = first + slashes;

    if (slashes == 1 && first > url && isalnum((unsigned char)first[-1]) &&
        begin[strcspn(begin, ":/?#@")] != ':')
        return url;
    return slashes > 0 ? begin : url;
}

/* Where the URL's authority begins, and what is shown of it. */
static const char *shown_of(const char *url, const char **authority)
{
    const char *at = url_find_at(url); /* there was no scheme, then */

    *authority = at ? url : begin_of(url);
    if (!at)
        at = url_find_at(*authority);
    return at ? at : *authority;
}

bool url_is_secret(const char *name, size_t length)
{
    static const char *const whole[] = {"auth", "jwt", "key", "pass",
                                        "pwd",  "sid", "sig"};
    static const char *const parts[] = {
        "-key",       "_key",    "accesskey", "apikey", "authoriz",
        "credential", "passw",   "passphr",   "secret", "sessid",
        "signature",  "session", "token"};
    const size_t wholes = sizeof(whole) / sizeof(whole[0]);

    for (size_t i = 0; i < wholes; i++) {
        if (length == strlen(whole[i]) &&
            strncasecmp(name, whole[i], length) == 0)
            return true;
    }
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        size_t part = strlen(parts[i]);

        for (size_t at = 0; at + part <= length; at++) {
            if (strncasecmp(name + at, parts[i], part) == 0)
                return true;
        }
    }
    return false;
}

/* How many bytes stand for `c` there: itself, or its escape (RFC 3986, 2.1),
   whose percent sign may be escaped in turn, as often as one likes; 0: none. */
static size_t length_of(const char *text, char c)
{
    const char *at = text;
    char digits[3];

    if (*text == c)
        return 1;
    if (*text != '%')
        return 0;
    for (at++; at[0] == '2' && at[1] == '5';)
        at += 2;
    snprintf(digits, sizeof(digits), "%02X", (unsigned)c);
    return strncasecmp(at, digits, 2) == 0 ? (size_t)(at + 2 - text) : 0;
}

size_t url_slashes_length(const char *text)
{
    size_t colon = length_of(text, ':');
    size_t first = colon ? length_of(text + colon, '/') : 0;
    size_t second = first ? length_of(text + colon + first, '/') : 0;

    return second ? colon + first + second : 0;
}

size_t url_credentials_length(const char *authority)
{
    const char *at = authority;
    size_t found = 0;

    while (*at && !strchr("&;", *at) && !length_of(at, '/') &&
           !length_of(at, '?') && !length_of(at, '#')) {
        if (length_of(at, '@'))
            found = (size_t)(at - authority);
        at++;
    }
    return found;
}

/* The credentials of a URL within the first `length` bytes of `text`: where
   they begin, and their length; NULL: there are none. */
static const char *find_nested(const char *text, size_t length, size_t *hidden)
{
    for (const char *at = text; at < text + length; at++) {
        size_t slashes = url_slashes_length(at);

        *hidden = slashes ? url_credentials_length(at + slashes) : 0;
        if (*hidden > 0)
            return at + slashes;
    }
    return NULL;
}

/* shown_length(), but for URLs within the URL. */
static size_t length_to_value(const char *text, size_t *hidden, bool *in_query)
{
    static const char separators[] = "?&;#";
    const char *at = text + strcspn(text, separators);

    *hidden = 0;
    while (*at) {
        const char *name = at + 1;
        size_t length = strcspn(name, "=/?&;#");

        *in_query = *in_query || *at == '?' || *at == '#';
        if (*in_query)
            length = strcspn(name, "=?&;#");
        at = name + length;
        if (*at == '/')
            at += strcspn(at, separators);
        if (*at != '=')
            continue;
        at++;
        if (url_is_secret(name, length))
            *hidden = strcspn(at, *in_query ? "&#" : "/?;#");
        if (*hidden > 0)
            return (size_t)(at - text);
        at += strcspn(at, separators);
    }
    return (size_t)(at - text);
}

/* How much of `text`, which ends a URL, is shown up to the next value that is
   not, and the length of that one; 0: there is none. `in_query`: behind the
   path, from call to call; a parameter of the path ends with its segment. */
static size_t shown_length(const char *text, size_t *hidden, bool *in_query)
{
    bool was_in_query = *in_query;
    size_t length = length_to_value(text, hidden, in_query);
    size_t nested_length;
    const char *nested = find_nested(text, length, &nested_length);

    if (!nested)
        return length;
    length = (size_t)(nested - text);
    *hidden = nested_length;
    *in_query = was_in_query || strcspn(text, "?#") < length;
    return length;
}

/* What follows what is in `room`, as far as there is room. */
static void add(char *room, size_t size, const char *text, size_t length)
{
    size_t used = strlen(room);

    snprintf(room + used, size - used, "%.*s", (int)length, text);
}

void url_mask(char *room, size_t size, const char *url)
{
    const char *authority;
    const char *shown = shown_of(url, &authority);
    bool in_query = false;

    room[0] = '\0';
    add(room, size, url, (size_t)(authority - url));
    if (shown > authority)
        add(room, size, "...", 3);
    while (*shown) {
        size_t hidden;
        size_t length = shown_length(shown, &hidden, &in_query);

        add(room, size, shown, length);
        if (hidden > 0)
            add(room, size, "...", 3);
        shown += length + hidden;
    }
}

static void print_escaped(FILE *out, const char *text, size_t length)
{
    const char *end = text + length;
    char unit[ESCAPE_UNIT_SIZE];

    while (text < end) {
        text = escape_next(text, unit);
        fputs(unit, out);
    }
}

void url_print(FILE *out, const char *url, bool as_localhost)
{
    static const char ours[] = "http://127.0.0.1:";
    const char *authority;
    const char *shown;
    bool in_query = false;

    if (as_localhost && strncmp(url, ours, strlen(ours)) == 0) {
        fputs("http://localhost:", out);
        url += strlen(ours);
    }
    shown = shown_of(url, &authority);
    if (shown > authority) {
        fprintf(out, "%.*s...", (int)(authority - url), url);
        url = shown;
    }
    while (*url) {
        size_t hidden;
        size_t length = shown_length(url, &hidden, &in_query);

        print_escaped(out, url, length);
        if (hidden > 0)
            fputs("...", out);
        url += length + hidden;
    }
}

void url_print_bare(FILE *out, const char *url)
{
    const char *authority;
    const char *shown = shown_of(url, &authority);

    fprintf(out, "%.*s", (int)(authority - url), url);
    fputs(shown + (shown > authority), out);
}

void url_mask_within(char *room, size_t size, const char *text)
{
    const char *scheme_end = strstr(text, "://");
    const char *begin = scheme_end ? scheme_end + strlen("://") : text;
    const char *at = strrchr(begin, '@');

    snprintf(room, size, "%.*s%s%s", (int)(begin - text), text, at ? "..." : "",
             at ? at : begin);
}

char *url_mask_one(const char *url, bool keep_query)
{
    const char *authority;
    const char *at = shown_of(url, &authority);
    char *masked = NULL;
    const char *nested;
    size_t hidden;
    size_t left;
    size_t size;
    FILE *out = open_memstream(&masked, &size);

    if (!out)
        return NULL;
    fprintf(out, "%.*s%s", (int)(authority - url), url,
            at > authority ? "..." : "");
    left = keep_query ? strlen(at) : strcspn(at, "?#");
    while ((nested = find_nested(at, left, &hidden))) {
        fprintf(out, "%.*s...", (int)(nested - at), at);
        left = nested + hidden < at + left
                   ? left - (size_t)(nested + hidden - at)
                   : 0;
        at = nested + hidden;
    }
    fwrite(at, 1, left, out);
    if (at[left])
        fprintf(out, "%c...", at[left]);
    if (fclose(out) == 0) /* else for lack of memory */
        return masked;
    free(masked);
    return NULL;
}

enum { PORT_MOST = 65535 };

/* Whether that is a port, or none: digits, perhaps not one. */
static bool is_port(const char *text, size_t size)
{
    unsigned port = 0;

    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        port = port * 10 + (unsigned)(text[i] - '0');
        if (port > PORT_MOST)
            return false;
    }
    return true;
}

const char *url_authority_trouble(const char *authority, size_t size)
{
    const char *end = authority + size;
    const char *at = memrchr(authority, '@', size);
    const char *host = at ? at + 1 : authority;
    const char *close;

    if (host < end && *host == '[') { /* an address of IPv6 has colons */
        close = memchr(host, ']', (size_t)(end - host));
        if (!close || close == host + 1)
            return "a URL with half an address of IPv6";
        close++;
    } else {
        close = memchr(host, ':', (size_t)(end - host));
        if (!close)
            close = end;
    }
    if (close == host)
        return "a URL without a host";
    if (close < end &&
        (*close != ':' || !is_port(close + 1, (size_t)(end - close - 1))))
        return "a URL with a port that is none";
    return NULL;
}
