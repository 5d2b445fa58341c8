#pragma once

#include <stddef.h>

/*
 * recipe: how an installed program downloads a list at its best, as a text:
 *
 *   # A comment.
 *   version = curl --version
 *   command = curl -Z --parallel-max {m} -K {config}
 *
 * Both are run by sh; the first says by its status, 0, that the program is
 * there, and by its first line which version. That of a name is the user's own,
 * $XDG_CONFIG_HOME/flags/recipes/NAME.recipe (~/.config without it), else the
 * one that is in the program, of src/comparison/recipes.
 */

enum { RECIPE_VERSION_SIZE = 96 };

struct recipe {
    char *version; /* commands, to be freed by recipe_close() */
    char *command;
};

/* Find it by its name, of letters, digits and underscores. 0; -ENOENT: there is
   none; -EBADMSG: it has lines that are not as above, or lacks one; other
   negative errno values. On failure there is nothing to close. */
int recipe_find(struct recipe *recipe, const char *name);
void recipe_close(struct recipe *recipe);

/* Read it of a text of `size` bytes. As recipe_find(). */
int recipe_parse(struct recipe *recipe, const char *text, size_t size);

/* The version of what is installed, a line without control characters. 0;
   -ENOENT: it is not there; -ETIMEDOUT: the command has not ended within 10 s,
   or did not stop printing; other negative errno values. Main thread. */
int recipe_version(const struct recipe *recipe,
                   char version[RECIPE_VERSION_SIZE]);

/* The names of those in the program, ended by NULL. */
const char *const *recipe_names(void);
