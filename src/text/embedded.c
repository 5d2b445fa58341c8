#include "text/embedded.h"

#include <string.h>

const struct embedded_file *embedded_find(const struct embedded_file *files,
                                          const char *path)
{
    for (; files && files->path; files++) {
        if (strcmp(files->path, path) == 0)
            return files;
    }
    return NULL;
}
