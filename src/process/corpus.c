#include "process/corpus.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"

/* The program's own path; false: nobody knows it, as without /proc. */
static bool find_program(char program[PATH_MAX])
{
    ssize_t length = readlink("/proc/self/exe", program, PATH_MAX - 1);

    if (length < 0)
        return false;
    program[length] = '\0';
    return true;
}

static bool runs_where_built(const char *program)
{
    size_t n = strlen(FLAGS_BUILD_ROOT);

    return strncmp(program, FLAGS_BUILD_ROOT, n) == 0 && program[n] == '/';
}

static bool is_directory(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The path, if it is a directory's: 0; 1: it is not. */
static int try(char *room, size_t size, const char *before, const char *path)
{
    int n = snprintf(room, size, "%s%s", before, path);

    if (n < 0 || (size_t)n >= size) {
        room[0] = '\0';
        return -ENAMETOOLONG;
    }
    if (is_directory(room))
        return 0;
    room[0] = '\0';
    return 1;
}

int corpus_find(char *room, size_t size)
{
    char program[PATH_MAX];
    char *slash;
    int rc = 1;

    if (find_program(program)) {
        if (runs_where_built(program))
            rc = try(room, size, "", FLAGS_SOURCE_CORPUS);
        slash = strrchr(program, '/');
        if (rc == 1 && slash) {
            *slash = '\0';
            rc = try(room, size, program, "/../share/flags");
        }
    }
    return rc == 1 ? try(room, size, "", FLAGS_DATA_CORPUS) : rc;
}

const char *corpus_lacks(const char *codes, size_t count, size_t size)
{
    char room[PATH_MAX];
    char path[] = "xx/xx.gif";

    if (corpus_find(room, sizeof(room)) != 1)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        const char *code = codes + i * size;

        path[0] = path[3] = (char)(code[0] - 'A' + 'a');
        path[1] = path[4] = (char)(code[1] - 'A' + 'a');
        if (!embedded_find(corpus_embedded, path))
            return code;
    }
    return NULL;
}
