#include "cli/completion.h"

#include <string.h>

#include "country/codes.h"

enum completion_offer completion_offer(const struct option_row *row,
                                       const char *const **words)
{
    if (!option_takes_value(row))
        return OFFER_NO_VALUE;
    if (strcmp(row->metavar, "FILE") == 0)
        return OFFER_FILES;
    if (strcmp(row->metavar, "DIR") == 0)
        return OFFER_DIRECTORIES;
    *words = row->words ? row->words() : row->choices;
    if (!*words)
        return OFFER_NOTHING;
    return strcmp(row->metavar, "LIST") == 0 ? OFFER_LIST : OFFER_WORDS;
}

void completion_words(FILE *out, const char *const *words)
{
    for (size_t i = 0; words[i]; i++)
        fprintf(out, "%s%s", i ? " " : "", words[i]);
}

void completion_codes(FILE *out)
{
    for (size_t i = 0; i < CODES_ALL; i++)
        fprintf(out, "%s%s", i ? " " : "", codes_all[i]);
}
