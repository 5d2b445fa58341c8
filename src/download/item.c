#include "download/item.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "download/name.h"
#include "transfer/continuation.h"

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
    if (item && item->continuation) {
        continuation_drop(item->continuation);
        free(item->continuation);
    }
    free(item);
}

int item_of_code(struct item **out, const struct code_items *codes,
                 uint64_t index, const struct chosen *chosen)
{
    struct item parts = {.index = index, .named = chosen->named};
    char name[SAVE_NAME_SIZE];
    char *url = source_url(codes->source, chosen->code);
    char *metadata_url = codes->country_names
                             ? source_metadata_url(codes->source, chosen->code)
                             : NULL;

    *out = NULL;
    if (url && (metadata_url || !codes->country_names)) {
        memcpy(parts.code, chosen->code, CODE_SIZE);
        name_by_code(name, chosen->code, codes->source->extension,
                     codes->compat);
        parts.subject = chosen->code;
        parts.url = url;
        parts.metadata_url = metadata_url;
        parts.name = name;
        *out = item_new(&parts);
    }
    free(url);
    free(metadata_url);
    return *out ? 0 : -ENOMEM;
}

static int next_code(void *arg, struct item **item)
{
    struct code_items *codes = arg;
    int rc;

    *item = NULL;
    if (codes->next == codes->selection->count)
        return 0;
    rc = item_of_code(item, codes, codes->next,
                      &codes->selection->codes[codes->next]);
    codes->next += rc == 0;
    return rc;
}

struct item_source code_items_source(struct code_items *codes)
{
    return (struct item_source){.next = next_code, .arg = codes};
}
