#include "comparison/recipe.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "process/tree.h"
#include "text/escape.h"

enum {
    TEXT_MOST = 65536,
    LINE_SIZE = 256,
    VERSION_LIMIT_US = 10 * 1000000 /* for who is asked for a version */
};

/* Made of the files of recipes/ by scripts/embed. */
#define EMBEDDED(name)                        \
    extern const signed char recipe_##name[]; \
    extern const size_t recipe_##name##_size

EMBEDDED(aria2c);
EMBEDDED(curl);
EMBEDDED(wget2);
EMBEDDED(xargs);

static const struct {
    const char *name;
    const signed char *text;
    const size_t *size;
} embedded[] = {
    {"curl", recipe_curl, &recipe_curl_size},
    {"wget2", recipe_wget2, &recipe_wget2_size},
    {"aria2c", recipe_aria2c, &recipe_aria2c_size},
    {"xargs", recipe_xargs, &recipe_xargs_size},
};

const char *const *recipe_names(void)
{
    static const char *const names[] = {"curl", "wget2", "aria2c", "xargs",
                                        NULL};

    return names;
}

void recipe_close(struct recipe *recipe)
{
    free(recipe->version);
    free(recipe->command);
    *recipe = (struct recipe){0};
}

/* A line without blanks at its ends: "key = value". */
static int parse_line(struct recipe *recipe, const char *line, size_t size)
{
    static const char *const keys[] = {"version", "command"};
    char **const values[] = {&recipe->version, &recipe->command};

    if (size == 0 || line[0] == '#')
        return 0;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        size_t used = strlen(keys[i]);

        if (size <= used || memcmp(line, keys[i], used) != 0 || *values[i])
            continue;
        while (used < size && isblank((unsigned char)line[used]))
            used++;
        if (used == size || line[used++] != '=')
            return -EBADMSG;
        while (used < size && isblank((unsigned char)line[used]))
            used++;
        if (used == size)
            return -EBADMSG;
        *values[i] = strndup(line + used, size - used);
        return *values[i] ? 0 : -ENOMEM;
    }
    return -EBADMSG;
}

int recipe_parse(struct recipe *recipe, const char *text, size_t size)
{
    size_t begin = 0;
    int rc = memchr(text, '\0', size) ? -EBADMSG : 0;

    *recipe = (struct recipe){0};
    while (begin < size && rc == 0) {
        const char *newline = memchr(text + begin, '\n', size - begin);
        size_t after = newline ? (size_t)(newline - text) + 1 : size;
        size_t end = newline ? after - 1 : size;

        while (begin < end && isspace((unsigned char)text[begin]))
            begin++;
        while (end > begin && isspace((unsigned char)text[end - 1]))
            end--;
        rc = parse_line(recipe, text + begin, end - begin);
        begin = after;
    }
    if (rc == 0 && (!recipe->version || !recipe->command))
        rc = -EBADMSG;
    if (rc < 0)
        recipe_close(recipe);
    return rc;
}

static int read_file(struct recipe *recipe, const char *path)
{
    FILE *file = fopen(path, "re");
    char *text;
    size_t size;
    int rc = file ? -ENOMEM : -errno;

    if (!file)
        return rc;
    text = malloc(TEXT_MOST);
    if (text) {
        size = fread(text, 1, TEXT_MOST, file);
        rc = ferror(file)        ? -EIO
             : size == TEXT_MOST ? -EBADMSG
                                 : recipe_parse(recipe, text, size);
    }
    free(text);
    fclose(file);
    return rc;
}

/* -ENOENT: the user has none of that name. */
static int find_own(struct recipe *recipe, const char *name)
{
    const char *config = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");
    bool has_config = config && config[0] == '/';
    char *path;
    int rc;

    if (!has_config && !home)
        return -ENOENT;
    if (asprintf(&path, "%s%s/flags/recipes/%s.recipe",
                 has_config ? config : home, has_config ? "" : "/.config",
                 name) < 0)
        return -ENOMEM;
    rc = read_file(recipe, path);
    free(path);
    return rc == -ENOTDIR ? -ENOENT : rc;
}

int recipe_find(struct recipe *recipe, const char *name)
{
    int rc = find_own(recipe, name);

    for (size_t i = 0; i < sizeof(embedded) / sizeof(embedded[0]); i++) {
        if (rc == -ENOENT && strcmp(embedded[i].name, name) == 0)
            return recipe_parse(recipe, (const char *)embedded[i].text,
                                *embedded[i].size);
    }
    return rc;
}

/* The first line of a file, without control characters. */
static void read_version(FILE *file, char version[RECIPE_VERSION_SIZE])
{
    char line[LINE_SIZE];

    version[0] = '\0';
    if (!fgets(line, sizeof(line), file))
        return;
    line[strcspn(line, "\r\n")] = '\0';
    escape_copy(version, RECIPE_VERSION_SIZE, line);
}

/* With all that it prints in `file`. */
static int run_version(const struct recipe *recipe, FILE *file)
{
    char output[64];
    struct tree_end end;
    char *command;
    int rc;

    if (asprintf(&command, "{ %s\n} 2>/dev/null", recipe->version) < 0)
        return -ENOMEM;
    snprintf(output, sizeof(output), "/proc/%ld/fd/%d", (long)getpid(),
             fileno(file));
    rc = tree_run(&end, &(struct tree_command){
                            .text = command,
                            .directory = ".",
                            .output = output,
                            .limit_us = VERSION_LIMIT_US,
                        });
    free(command);
    if (rc < 0)
        return rc;
    if (end.timed_out || end.wordy)
        return -ETIMEDOUT;
    return end.status == 0 ? 0 : -ENOENT;
}

int recipe_version(const struct recipe *recipe,
                   char version[RECIPE_VERSION_SIZE])
{
    int fd = memfd_create("version", MFD_CLOEXEC);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
    int rc = file ? 0 : -errno;

    if (rc == 0)
        rc = run_version(recipe, file);
    if (rc == 0)
        read_version(file, version);
    if (file)
        fclose(file);
    else if (fd >= 0)
        close(fd);
    return rc;
}
