#include "transfer/content.h"

#include <string.h>
#include <strings.h>

#define GIF "a GIF image"
#define PNG "a PNG image"
#define JPEG "a JPEG image"
#define WEBP "a WebP image"
#define SVG "an SVG image"
#define HTML "an HTML page"

/* Told apart by their addresses: XML with another root, and XML whose root was
   not seen. */
static const char other_xml[] = "an XML document";
static const char unseen_xml[] = "an XML document";

struct text {
    const char *at;
    const char *end;
};

/* memmem(3) is not in every C library that we build on. */
static bool skip_past(struct text *text, const char *what)
{
    size_t length = strlen(what);

    for (; (size_t)(text->end - text->at) >= length; text->at++) {
        if (memcmp(text->at, what, length) == 0) {
            text->at += length;
            return true;
        }
    }
    text->at = text->end;
    return false;
}

static bool starts(const struct text *text, const char *prefix)
{
    size_t length = strlen(prefix);

    return (size_t)(text->end - text->at) >= length &&
           strncasecmp(text->at, prefix, length) == 0;
}

static void skip_spaces(struct text *text)
{
    while (text->at < text->end && strchr(" \t\r\n\f", *text->at) && *text->at)
        text->at++;
}

/* Whether an element of this name begins here, whatever its namespace's
   prefix. */
static bool is_element(const struct text *text, const char *name)
{
    const char *at = text->at + 1;
    const char *local = at;

    while (at < text->end && !strchr(" \t\r\n\f/>", *at)) {
        if (*at++ == ':')
            local = at;
    }
    return (size_t)(at - local) == strlen(name) &&
           strncasecmp(local, name, strlen(name)) == 0;
}

/* Skip declarations and comments. False: there is nothing behind them. */
static bool skip_prolog(struct text *text)
{
    bool more = true;

    while (more && text->at < text->end) {
        if (starts(text, "<!--"))
            more = skip_past(text, "-->");
        else if (starts(text, "<?") || starts(text, "<!"))
            more = skip_past(text, ">");
        else
            return true;
        skip_spaces(text);
    }
    return false;
}

/* What a document of markup is, by its first element. */
static const char *markup_kind(struct text text)
{
    static const char *const html[] = {"html", "head", "title", "body", "meta"};

    if (starts(&text, "\xef\xbb\xbf"))
        text.at += 3;
    skip_spaces(&text);
    if (!starts(&text, "<"))
        return NULL;
    if (starts(&text, "<!doctype html"))
        return HTML;
    if (!skip_prolog(&text))
        return unseen_xml;
    if (!starts(&text, "<"))
        return NULL;
    if (is_element(&text, "svg"))
        return SVG;
    for (size_t i = 0; i < sizeof(html) / sizeof(html[0]); i++) {
        if (is_element(&text, html[i]))
            return HTML;
    }
    return other_xml;
}

const char *content_kind(const void *head, size_t bytes)
{
    struct text text = {head, (const char *)head + bytes};

    if (bytes >= 6 &&
        (memcmp(head, "GIF87a", 6) == 0 || memcmp(head, "GIF89a", 6) == 0))
        return GIF;
    if (bytes >= 8 && memcmp(head, "\x89PNG\r\n\x1a\n", 8) == 0)
        return PNG;
    if (bytes >= 3 && memcmp(head, "\xff\xd8\xff", 3) == 0)
        return JPEG;
    if (bytes >= 12 && memcmp(head, "RIFF", 4) == 0 &&
        memcmp(text.at + 8, "WEBP", 4) == 0)
        return WEBP;
    return markup_kind(text);
}

bool content_fits(const char *name, const void *head, size_t bytes,
                  const char **promised, const char **found)
{
    static const struct {
        const char *extension;
        const char *kind;
    } promises[] = {
        {".gif", GIF}, {".png", PNG},   {".jpg", JPEG},  {".jpeg", JPEG},
        {".svg", SVG}, {".webp", WEBP}, {".html", HTML}, {".htm", HTML},
    };
    const char *extension = strrchr(name, '.');

    *promised = NULL;
    for (size_t i = 0; extension && i < sizeof(promises) / sizeof(*promises);
         i++) {
        if (strcasecmp(extension, promises[i].extension) == 0)
            *promised = promises[i].kind;
    }
    *found = content_kind(head, bytes);
    if (!*promised)
        return true;
    /* A long prolog may hide the root of a head that is not the whole. */
    if (*found == unseen_xml && bytes >= 1024)
        return strcmp(*promised, SVG) == 0;
    return *found && strcmp(*promised, *found) == 0;
}
