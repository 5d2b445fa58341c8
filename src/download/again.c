#include "download/again.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool is_there(const struct again *again, const struct manifest_entry *e)
{
    struct stat stat;

    return fstatat(save_dir_fd(again->output), e->name, &stat,
                   AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISREG(stat.st_mode) && stat.st_size == e->bytes;
}

/* What is too long to have been received is none. */
static void copy_field(char field[HEAD_FIELD_SIZE], const char *from)
{
    snprintf(field, HEAD_FIELD_SIZE, "%s",
             strlen(from) < HEAD_FIELD_SIZE ? from : "");
}

static void copy(struct known *known, const struct manifest_entry *entry)
{
    snprintf(known->name, sizeof(known->name), "%s", entry->name);
    known->bytes = entry->bytes;
    known->digest = entry->digest;
    copy_field(known->etag, entry->etag);
    copy_field(known->last_modified, entry->last_modified);
}

bool again_find(const struct again *again, const struct item *item,
                struct known *known)
{
    struct manifest_line line;
    bool found = false;
    char *url;
    int rc;

    if (!again)
        return false;
    url = manifest_url(item->url, again->started);
    if (!url)
        return false;
    rc = item->metadata_url ? manifest_map_find_url(again->map, url, &line)
                            : manifest_map_find(again->map, item->name, &line);
    if (rc == 0) {
        found =
            strcmp(line.entry.url, url) == 0 && is_there(again, &line.entry);
        if (found)
            copy(known, &line.entry);
        manifest_line_close(&line);
    }
    free(url);
    return found;
}

int again_claim(const struct again *again, const struct item *item,
                const struct known *known)
{
    return item->metadata_url ? save_claim(again->output, known->name) : 0;
}
