#include <errno.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "download/manifest/file.h"
#include "download/manifest/map.h"

static int copy_line(int fd, off_t offset, struct save_file *file)
{
    size_t bytes;
    char *line;
    int rc = manifest_file_line(fd, offset, &line, &bytes);

    if (rc < 0)
        return rc;
    rc = save_write(file, line, bytes);
    free(line);
    return rc;
}

/* The last lines, in their order, into a new file, which takes the place. */
static int rewrite(struct manifest_map *map, struct save_dir *dir)
{
    struct save_file file = save_file(dir, 0);
    int rc = save_create(&file);

    if (rc < 0)
        return rc;
    manifest_map_order(map);
    for (size_t i = 0; i < map->count && rc == 0; i++)
        rc = copy_line(map->fd, map->places[i].offset, &file);
    if (rc == 0)
        rc = save_commit(&file, MANIFEST_NAME);
    else
        save_discard(&file);
    return rc;
}

/* The file is ours alone. */
static int compact(int fd, struct save_dir *dir)
{
    struct manifest_map map;
    int rc = manifest_map_read(&map, fd, false);

    if (rc < 0) {
        close(fd);
        return rc;
    }
    if (map.count > 0 && map.count <= map.lines / 2)
        rc = rewrite(&map, dir);
    manifest_map_close(&map); /* unlocks */
    return rc;
}

int manifest_file_compact(struct save_dir *dir)
{
    int fd = manifest_file_lock(save_dir_fd(dir));

    if (fd == -EAGAIN || fd == -ENOENT || fd == -ENOLCK)
        return 0;
    return fd < 0 ? fd : compact(fd, dir);
}
