#include "comparison/program_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

static int add_file(struct program_files *files, const char *path,
                    const char *name, int64_t bytes)
{
    struct program_file file = {.bytes = bytes};
    struct program_file *grown;
    int rc = digest_file(&file.digest, path);

    if (rc < 0)
        return rc;
    if (files->count == PROGRAM_FILES_MOST)
        return -E2BIG;
    grown = reallocarray(files->items, files->count + 1, sizeof(*grown));
    if (!grown)
        return -ENOMEM;
    files->items = grown;
    file.name = strdup(name);
    if (!file.name)
        return -ENOMEM;
    grown[files->count++] = file;
    return 0;
}

static int read_directory(struct program_files *files, const char *directory,
                          int depth);

/* Links and pipes are no files that have been downloaded. */
static int read_entry(struct program_files *files, const char *directory,
                      const char *name, int depth)
{
    struct stat st;
    char *path;
    int rc = 0;

    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return 0;
    if (asprintf(&path, "%s/%s", directory, name) < 0)
        return -ENOMEM;
    if (lstat(path, &st) < 0)
        rc = errno == ENOENT ? 0 : -errno;
    else if (S_ISREG(st.st_mode))
        rc = add_file(files, path, name, st.st_size);
    else if (S_ISDIR(st.st_mode))
        rc = read_directory(files, path, depth + 1);
    free(path);
    return rc;
}

/* Bounded in depth. */
static int read_directory(struct program_files *files, const char *directory,
                          int depth)
{
    DIR *open_directory;
    struct dirent *entry;
    int rc = 0;

    if (depth > PROGRAM_FILES_DEPTH)
        return -E2BIG;
    open_directory = opendir(directory);
    if (!open_directory)
        return -errno;
    while (rc == 0) {
        errno = 0;
        entry = readdir(open_directory);
        if (!entry) {
            rc = -errno;
            break;
        }
        rc = read_entry(files, directory, entry->d_name, depth);
    }
    closedir(open_directory);
    return rc;
}

int program_files_read(struct program_files *files, const char *directory)
{
    struct stat st;

    if (lstat(directory, &st) < 0)
        return -errno;
    return S_ISDIR(st.st_mode) ? read_directory(files, directory, 1) : -ENOTDIR;
}

void program_files_close(struct program_files *files)
{
    for (size_t i = 0; i < files->count; i++)
        free(files->items[i].name);
    free(files->items);
    *files = (struct program_files){0};
}

const struct program_file *program_files_take(struct program_files *files,
                                              const char *name)
{
    for (size_t i = 0; i < files->count; i++) {
        struct program_file *file = &files->items[i];

        if (!file->taken && strcasecmp(file->name, name) == 0) {
            file->taken = true;
            return file;
        }
    }
    return NULL;
}

const struct program_file *program_files_take_bytes(struct program_files *files,
                                                    const struct digest *digest)
{
    for (size_t i = 0; i < files->count; i++) {
        struct program_file *file = &files->items[i];

        if (!file->taken && digest_equal(&file->digest, digest)) {
            file->taken = true;
            return file;
        }
    }
    return NULL;
}
