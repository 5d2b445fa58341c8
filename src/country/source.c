#include "country/source.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "text/endpoint.h"

#define BOOK_PATH "/{cc}/{cc}.gif"

static const struct preset {
    const char *label;
    const char *url; /* NULL: a profile of the fixture server */
} presets[] = {
    {"CIRCLE-FLAGS",
     "https://hatscripts.github.io/circle-flags/flags/{cc}.svg"},
    {"DELAY", NULL},
    {"ERROR", NULL},
    {"FLAGCDN", "https://flagcdn.com/w320/{cc}.png"},
    {"FLAGSAPI", "https://flagsapi.com/{CC}/flat/64.png"},
    {"FLUENTPYTHON", "https://www.fluentpython.com/data/flags"},
    {"LOCAL", NULL},
    {"REMOTE", "https://www.fluentpython.com/data/flags"},
};

enum { PRESETS = sizeof(presets) / sizeof(presets[0]) };

const char *const *source_labels(void)
{
    static const char *const labels[] = {
        "CIRCLE-FLAGS", "DELAY", "ERROR",  "FLAGCDN", "FLAGSAPI",
        "FLUENTPYTHON", "LOCAL", "REMOTE", NULL};

    return labels;
}

static bool has_prefix(const char *text, const char *prefix)
{
    return strncasecmp(text, prefix, strlen(prefix)) == 0;
}

/* Where the host, with what stands before it, begins. */
static const char *authority_of(const char *url)
{
    const char *slashes = strstr(url, "//");

    return slashes ? slashes + 2 : url;
}

/* Where the path begins; the string's end if there is none. */
static const char *path_of(const char *url)
{
    const char *authority = authority_of(url);

    return authority + strcspn(authority, "/?#");
}

/*
 * `pattern` with its placeholders replaced, and `tail` after it.
 * NULL: no memory.
 */
static char *expand(const char *pattern, size_t bytes, const char *code,
                    const char *tail)
{
    /* A placeholder has four characters, a code two: it only shrinks. */
    char *url = malloc(bytes + strlen(tail) + 1);
    size_t at = 0;

    if (!url)
        return NULL;
    for (size_t i = 0; i < bytes;) {
        bool lower = strncmp(pattern + i, "{cc}", 4) == 0;

        if (!lower && strncmp(pattern + i, "{CC}", 4) != 0) {
            url[at++] = pattern[i++];
            continue;
        }
        for (size_t j = 0; j < 2; j++)
            url[at++] = (char)(lower ? code[j] | 0x20 : code[j]);
        i += 4;
    }
    memcpy(url + at, tail, strlen(tail) + 1);
    return url;
}

bool source_is_guest(const struct source *source)
{
    return source->label && !source->fixture;
}

char *source_url(const struct source *source, const char code[CODE_SIZE])
{
    return expand(source->url_template, strlen(source->url_template), code, "");
}

char *source_metadata_url(const struct source *source,
                          const char code[CODE_SIZE])
{
    const char *path = path_of(source->url_template);
    size_t end = (size_t)(path - source->url_template) + strcspn(path, "?#");
    size_t start = (size_t)(path - source->url_template);

    for (size_t i = start; i < end; i++) {
        if (source->url_template[i] == '/')
            start = i;
    }
    return expand(source->url_template, start, code, "/metadata.json");
}

/* The extension of the path's last segment, in lower case; "" if there is none
   that a file could have. */
static void find_extension(const char *url_template, char extension[16])
{
    const char *path = path_of(url_template);
    const char *end = path + strcspn(path, "?#");
    const char *dot = NULL;
    size_t length;

    extension[0] = '\0';
    for (const char *at = path; at < end; at++) {
        if (*at == '/')
            dot = NULL;
        else if (*at == '.')
            dot = at;
    }
    if (!dot)
        return;
    length = (size_t)(end - dot - 1);
    if (length > 15 || strspn(dot + 1, "abcdefghijklmnopqrstuvwxyz"
                                       "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "0123456789") < length)
        return;
    for (size_t i = 0; i < length; i++) {
        char c = dot[1 + i];

        extension[i] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
    }
    extension[length] = '\0';
}

/* NULL, or what is wrong with the braces of `text`. */
static const char *check_placeholders(const char *text)
{
    for (const char *at = text; *at; at++) {
        if (*at == '}')
            return "a template's placeholders are {cc} and {CC}";
        if (*at != '{')
            continue;
        if (strncmp(at, "{cc}", 4) != 0 && strncmp(at, "{CC}", 4) != 0)
            return "a template's placeholders are {cc} and {CC}";
        at += 3;
    }
    return NULL;
}

/* NULL, or what libcurl has against the URL of a code. -ENOMEM in *error. */
static const char *check_url(const struct source *source, int *error)
{
    char *url = source_url(source, "AA");
    CURLU *parts = curl_url();
    char *host = NULL;
    const char *why = NULL;
    CURLUcode code = CURLUE_OUT_OF_MEMORY;

    *error = -EINVAL;
    if (url && parts)
        code = curl_url_set(parts, CURLUPART_URL, url, 0);
    if (code == CURLUE_OK)
        code = curl_url_get(parts, CURLUPART_HOST, &host, 0);
    if (code == CURLUE_OUT_OF_MEMORY) {
        *error = -ENOMEM;
        why = "no memory";
    } else if (code != CURLUE_OK || host[0] == '\0') {
        why = "it is not a URL";
    }
    curl_free(host);
    curl_url_cleanup(parts);
    free(url);
    return why;
}

/*
 * Take the credentials out of `url`, in place. Percent signs are decoded, for
 * libcurl's options take them so. -ENOMEM: `source` and `url` are untouched.
 */
static int take_credentials(struct source *source, char *url)
{
    char *authority = url + (authority_of(url) - url);
    size_t length = (size_t)(path_of(url) - authority);
    char *at = memrchr(authority, '@', length);
    char *colon;
    char *user;
    char *password = NULL;

    if (!at)
        return 0;
    colon = memchr(authority, ':', (size_t)(at - authority));
    user = strndup(authority, (size_t)((colon ? colon : at) - authority));
    if (colon)
        password = strndup(colon + 1, (size_t)(at - colon - 1));
    if (!user || (colon && !password)) {
        free(user);
        free(password);
        return -ENOMEM;
    }
    source->user = user;
    source->password = password;
    memmove(authority, at + 1, strlen(at + 1) + 1);
    return 0;
}

/* Decode %XX in place. Nothing changes where two hexadecimal digits do not
   follow. */
static void decode(char *text)
{
    char *to = text;

    if (!text)
        return;
    for (const char *from = text; *from; to++) {
        char digits[3] = {0};

        if (from[0] == '%' && strspn(from + 1, "0123456789abcdefABCDEF") >= 2) {
            memcpy(digits, from + 1, 2);
            *to = (char)strtoul(digits, NULL, 16);
            from += 3;
        } else {
            *to = *from++;
        }
    }
    *to = '\0';
}

/* Whether the path's last segment is a file's name: whoever gives the URL of
   one flag means no directory of that name. */
static bool names_file(const char *url)
{
    static const char *const extensions[] = {
        "avif", "bmp", "gif", "ico", "jpeg", "jpg", "png", "svg", "webp"};
    char extension[16];

    find_extension(url, extension);
    for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++) {
        if (strcmp(extension, extensions[i]) == 0)
            return true;
    }
    return false;
}

/* Fill in what follows from a base URL or a template. */
static int set_url(struct source *source, const char *text, const char **why)
{
    bool is_template = strpbrk(text, "{}") != NULL;
    struct endpoint endpoint;
    size_t length;
    int rc;

    *why = NULL;
    if (!has_prefix(text, "http://") && !has_prefix(text, "https://"))
        *why = "a URL begins with http:// or https://";
    else if (!is_template && strpbrk(text, "?#"))
        *why = "a base URL has no query: use a template with {cc}";
    else if (!is_template && names_file(text))
        *why = "it ends in a file's name: put {cc} in the place of the code, "
               "or give it as a URL, without --server";
    else if (!endpoint_of(&endpoint, text))
        *why =
            "it is not a URL"; /* libcurl would take http:///h for http://h */
    else
        *why = check_placeholders(text);
    if (*why)
        return -EINVAL;
    source->base = strdup(text);
    if (!source->base || take_credentials(source, source->base) < 0)
        return -ENOMEM;
    decode(source->user);
    decode(source->password);
    length = strlen(source->base);
    while (!is_template && length > 0 && source->base[length - 1] == '/')
        source->base[--length] = '\0';
    source->url_template = malloc(length + sizeof(BOOK_PATH));
    if (!source->url_template)
        return -ENOMEM;
    memcpy(source->url_template, source->base, length + 1);
    if (!is_template)
        memcpy(source->url_template + length, BOOK_PATH, sizeof(BOOK_PATH));
    find_extension(source->url_template, source->extension);
    *why = check_url(source, &rc);
    return *why ? rc : 0;
}

int source_parse(struct source *source, const char *text, const char **why)
{
    struct source made = {0};
    const char *url = text;
    const char *wrong = NULL;
    int rc = 0;

    for (size_t i = 0; i < PRESETS; i++) {
        if (strcasecmp(text, presets[i].label) != 0)
            continue;
        made.label = presets[i].label;
        url = presets[i].url;
        made.fixture = !url;
    }
    if (!url)
        memcpy(made.extension, "gif", sizeof("gif"));
    else if (!made.label && !strpbrk(text, ":/{}"))
        wrong = "it is neither a label nor a URL";
    else
        rc = set_url(&made, url, &wrong);
    if (wrong && rc == 0)
        rc = -EINVAL;
    if (rc < 0) {
        if (why)
            *why = wrong;
        source_close(&made);
        return rc;
    }
    *source = made;
    return 0;
}

int source_set_base(struct source *source, const char *base)
{
    struct source made = {.label = source->label, .fixture = source->fixture};
    const char *wrong;
    int rc = set_url(&made, base, &wrong);

    if (rc < 0) {
        source_close(&made);
        return rc;
    }
    source_close(source);
    *source = made;
    return 0;
}

void source_close(struct source *source)
{
    free(source->base);
    free(source->url_template);
    free(source->user);
    free(source->password);
    *source = (struct source){0};
}
