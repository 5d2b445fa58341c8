#include "country/selection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What is known of a code. Every code has a place, so that the union of the
   arguments is sorted and free of duplicates without further work. */
enum mark { MARK_NONE, MARK_WILDCARD, MARK_NAMED };

struct marks {
    unsigned char of[CODES_EVERY];
};

/* 0 to 25; -1: not a letter. The locale has no say in it. */
static int letter(char c)
{
    if (c >= 'a' && c <= 'z')
        return c - 'a';
    return c >= 'A' && c <= 'Z' ? c - 'A' : -1;
}

static void mark(struct marks *marks, unsigned index, enum mark as)
{
    if (marks->of[index] < as)
        marks->of[index] = (unsigned char)as;
}

static void mark_code(struct marks *marks, const char *code, enum mark as)
{
    mark(marks, (unsigned)(letter(code[0]) * 26 + letter(code[1])), as);
}

/* False: not a code. */
static bool mark_argument(struct marks *marks, const char *argument)
{
    int first = letter(argument[0]);
    int second;

    if (first < 0)
        return false;
    if (argument[1] == '\0') {
        for (unsigned i = 0; i < 26; i++)
            mark(marks, (unsigned)first * 26 + i, MARK_WILDCARD);
        return true;
    }
    second = letter(argument[1]);
    if (second < 0 || argument[2] != '\0')
        return false;
    mark(marks, (unsigned)(first * 26 + second), MARK_NAMED);
    return true;
}

/* The codes of --every and --all; false if neither was asked for. */
static bool mark_wildcards(struct marks *marks,
                           const struct selection_request *request)
{
    if (request->every) {
        for (unsigned i = 0; i < CODES_EVERY; i++)
            mark(marks, i, MARK_WILDCARD);
    } else if (request->all) {
        for (size_t i = 0; i < CODES_ALL; i++)
            mark_code(marks, codes_all[i], MARK_WILDCARD);
    }
    return request->every || request->all;
}

/* With --every or --all, an argument outside of the list adds nothing to it,
   and a code within it becomes a named one. */
static void keep_named(struct marks *list, const struct marks *arguments)
{
    for (unsigned i = 0; i < CODES_EVERY; i++) {
        if (list->of[i] != MARK_NONE && arguments->of[i] == MARK_NAMED)
            list->of[i] = MARK_NAMED;
    }
}

static int collect(struct selection *selection, const struct marks *marks,
                   size_t limit)
{
    struct selection made = {0};
    size_t count = 0;

    for (unsigned i = 0; i < CODES_EVERY; i++)
        count += marks->of[i] != MARK_NONE;
    if (limit != 0 && count > limit)
        count = limit;
    made.codes = calloc(count, sizeof(*made.codes));
    if (!made.codes)
        return -ENOMEM;
    for (unsigned i = 0; made.count < count; i++) {
        struct chosen *chosen = &made.codes[made.count];

        if (marks->of[i] == MARK_NONE)
            continue;
        codes_nth(i, chosen->code);
        chosen->named = marks->of[i] == MARK_NAMED;
        made.count++;
    }
    *selection = made;
    return 0;
}

int selection_make(struct selection *selection,
                   const struct selection_request *request, const char **bad)
{
    struct marks arguments = {0};
    struct marks list = {0};

    for (size_t i = 0; i < request->argument_count; i++) {
        if (!mark_argument(&arguments, request->arguments[i])) {
            if (bad)
                *bad = request->arguments[i];
            return -EINVAL;
        }
    }
    if (mark_wildcards(&list, request))
        keep_named(&list, &arguments);
    else
        list = arguments;
    if (!request->every && !request->all && request->argument_count == 0) {
        for (size_t i = 0; i < CODES_POPULOUS; i++)
            mark_code(&list, codes_populous[i], MARK_NAMED);
    }
    return collect(selection, &list, request->limit);
}

void selection_close(struct selection *selection)
{
    free(selection->codes);
    *selection = (struct selection){0};
}
