#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "text/url.h"
#include "text/url_parts.h"

/* What is hidden of the argument of an option. */
enum hidden { HIDDEN_NOTHING, HIDDEN_ALL, HIDDEN_BEHIND_COLON };

/* Where the reading of a text stands. */
struct scan {
    const char *at;
    const char *word; /* where the word began */
    FILE *out;
    char quote; /* the quotation that is open; 0: none */
    bool keep_query;
    bool in_url;         /* behind "://", in this word */
    bool in_query;       /* behind `?`, which is kept */
    enum hidden pending; /* of the next word */
};

static bool is_blank(char c)
{
    return c && strchr(" \t\r\n", c);
}

/* One character further, or an escaped one, with the quotation that is open
   there (XCU 2.2). */
static const char *step(const char *at, char *quote)
{
    if (*at == '\\' && at[1] && *quote != '\'')
        return at + 2;
    if (*quote ? *at == *quote : *at == '\'' || *at == '"')
        *quote = *quote ? '\0' : *at;
    return at + 1;
}

static const char *word_end(const char *at, char quote)
{
    while (*at && (quote || !is_blank(*at)))
        at = step(at, &quote);
    return at;
}

static void emit(struct scan *scan, const char *end)
{
    while (scan->at < end) {
        const char *next = step(scan->at, &scan->quote);

        fwrite(scan->at, 1, (size_t)(next - scan->at), scan->out);
        scan->at = next;
    }
}

/* "..." for what is there up to `end`, but for what closes it: quotations, or
   a command. */
static void hide_to(struct scan *scan, const char *end)
{
    const char *close = end;

    while (close > scan->at && strchr(";&|<>()`'\"\\", close[-1]))
        close--;
    if (close > scan->at)
        fputs("...", scan->out);
    fwrite(close, 1, (size_t)(end - close), scan->out);
    while (scan->at < end)
        scan->at = step(scan->at, &scan->quote);
}

static void hide(struct scan *scan)
{
    hide_to(scan, word_end(scan->at, scan->quote));
}

static enum hidden hidden_of_long(const char *name, size_t length)
{
    static const struct {
        const char *name;
        enum hidden hidden;
    } known[] = {
        {"user", HIDDEN_ALL},
        {"proxy-user", HIDDEN_ALL},
        {"http-user", HIDDEN_ALL},
        {"ftp-user", HIDDEN_ALL},
        {"cookie", HIDDEN_ALL},
        {"oauth2-bearer", HIDDEN_ALL},
        {"header", HIDDEN_BEHIND_COLON},
        {"proxy-header", HIDDEN_BEHIND_COLON},
        {"cert", HIDDEN_BEHIND_COLON},
    };

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (length == strlen(known[i].name) &&
            strncmp(name, known[i].name, length) == 0)
            return known[i].hidden;
    }
    return url_is_secret(name, length) ? HIDDEN_ALL : HIDDEN_NOTHING;
}

/* What an option that begins there hides of its argument, and where that one
   begins, if it is of the same word. */
static enum hidden read_option(const char *at, const char **argument)
{
    static const char flags[] = "sSfLgGkIvijlnNpqRaBOJZ#0";
    enum hidden hidden;
    const char *name;

    at += strspn(at, "'\"");
    if (at[0] != '-')
        return HIDDEN_NOTHING;
    if (at[1] == '-') {
        name = at + 2;
        *argument = name + strcspn(name, "= \t\r\n'\"\\");
        hidden = hidden_of_long(name, (size_t)(*argument - name));
        *argument += **argument == '=';
        return hidden;
    }
    name = at + 1 + strspn(at + 1, flags);
    if (!*name || !strchr("uUbHE", *name))
        return HIDDEN_NOTHING;
    *argument = name + 1;
    return strchr("HE", *name) ? HIDDEN_BEHIND_COLON : HIDDEN_ALL;
}

/* The argument of an option, from where the reading stands to the word's end.
 */
static void hide_argument(struct scan *scan, enum hidden hidden)
{
    const char *end = word_end(scan->at, scan->quote);
    size_t length = (size_t)(end - scan->at);
    const char *colon = memchr(scan->at, ':', length);

    emit(scan, scan->at + strspn(scan->at, "'\""));
    if (hidden == HIDDEN_BEHIND_COLON && !colon)
        return;
    if (hidden == HIDDEN_BEHIND_COLON)
        emit(scan, colon + 1);
    hide_to(scan, end);
}

/* Credentials of an authority that nothing announces: "user:password@host". */
static void hide_bare_credentials(struct scan *scan)
{
    const char *at = scan->at + strspn(scan->at, "'\"");
    size_t length = strcspn(at, "/?#@= \t\r\n");

    if (at[length] != '@' || !memchr(at, ':', length) || scan->in_query)
        return;
    emit(scan, at);
    fputs("...", scan->out);
    while (scan->at < at + length)
        scan->at = step(scan->at, &scan->quote);
}

/* Quoted words may be a command, too: `sh -c '...'`. */
static void begin_word(struct scan *scan)
{
    enum hidden hidden = scan->pending;
    const char *end = word_end(scan->at, scan->quote);
    const char *argument = NULL;

    scan->word = scan->at;
    scan->in_url = scan->in_query = false;
    scan->pending = HIDDEN_NOTHING;
    if (hidden &&
        (*scan->at != '-' || memchr(scan->at, ':', (size_t)(end - scan->at)))) {
        hide_argument(scan, hidden);
        return;
    }
    hidden = read_option(scan->at, &argument);
    if (hidden && argument + strspn(argument, "'\"\\\n") >= end) {
        emit(scan, end);
        scan->pending = hidden;
    } else if (hidden) {
        emit(scan, argument);
        hide_argument(scan, hidden);
    } else {
        hide_bare_credentials(scan);
    }
}

/* Whether what stands before is the name of a secret, perhaps in quotes. */
static bool is_named_like_a_secret(const struct scan *scan)
{
    const char *end = scan->at;
    const char *name;

    while (end > scan->word && strchr("'\"\\", end[-1]))
        end--;
    name = end;
    while (name > scan->word &&
           (isalnum((unsigned char)name[-1]) || strchr("_-", name[-1])))
        name--;
    return url_is_secret(name, (size_t)(end - name)) ||
           (end - name >= 6 && strncasecmp(end - 6, "cookie", 6) == 0);
}

/* Behind "://" with its `length`. */
static void hide_credentials(struct scan *scan, size_t length)
{
    bool plain = length == strlen("://");
    char *rest;
    const char *at;
    size_t hidden;

    emit(scan, scan->at + length);
    rest =
        strndup(scan->at, (size_t)(word_end(scan->at, scan->quote) - scan->at));
    if (!rest) {
        fputs("...", scan->out);
        hide(scan);
        return;
    }
    at = plain ? url_find_at(rest) : NULL;
    hidden =
        plain ? at ? (size_t)(at - rest) : 0 : url_credentials_length(rest);
    free(rest);
    scan->in_url |= plain;
    if (hidden == 0)
        return;
    fputs("...", scan->out);
    for (const char *end = scan->at + hidden; scan->at < end;)
        scan->at = step(scan->at, &scan->quote);
}

/* A value behind `=` or `:`. Where a blank follows it is a header's or a
   message's, and goes on with that. */
static void hide_value(struct scan *scan)
{
    bool colon = *scan->at == ':';

    emit(scan, scan->at + 1);
    if (colon && !scan->quote && is_blank(*scan->at))
        hide_to(scan, scan->at + strcspn(scan->at, "\n"));
    else
        hide(scan);
}

/* One character, and what it announces. */
static void read_next(struct scan *scan)
{
    bool escaped =
        *scan->at == '\\' && scan->at[1] && strchr("?#=:", scan->at[1]);
    size_t slashes;
    bool names;
    char c;

    if (escaped)
        fputc(*scan->at++, scan->out);
    slashes = url_slashes_length(scan->at);
    c = *scan->at;
    names = c == '=' || (c == ':' && slashes == 0);
    if (slashes > 0) {
        hide_credentials(scan, slashes);
    } else if (!scan->keep_query && (c == '?' || (c == '#' && scan->in_url))) {
        emit(scan, scan->at + 1);
        hide(scan);
    } else if (names && !scan->in_query && is_named_like_a_secret(scan)) {
        hide_value(scan);
    } else {
        scan->in_query |= c == '?';
        emit(scan, step(scan->at, &(char){scan->quote}));
        if (c == '=')
            hide_bare_credentials(scan);
    }
}

char *url_mask_all(const char *text, bool keep_query)
{
    char *masked = NULL;
    size_t size;
    struct scan scan = {.at = text,
                        .word = text,
                        .out = open_memstream(&masked, &size),
                        .keep_query = keep_query};
    bool in_word = false;

    if (!scan.out)
        return NULL;
    while (*scan.at) {
        if (is_blank(*scan.at)) {
            emit(&scan, scan.at + 1);
            in_word = false;
        } else if (!in_word) {
            in_word = true;
            begin_word(&scan);
        } else {
            read_next(&scan);
        }
    }
    if (fclose(scan.out) == 0) /* else for lack of memory */
        return masked;
    free(masked);
    return NULL;
}
