#include "process/corpus.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config.h"

static bool runs_where_built(void)
{
    size_t n = strlen(FLAGS_BUILD_ROOT);
    char program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);

    if (length < 0)
        return false; /* without /proc: as if installed */
    program[length] = '\0';
    return strncmp(program, FLAGS_BUILD_ROOT, n) == 0 && program[n] == '/';
}

int corpus_find(char *room, size_t size)
{
    int n =
        snprintf(room, size, "%s",
                 runs_where_built() ? FLAGS_SOURCE_CORPUS : FLAGS_DATA_CORPUS);

    return n >= 0 && (size_t)n < size ? 0 : -ENAMETOOLONG;
}
