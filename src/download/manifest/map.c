#include "download/manifest/map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "download/manifest/file.h"
#include "download/shard.h"

enum { ROOM_LEAST = 1024 };

/* Names and URLs are in one table. */
static uint64_t hash_name(const char *name)
{
    return shard_hash(name) << 1;
}

static uint64_t hash_url(const char *url)
{
    return shard_hash(url) << 1 | 1;
}

/* In the order of the hashes; of one hash, the later line first. */
static int compare(const void *a, const void *b)
{
    const struct manifest_place *x = a;
    const struct manifest_place *y = b;

    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return (x->offset < y->offset) - (x->offset > y->offset);
}

/* Sort, and keep the last line of each. */
static void settle(struct manifest_map *map)
{
    size_t kept = 0;

    if (map->count > 0)
        qsort(map->places, map->count, sizeof(*map->places), compare);
    for (size_t i = 0; i < map->count; i++) {
        if (kept == 0 || map->places[kept - 1].hash != map->places[i].hash)
            map->places[kept++] = map->places[i];
    }
    map->count = kept;
}

/* What is superseded need not grow the table. */
static int make_room(struct manifest_map *map)
{
    struct manifest_place *grown;
    size_t room = map->room;

    if (map->count < room)
        return 0;
    settle(map);
    if (map->count > room / 2)
        room *= 2;
    if (room < ROOM_LEAST)
        room = ROOM_LEAST;
    grown = reallocarray(map->places, room, sizeof(*grown));
    if (!grown)
        return -ENOMEM;
    map->places = grown;
    map->room = room;
    return 0;
}

static int add(struct manifest_map *map, uint64_t hash, off_t offset)
{
    int rc = make_room(map);

    if (rc == 0)
        map->places[map->count++] = (struct manifest_place){hash, offset};
    return rc;
}

static int on_line(void *arg, const char *text, size_t bytes, off_t offset)
{
    struct manifest_map *map = arg;
    struct manifest_line line;
    int rc;

    if (manifest_line_read(&line, text, bytes) < 0)
        return 0;
    map->lines++;
    rc = add(map, hash_name(line.entry.name), offset);
    if (rc == 0 && map->by_url)
        rc = add(map, hash_url(line.entry.url), offset);
    manifest_line_close(&line);
    return rc;
}

/* Nothing more is added: give back what was room to grow. */
static void shrink(struct manifest_map *map)
{
    struct manifest_place *fitting;

    if (map->count == 0)
        return;
    fitting = reallocarray(map->places, map->count, sizeof(*fitting));
    if (fitting) {
        map->places = fitting;
        map->room = map->count;
    }
}

int manifest_map_read(struct manifest_map *map, int fd, bool by_url)
{
    struct manifest_map made = {.fd = fd, .by_url = by_url};
    int rc = manifest_file_read(fd, on_line, &made);

    if (rc < 0) {
        free(made.places);
        return rc;
    }
    settle(&made);
    shrink(&made);
    *map = made;
    return 0;
}

int manifest_map_open(struct manifest_map *map, int directory, bool by_url)
{
    int fd = manifest_file_open(directory);
    int rc;

    if (fd == -ENOENT) {
        *map = (struct manifest_map){.fd = -1};
        return 0;
    }
    if (fd < 0)
        return fd;
    rc = manifest_map_read(map, fd, by_url);
    if (rc < 0)
        close(fd);
    return rc;
}

void manifest_map_close(struct manifest_map *map)
{
    if (map->fd >= 0)
        close(map->fd);
    free(map->places);
    *map = (struct manifest_map){.fd = -1};
}

static const struct manifest_place *find(const struct manifest_map *map,
                                         uint64_t hash)
{
    size_t low = 0;
    size_t high = map->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (map->places[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    return low < map->count && map->places[low].hash == hash ? &map->places[low]
                                                             : NULL;
}

static int read_place(const struct manifest_map *map,
                      const struct manifest_place *place,
                      struct manifest_line *line)
{
    size_t bytes;
    char *text;
    int rc;

    if (!place)
        return -ENOENT;
    rc = manifest_file_line(map->fd, place->offset, &text, &bytes);
    if (rc < 0)
        return rc == -EINVAL ? -ENOENT : rc;
    rc = manifest_line_read(line, text, bytes);
    free(text);
    return rc < 0 ? -ENOENT : 0;
}

static int by_offset(const void *a, const void *b)
{
    off_t x = ((const struct manifest_place *)a)->offset;
    off_t y = ((const struct manifest_place *)b)->offset;

    return (x > y) - (x < y);
}

void manifest_map_order(struct manifest_map *map)
{
    if (map->count > 0)
        qsort(map->places, map->count, sizeof(*map->places), by_offset);
}

int manifest_map_line(const struct manifest_map *map, size_t index,
                      struct manifest_line *line)
{
    return read_place(map, &map->places[index], line);
}

int manifest_map_find(const struct manifest_map *map, const char *name,
                      struct manifest_line *line)
{
    int rc = read_place(map, find(map, hash_name(name)), line);

    if (rc == 0 && strcmp(line->entry.name, name) != 0) {
        manifest_line_close(line);
        rc = -ENOENT;
    }
    return rc;
}

int manifest_map_find_url(const struct manifest_map *map, const char *url,
                          struct manifest_line *line)
{
    const struct manifest_place *place = find(map, hash_url(url));
    const struct manifest_place *last;
    int rc = read_place(map, place, line);

    if (rc < 0)
        return rc;
    last = find(map, hash_name(line->entry.name));
    if (last && last->offset == place->offset &&
        strcmp(line->entry.url, url) == 0)
        return 0;
    manifest_line_close(line);
    return -ENOENT;
}
