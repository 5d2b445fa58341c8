#include "cli/words.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/url.h"

int words_add(struct words *words, const char *format, ...)
{
    char **grown = reallocarray(words->items, words->count + 2, sizeof(*grown));
    char *word;
    va_list args;
    int length;

    if (!grown)
        return -ENOMEM;
    words->items = grown;
    grown[words->count] = NULL;
    va_start(args, format);
    length = vasprintf(&word, format, args);
    va_end(args);
    if (length < 0)
        return -ENOMEM;
    grown[words->count++] = word;
    grown[words->count] = NULL;
    return 0;
}

void words_free(struct words *words)
{
    for (size_t i = 0; i < words->count; i++)
        free(words->items[i]);
    free(words->items);
    *words = (struct words){0};
}

static int add_texts(struct words *words, const char *name,
                     const struct option_texts *texts)
{
    int rc = 0;

    for (size_t i = 0; i < texts->count && rc == 0; i++)
        rc = words_add(words, "--%s=%s", name, texts->items[i]);
    return rc;
}

int words_add_options(struct words *words, const struct command_line *line,
                      const struct option_table *table, const void *settings,
                      size_t from, size_t to)
{
    int rc = 0;

    for (size_t i = 0; i < table->count && rc == 0; i++) {
        const struct option_row *row = &table->rows[i];

        if (!line->given[i] || row->offset < from || row->offset >= to ||
            row->kind == OPTION_HELP || row->kind == OPTION_VERSION)
            continue;
        if (row->kind == OPTION_TEXTS)
            rc =
                add_texts(words, row->name,
                          (const void *)((const char *)settings + row->offset));
        else if (option_takes_value(row) &&
                 !(row->optional && strcmp(line->typed[i], row->optional) == 0))
            rc = words_add(words, "--%s=%s", row->name, line->typed[i]);
        else
            rc = words_add(words, "--%s", row->name);
    }
    return rc;
}

int words_mask(struct words *words, bool keep_query)
{
    for (size_t i = 0; i < words->count; i++) {
        char *masked = url_mask_all(words->items[i], keep_query);

        if (!masked)
            return -ENOMEM;
        free(words->items[i]);
        words->items[i] = masked;
    }
    return 0;
}

static void write_word(FILE *out, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789_./:=,%+@-";

    if (*word && strspn(word, plain) == strlen(word)) {
        fputs(word, out);
        return;
    }
    fputc('\'', out);
    for (; *word; word++)
        fputs(*word == '\'' ? "'\\''" : (char[]){*word, '\0'}, out);
    fputc('\'', out);
}

char *words_text(const struct words *words)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        return NULL;
    for (size_t i = 0; i < words->count; i++) {
        fputs(i > 0 ? " " : "", out);
        write_word(out, words->items[i]);
    }
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}
