#include "download/item.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Append `text` at *at and move *at behind it; NULL stays NULL. */
static const char *append(char **at, const char *text)
{
    char *copy = *at;
    size_t size;

    if (!text)
        return NULL;
    size = strlen(text) + 1;
    memcpy(copy, text, size);
    *at += size;
    return copy;
}

static size_t size_of(const char *text)
{
    return text ? strlen(text) + 1 : 0;
}

struct item *item_new(const struct item *parts)
{
    struct item *item =
        malloc(sizeof(*item) + size_of(parts->subject) + size_of(parts->url) +
               size_of(parts->metadata_url) + size_of(parts->name) +
               size_of(parts->refused));
    char *at = (char *)(item + 1);

    if (!item)
        return NULL;
    *item = *parts;
    item->subject = append(&at, parts->subject);
    item->url = append(&at, parts->url);
    item->metadata_url = append(&at, parts->metadata_url);
    item->name = append(&at, parts->name);
    item->refused = append(&at, parts->refused);
    return item;
}

void item_free(struct item *item)
{
    free(item);
}

/* The file's name: br.gif, in the book's second edition BR.gif. */
static void name_file(const struct code_items *codes, const char *code,
                      char name[SAVE_NAME_SIZE])
{
    const char *extension = codes->source->extension;
    char stem[CODE_SIZE];
    char tail[sizeof(codes->source->extension) + 1];

    for (size_t i = 0; i < CODE_SIZE; i++)
        stem[i] =
            (char)(codes->compat == COMPAT_2E || !code[i] ? code[i]
                                                          : code[i] | 0x20);
    snprintf(tail, sizeof(tail), "%s%s", *extension ? "." : "", extension);
    save_name(name, stem, tail);
}

static int next_code(void *arg, struct item **item)
{
    struct code_items *codes = arg;
    const struct chosen *chosen;
    struct item parts = {.index = codes->next};
    char name[SAVE_NAME_SIZE];
    char *url;
    char *metadata_url = NULL;

    *item = NULL;
    if (codes->next == codes->selection->count)
        return 0;
    chosen = &codes->selection->codes[codes->next];
    url = source_url(codes->source, chosen->code);
    if (codes->country_names)
        metadata_url = source_metadata_url(codes->source, chosen->code);
    if (url && (metadata_url || !codes->country_names)) {
        memcpy(parts.code, chosen->code, CODE_SIZE);
        name_file(codes, chosen->code, name);
        parts.named = chosen->named;
        parts.subject = chosen->code;
        parts.url = url;
        parts.metadata_url = metadata_url;
        parts.name = name;
        *item = item_new(&parts);
    }
    free(url);
    free(metadata_url);
    if (!*item)
        return -ENOMEM;
    codes->next++;
    return 0;
}

struct item_source code_items_source(struct code_items *codes)
{
    return (struct item_source){.next = next_code, .arg = codes};
}
