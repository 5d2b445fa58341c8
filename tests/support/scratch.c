#include "scratch.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void die(const char *what)
{
    perror(what);
    abort();
}

void scratch_make(char path[SCRATCH_SIZE])
{
    const char *parent = getenv("TMPDIR");

    snprintf(path, SCRATCH_SIZE, "%s/flags-test-XXXXXX",
             parent ? parent : "/tmp");
    if (!mkdtemp(path))
        die(path);
}

static int remove_one(const char *path, const struct stat *status, int type,
                      struct FTW *place)
{
    (void)status;
    (void)type;
    (void)place;
    return remove(path);
}

void scratch_remove(const char *path)
{
    if (nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
        die(path);
}

void scratch_path(char path[SCRATCH_SIZE], const char *directory,
                  const char *name)
{
    if (snprintf(path, SCRATCH_SIZE, "%s/%s", directory, name) >= SCRATCH_SIZE)
        die("the path is too long");
}

void scratch_write(const char *directory, const char *name, const void *from,
                   size_t bytes)
{
    char path[SCRATCH_SIZE];
    FILE *file;

    scratch_path(path, directory, name);
    file = fopen(path, "wb");
    if (!file || fwrite(from, 1, bytes, file) != bytes || fclose(file) != 0)
        die(path);
}

char *scratch_read(const char *directory, const char *name, size_t *bytes)
{
    char path[SCRATCH_SIZE];
    struct stat status;
    FILE *file;
    char *text;

    scratch_path(path, directory, name);
    file = fopen(path, "rb");
    if (!file && errno == ENOENT)
        return NULL;
    if (!file || fstat(fileno(file), &status) < 0)
        die(path);
    *bytes = (size_t)status.st_size;
    text = malloc(*bytes + 1);
    if (!text || fread(text, 1, *bytes, file) != *bytes)
        die(path);
    text[*bytes] = '\0';
    fclose(file);
    return text;
}

bool scratch_holds(const char *directory, const char *name, const void *bytes,
                   size_t count)
{
    size_t found = 0;
    char *text = scratch_read(directory, name, &found);
    bool same = text && found == count && memcmp(text, bytes, count) == 0;

    free(text);
    return same;
}

static int skip_dots(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

char *scratch_list(const char *directory)
{
    struct dirent **entries;
    int count = scandir(directory, &entries, skip_dots, alphasort);
    size_t size = 1;
    char *list;
    char *at;

    if (count < 0)
        die(directory);
    for (int i = 0; i < count; i++)
        size += strlen(entries[i]->d_name) + 1;
    list = malloc(size);
    if (!list)
        die("malloc");
    at = list;
    *at = '\0';
    for (int i = 0; i < count; i++) {
        at +=
            snprintf(at, size - (size_t)(at - list), "%s ", entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return list;
}
