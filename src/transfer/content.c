#include "transfer/content.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Told apart by their addresses. */
static const char GIF[] = "a GIF image";
static const char PNG[] = "a PNG image";
static const char JPEG[] = "a JPEG image";
static const char WEBP[] = "a WebP image";
static const char SVG[] = "an SVG image";
static const char HTML[] = "an HTML page";
static const char GZIP[] = "a gzip file";
static const char JSON[] = "JSON";
/* XML with another root, and XML whose root was not seen. */
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

/* Skip a declaration, with what it declares in brackets. */
static bool skip_declaration(struct text *text)
{
    int depth = 0;
    char quote = '\0';

    for (; text->at < text->end; text->at++) {
        char c = *text->at;

        if (quote) {
            quote = c == quote ? '\0' : quote;
        } else if (starts(text, "<!--")) {
            if (!skip_past(text, "-->"))
                return false;
            text->at--;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '[') {
            depth++;
        } else if (c == ']') {
            depth--;
        } else if (c == '>' && depth <= 0) {
            text->at++;
            return true;
        }
    }
    return false;
}

/* Skip declarations and comments. False: there is nothing behind them. */
static bool skip_prolog(struct text *text)
{
    bool more = true;

    while (more && text->at < text->end) {
        if (starts(text, "<!--"))
            more = skip_past(text, "-->");
        else if (starts(text, "<?"))
            more = skip_past(text, "?>");
        else if (starts(text, "<!"))
            more = skip_declaration(text);
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
    if (bytes >= 3 && memcmp(head, "\x1f\x8b\x08", 3) == 0)
        return GZIP;
    return markup_kind(text);
}

static const struct {
    const char *extension;
    const char *kind;
} promises[] = {
    {".gif", GIF}, {".png", PNG},   {".jpg", JPEG},  {".jpeg", JPEG},
    {".svg", SVG}, {".webp", WEBP}, {".html", HTML}, {".htm", HTML},
    {".gz", GZIP}, {".tgz", GZIP},  {".svgz", GZIP}, {".json", JSON},
};

static const char *promised_by(const char *name)
{
    const char *extension = strrchr(name, '.');

    for (size_t i = 0; extension && i < sizeof(promises) / sizeof(*promises);
         i++) {
        if (strcasecmp(extension, promises[i].extension) == 0)
            return promises[i].kind;
    }
    return NULL;
}

/* Whether a body that begins with these bytes may be called so. */
static bool fits(const char *promised, const char *found, size_t bytes)
{
    if (!promised)
        return true;
    if (promised == JSON) /* has no signature */
        return !found;
    /* A long prolog may hide the root of a head that is not the whole. */
    if (found == unseen_xml && bytes >= CONTENT_FIRST)
        return promised == SVG;
    return found == promised;
}

static enum ending_format format_of(const char *promised, const char *found)
{
    static const struct {
        const char *kind;
        enum ending_format format;
    } formats[] = {{GIF, ENDING_GIF},   {PNG, ENDING_PNG}, {JPEG, ENDING_JPEG},
                   {WEBP, ENDING_WEBP}, {SVG, ENDING_SVG}, {GZIP, ENDING_GZIP}};

    for (size_t i = 0; found && i < sizeof(formats) / sizeof(*formats); i++) {
        if (found == formats[i].kind)
            return formats[i].format;
    }
    if (promised == SVG)
        return ENDING_SVG;
    return promised == JSON ? ENDING_JSON : ENDING_NONE;
}

void content_begin(struct content *content, const char *name)
{
    content_close(content);
    content->promised = promised_by(name);
    content->found = NULL;
    content->fits = !content->promised;
    ending_begin(&content->ending, ENDING_NONE);
}

int content_add(struct content *content, const void *bytes, size_t count)
{
    if (content->ending.bytes == 0) {
        content->found = content_kind(bytes, count);
        content->fits = fits(content->promised, content->found, count);
        ending_begin(&content->ending,
                     format_of(content->promised, content->found));
    }
    return ending_add(&content->ending, bytes, count);
}

const char *content_wrong(const struct content *content,
                          char text[CONTENT_TEXT_SIZE])
{
    const char *kind = content->found ? content->found : content->promised;

    if (!content->fits)
        snprintf(text, CONTENT_TEXT_SIZE, "not %s%s%s", content->promised,
                 content->found ? ", but " : "",
                 content->found ? content->found : "");
    else if (ending_is_complete(&content->ending))
        return NULL;
    else
        snprintf(text, CONTENT_TEXT_SIZE, "%s %s", kind,
                 content->ending.broken ? "that is broken" : "without its end");
    return text;
}

void content_close(struct content *content)
{
    ending_close(&content->ending);
}
