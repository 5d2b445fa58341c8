#include "command/merge_manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "await/await.h"
#include "cli/message.h"
#include "download/manifest/entry.h"
#include "download/outcome.h"
#include "text/escape.h"

/* A file of a report. */
struct file {
    struct manifest_line line; /* as the report has it */
    char *url_without_port;    /* as it is of a shard's own server */
};

static bool is_in_place(const char *name)
{
    for (enum status status = 0; name && status < STATUS_COUNT; status++) {
        if (strcmp(name, status_name(status)) == 0)
            return status_in_place(status);
    }
    return false;
}

/* Of the answer that the file came with. */
static json_int_t http_status_of(const json_t *item)
{
    const json_t *requests = json_object_get(item, "requests");
    size_t count = json_array_size(requests);
    const json_t *last = json_array_get(requests, count ? count - 1 : 0);
    json_int_t status =
        json_integer_value(json_object_get(last, "http_status"));

    return status >= 200 && status < 300 ? status : 200;
}

/* The bytes of the file's name in hexadecimal, as a manifest may have them:
   where they are not UTF-8, the report has them escaped. NULL: it has no name,
   or there is no memory. */
static json_t *name_of(const json_t *item)
{
    const json_t *file = json_object_get(item, "file");
    const char *shown = json_string_value(file);
    bool is_text = shown && strlen(shown) == json_string_length(file);
    char *name = is_text ? strdup(shown) : NULL;
    char *hex = is_text ? malloc(2 * strlen(shown) + 1) : NULL;
    json_t *value = NULL;

    if (name && hex) {
        escape_undo(name);
        hex[0] = '\0';
        manifest_write_hex(hex, name, strlen(name));
        value = json_string(hex);
    }
    free(name);
    free(hex);
    return value;
}

/* A text as the manifest has it. -EINVAL: it is none of a whole line. */
static int read_line(struct manifest_line *line, const json_t *item,
                     const char *url)
{
    json_t *object = json_pack(
        "{s:o*, s:s, s:I, s:O?, s:O?}", "file-hex", name_of(item), "url", url,
        "status", http_status_of(item), "bytes", json_object_get(item, "bytes"),
        "sha256", json_object_get(item, "sha256"));
    char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;
    int rc = text ? manifest_line_read(line, text, strlen(text)) : -ENOMEM;

    free(text);
    json_decref(object);
    return rc;
}

static int read_file(struct file *file, const json_t *item)
{
    const char *told = json_string_value(json_object_get(item, "url"));
    struct endpoint origin;
    char *url;
    int rc = -ENOMEM;

    if (!told)
        return -EINVAL;
    url = manifest_url(told, NULL);
    file->url_without_port =
        manifest_url(told, endpoint_of(&origin, told) ? &origin : NULL);
    if (url && file->url_without_port)
        rc = read_line(&file->line, item, url);
    free(url);
    if (rc < 0)
        free(file->url_without_port);
    return rc;
}

static void close_file(struct file *file)
{
    manifest_line_close(&file->line);
    free(file->url_without_port);
}

/* Whether the line is the file's. */
static bool is_of(const struct manifest_entry *entry, const struct file *file)
{
    const struct manifest_entry *wanted = &file->line.entry;

    return entry->bytes == wanted->bytes &&
           digest_equal(&entry->digest, &wanted->digest) &&
           strcmp(entry->name, wanted->name) == 0 &&
           (strcmp(entry->url, wanted->url) == 0 ||
            strcmp(entry->url, file->url_without_port) == 0);
}

/* The file's line in a manifest. 0: the caller closes *line. */
static int find(const struct manifest_map *map, const struct file *file,
                struct manifest_line *line)
{
    const struct manifest_entry *wanted = &file->line.entry;
    int rc = manifest_map_find(map, wanted->name, line);

    if (rc == -ENOENT) /* its name may be shown otherwise than it is */
        rc = manifest_map_find_url(map, wanted->url, line);
    if (rc < 0 || is_of(&line->entry, file))
        return rc;
    manifest_line_close(line);
    return -ENOENT;
}

static void add_file(struct merge_manifest *manifest,
                     const struct manifest_map *of_shard,
                     const struct file *file)
{
    struct manifest_line line;

    if (find(&manifest->before, file, &line) == 0) {
        manifest_line_close(&line);
    } else if (find(of_shard, file, &line) == 0) {
        manifest_writer_add(&manifest->writer, &line.entry);
        manifest_line_close(&line);
    } else {
        manifest_writer_add(&manifest->writer, &file->line.entry);
    }
}

static int add_item(struct merge_manifest *manifest,
                    const struct manifest_map *of_shard, const json_t *item)
{
    struct file file;
    int rc = read_file(&file, item);

    if (rc == 0) {
        add_file(manifest, of_shard, &file);
        close_file(&file);
    }
    return rc;
}

/* The shard's own manifest; an empty one where none can be read from here. */
static void open_map_of_shard(struct manifest_map *map, const json_t *report)
{
    const char *shown = json_string_value(json_object_get(report, "directory"));
    char *path = shown ? strdup(shown) : NULL;
    int fd = -1;

    if (path) {
        escape_undo(path);
        fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        free(path);
    }
    *map = (struct manifest_map){.fd = -1};
    if (fd < 0)
        return;
    manifest_map_open(map, fd, true);
    close(fd);
}

static void add_items(struct merge_manifest *manifest, const char *path,
                      const struct manifest_map *of_shard, const json_t *items)
{
    const json_t *item;
    size_t i;

    json_array_foreach(items, i, item)
    {
        int rc = 0;

        if (is_in_place(json_string_value(json_object_get(item, "status"))))
            rc = add_item(manifest, of_shard, item);
        if (rc < 0) {
            manifest->lacks = true;
            message("%s: its item %zu cannot be told in a manifest%s%s", path,
                    i + 1, rc == -EINVAL ? "" : ": ",
                    rc == -EINVAL ? "" : aw_strerror(rc));
        }
    }
}

void merge_manifest_add(struct merge_manifest *manifest, const char *path,
                        const json_t *report)
{
    struct manifest_map of_shard;

    if (!manifest->path)
        return;
    open_map_of_shard(&of_shard, report);
    add_items(manifest, path, &of_shard, json_object_get(report, "items"));
    manifest_map_close(&of_shard);
}

int merge_manifest_open(struct merge_manifest *manifest, const char *path)
{
    int rc;

    *manifest = (struct merge_manifest){.path = path};
    manifest->before.fd = -1;
    if (!path)
        return 0;
    do
        rc = save_dir_open(&manifest->output, path);
    while (rc == -EINTR);
    if (rc < 0)
        return message_failure("cannot write into", path, rc);
    rc = manifest_map_open(&manifest->before, save_dir_fd(manifest->output),
                           true);
    if (rc == 0)
        rc = manifest_writer_open(&manifest->writer, manifest->output);
    if (rc < 0) {
        message_failure("cannot write to", MANIFEST_NAME, rc);
        manifest_map_close(&manifest->before);
        save_dir_close(manifest->output);
    }
    return rc;
}

int merge_manifest_close(struct merge_manifest *manifest)
{
    int rc;

    if (!manifest->path)
        return 0;
    rc = manifest_writer_close(&manifest->writer);
    if (rc < 0)
        message_failure("cannot write all of", MANIFEST_NAME, rc);
    manifest_map_close(&manifest->before);
    save_dir_close(manifest->output);
    return rc == 0 && manifest->lacks ? -EIO : rc;
}
