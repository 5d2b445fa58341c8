#include "report/timeline_label.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "text/escape.h"

enum { LABEL_SIZE = 2048 };

/*
 * The character at *at, whose columns are returned, and *at moved behind it.
 * Text that is not the locale's is taken as a column a byte.
 */
static int next_width(const char **at)
{
    mbstate_t state = {0};
    wchar_t character;
    size_t size = mbrtowc(&character, *at, strlen(*at), &state);
    int width;

    if (size == 0 || size == (size_t)-1 || size == (size_t)-2) {
        (*at)++;
        return 1;
    }
    width = wcwidth(character);
    *at += size;
    return width < 0 ? 1 : width;
}

static int width_of(const char *text)
{
    int width = 0;

    while (*text)
        width += next_width(&text);
    return width;
}

int timeline_label_width(const char *subject, int most)
{
    char text[LABEL_SIZE];
    int width;

    escape_copy(text, sizeof(text), subject);
    width = width_of(text);
    return width < most ? width : most;
}

void timeline_label_print(FILE *out, const char *subject, int width)
{
    static const char cut[] = "...";
    char text[LABEL_SIZE];
    const char *from = text;
    int have;

    escape_copy(text, sizeof(text), subject);
    have = width_of(text);
    if (have > width) {
        int room = width - (int)strlen(cut);

        while (have > room)
            have -= next_width(&from);
        fputs(cut, out);
        have += (int)strlen(cut);
    }
    fprintf(out, "%s%*s", from, width - have, "");
}
