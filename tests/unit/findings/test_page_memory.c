/*
 * Without memory: a page again and again, with the n-th allocation failing,
 * until it is left untouched. The linker wraps what our own objects call, see
 * meson.build.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "findings/html_parts.h"
#include "findings/race_screen.h"
#include "specimen.h"

static long fails_at; /* counts down to the call that fails; 0: none */

static bool fails(void)
{
    return fails_at > 0 && --fails_at == 0;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
FILE *__real_open_memstream(char **text, size_t *size);
locale_t __real_newlocale(int mask, const char *name, locale_t base);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
FILE *__wrap_open_memstream(char **text, size_t *size);
locale_t __wrap_newlocale(int mask, const char *name, locale_t base);

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : __real_calloc(n, size);
}

FILE *__wrap_open_memstream(char **text, size_t *size)
{
    return fails() ? NULL : __real_open_memstream(text, size);
}

locale_t __wrap_newlocale(int mask, const char *name, locale_t base)
{
    return fails() ? (locale_t)0 : __real_newlocale(mask, name, base);
}

TestSuite(memory, .timeout = 30);

/* It ends with -ENOMEM for each n that it has, and after that with 0. */
static void exhaust(int (*form)(FILE *, const struct comparison *),
                    const char *kind)
{
    struct comparison comparison = {0};
    FILE *out = fopen("/dev/null", "w");
    long left = 0;

    cr_assert(ne(ptr, out, NULL));
    cr_assert(eq(int, specimen_make(&comparison, kind), 0));
    for (long n = 1; !left; n++) {
        int error;

        fails_at = n;
        error = form(out, &comparison);
        left = fails_at;
        fails_at = 0;
        cr_assert(eq(int, error, left ? 0 : -ENOMEM), "%ld", n);
    }
    fclose(out);
    comparison_close(&comparison);
}

Test(memory, a_page_that_is_incomplete_says_so)
{
    exhaust(comparison_html, "usual");
    exhaust(comparison_html, "one");
}

/* Alone: of several seeds the sentences take their time. */
Test(memory, a_sweep_of_several_seeds_that_is_incomplete_says_so)
{
    exhaust(html_sweep, "seeds");
}

Test(memory, tables_that_are_incomplete_say_so)
{
    exhaust(comparison_markdown, "usual");
}

/* The race goes on; what stands there is the last frame that was whole. */
Test(memory, a_frame_of_a_race_that_is_left_out_is_told)
{
    char *text = NULL;
    size_t size = 0;
    struct race race = {0};
    struct race_screen screen = {.draws = true, .shown_us = -1};

    screen.out = open_memstream(&text, &size);
    cr_assert(ne(ptr, screen.out, NULL));
    cr_assert(eq(int, race_open(&race, 2, 3), 0));
    fails_at = 1;
    race_screen_show(&screen, &race, 0);
    cr_expect(eq(long, fails_at, 0), "it allocates nothing");
    fails_at = 0;
    cr_expect(eq(int, screen.error, -ENOMEM));
    cr_expect(eq(sz, size, 0));
    race_screen_show(&screen, &race, 1000);
    cr_expect(gt(sz, size, 0));
    race_close(&race);
    fclose(screen.out);
    free(text);
}
