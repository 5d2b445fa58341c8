#include "manifest_place.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "download/manifest/file.h"

char place[SCRATCH_SIZE];
struct save_dir *dir;

void manifest_place_setup(void)
{
    scratch_make(place);
    cr_assert(eq(int, save_dir_open(&dir, place), 0));
}

void manifest_place_teardown(void)
{
    save_dir_close(dir);
    scratch_remove(place);
}

struct manifest_entry entry_of(const char *name, int64_t bytes)
{
    return (struct manifest_entry){
        .name = name,
        .url = "http://h/x",
        .status = 200,
        .bytes = bytes,
        .digest = {{1, 2, 0xff}},
        .etag = "",
        .last_modified = "",
    };
}

void append_raw(const char *text)
{
    char path[SCRATCH_SIZE];
    int fd;

    scratch_path(path, place, MANIFEST_NAME);
    fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0666);
    cr_assert(ge(int, fd, 0));
    cr_assert(eq(sz, (size_t)write(fd, text, strlen(text)), strlen(text)));
    close(fd);
}

int append_text(const char *lines)
{
    struct manifest_growth growth;
    char *text;
    int rc;

    cr_assert(ge(int, asprintf(&text, "\n%s", lines), 0));
    do
        rc =
            manifest_file_append(save_dir_fd(dir), text, strlen(text), &growth);
    while (rc == -EAGAIN);
    free(text);
    return rc;
}

void append_entry(const char *name, int64_t bytes)
{
    struct manifest_entry entry = entry_of(name, bytes);
    size_t length;
    char *line = manifest_entry_write(&entry, &length);

    cr_assert(ne(ptr, line, NULL));
    cr_assert(eq(sz, strlen(line), length));
    cr_assert(eq(int, append_text(line), 0));
    free(line);
}

struct manifest_map open_map(bool by_url)
{
    struct manifest_map map;

    cr_assert(eq(int, manifest_map_open(&map, save_dir_fd(dir), by_url), 0));
    return map;
}

int64_t bytes_of(const struct manifest_map *map, const char *name)
{
    struct manifest_line line;
    int64_t bytes;

    if (manifest_map_find(map, name, &line) < 0)
        return -1;
    bytes = line.entry.bytes;
    manifest_line_close(&line);
    return bytes;
}
