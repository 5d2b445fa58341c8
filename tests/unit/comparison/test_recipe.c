#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <string.h>

#include "comparison/recipe.h"

static int parse(struct recipe *recipe, const char *text)
{
    return recipe_parse(recipe, text, strlen(text));
}

Test(recipe, has_a_version_and_a_command_and_comments)
{
    const char *const texts[] = {
        "version = x --version\ncommand = x -i {urls}\n",
        "# About it.\n\n  command=x -i {urls}  \r\n\tversion\t=\tx --version",
    };

    for (size_t i = 0; i < 2; i++) {
        struct recipe recipe;

        cr_assert(eq(int, parse(&recipe, texts[i]), 0), "%s", texts[i]);
        cr_expect(eq(str, recipe.version, "x --version"));
        cr_expect(eq(str, recipe.command, "x -i {urls}"));
        recipe_close(&recipe);
    }
}

Test(recipe, of_any_other_form_is_refused)
{
    const char *const texts[] = {
        "",
        "version = x\n",
        "command = x\n",
        "version = x\ncommand =\n",
        "version = x\ncommand y\n",
        "version = x\ncommand = y\ncommand = z\n",
        "version = x\ncommand = y\nother = z\n",
        "versions = x\ncommand = y\n",
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct recipe recipe;

        cr_expect(eq(int, parse(&recipe, texts[i]), -EBADMSG), "%s", texts[i]);
    }
    cr_expect(eq(
        int, recipe_parse(&(struct recipe){0}, "version=x\ncommand=\0y\n", 21),
        -EBADMSG));
}

Test(recipe, version_is_the_first_line_and_its_status_whether_it_is_there)
{
    char version[RECIPE_VERSION_SIZE];
    struct recipe recipe;

    cr_assert(eq(int,
                 parse(&recipe, "command = x\nversion = printf "
                                "'x 1.2\\033[1m\\nmore\\n'; echo no >&2"),
                 0));
    cr_expect(eq(int, recipe_version(&recipe, version), 0));
    cr_expect(eq(str, version, "x 1.2\\x1b[1m"));
    recipe_close(&recipe);

    cr_assert(eq(int, parse(&recipe, "command = x\nversion = no-such-x"), 0));
    cr_expect(eq(int, recipe_version(&recipe, version), -ENOENT));
    recipe_close(&recipe);
}

Test(recipe, a_version_that_is_printed_for_ever_is_none)
{
    char version[RECIPE_VERSION_SIZE];
    struct recipe recipe;

    cr_assert(eq(int, parse(&recipe, "command = x\nversion = yes"), 0));
    cr_expect(eq(int, recipe_version(&recipe, version), -ETIMEDOUT));
    recipe_close(&recipe);
}

Test(recipe, of_each_name_in_the_program_is_one)
{
    for (const char *const *name = recipe_names(); *name; name++) {
        struct recipe recipe;

        cr_assert(eq(int, recipe_find(&recipe, *name), 0), "%s", *name);
        cr_expect(ne(ptr, strstr(recipe.command, "{m}"), NULL));
        recipe_close(&recipe);
    }
    cr_expect(eq(int, recipe_find(&(struct recipe){0}, "nosuch"), -ENOENT));
}
