#include "cli/suggest.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

enum {
    LONGEST = 32, /* words beyond it are never compared */
    FARTHEST = 3, /* a distance that no word is suggested at */
    PREFIX = 3,   /* letters that make a prefix telling */
};

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* The optimal string alignment distance of words of at most LONGEST bytes,
   kept in the last three rows of the usual table. */
static unsigned distance(const char *a, size_t a_size, const char *b,
                         size_t b_size)
{
    unsigned rows[3][LONGEST + 1];
    unsigned *older = rows[0];
    unsigned *old = rows[1];
    unsigned *row = rows[2];

    for (size_t j = 0; j <= b_size; j++)
        old[j] = (unsigned)j;
    for (size_t i = 1; i <= a_size; i++) {
        unsigned *free_row = older;

        row[0] = (unsigned)i;
        for (size_t j = 1; j <= b_size; j++) {
            char x = lower(a[i - 1]);
            char y = lower(b[j - 1]);

            row[j] =
                least(old[j - 1] + (x != y), least(old[j] + 1, row[j - 1] + 1));
            if (i > 1 && j > 1 && x == lower(b[j - 2]) && y == lower(a[i - 2]))
                row[j] = least(row[j], older[j - 2] + 1);
        }
        older = old;
        old = row;
        row = free_row;
    }
    return old[b_size];
}

const char *suggest_nearest(const char *typed, const char *const *words,
                            size_t count)
{
    size_t size = strlen(typed);
    unsigned best = FARTHEST;
    const char *found = NULL;

    if (size == 0 || size > LONGEST)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        size_t word_size = words[i] ? strlen(words[i]) : SIZE_MAX;
        unsigned far;

        if (word_size > LONGEST)
            continue;
        far = distance(typed, size, words[i], word_size);
        if (size >= PREFIX && strncasecmp(typed, words[i], size) == 0)
            far = least(far, 1);
        /* Half of a short word replaced is another word. */
        if (far < best && far * 2 < word_size + 1) {
            best = far;
            found = words[i];
        }
    }
    return found;
}
