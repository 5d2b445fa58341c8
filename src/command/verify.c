#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "await/await.h"
#include "cli/command.h"
#include "cli/message.h"
#include "command/commands.h"
#include "download/manifest/entry.h"
#include "download/manifest/map.h"
#include "text/quantity.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define FIELD(name) offsetof(struct verify_settings, name)

struct verify_settings {
    bool quiet;
};

static const struct option_row rows[] = {
    {.group = "How",
     .name = "quiet",
     .letter = 'q',
     .kind = OPTION_FLAG,
     .help = "no report; what differs is still told",
     .offset = FIELD(quiet)},
    OPTION_COMMON_ROWS,
};

static const struct option_table table = {
    .command = "verify",
    .synopsis = "[OPTIONS] [DIR]",
    .purpose =
        "Check, offline, that the files in DIR (downloads) have the sizes and "
        "the SHA-256\nthat the manifest of 'flags get' there says.",
    .rows = rows,
    .count = COUNT(rows),
    .example = "flags verify /srv/mirror",
    .example_means = "whether what was downloaded is still what it was",
};

/* A directory that is looked at. */
struct verify {
    const char *path;
    int directory;
    size_t checked;
    size_t differing;
    bool failed; /* we did */
};

static void differ(struct verify *verify, const char *name, const char *how)
{
    verify->differing++;
    message("%s: %s", name, how);
}

/* Its size is right. */
static void check_digest(struct verify *verify,
                         const struct manifest_entry *entry)
{
    struct digest digest;
    char *path;
    int rc = asprintf(&path, "%s/%s", verify->path, entry->name);

    if (rc < 0) {
        rc = -ENOMEM;
    } else {
        rc = digest_file(&digest, path);
        free(path);
    }
    if (rc < 0) {
        verify->failed = true;
        message_failure("cannot read", entry->name, rc);
    } else if (!digest_equal(&digest, &entry->digest)) {
        differ(verify, entry->name, "its SHA-256 is another one");
    }
}

static void check_file(struct verify *verify,
                       const struct manifest_entry *entry)
{
    char how[96];
    struct stat stat;

    verify->checked++;
    if (fstatat(verify->directory, entry->name, &stat, AT_SYMLINK_NOFOLLOW) <
        0) {
        if (errno == ENOENT) {
            differ(verify, entry->name, "it is missing");
        } else {
            verify->failed = true;
            message_failure("cannot read", entry->name, -errno);
        }
    } else if (!S_ISREG(stat.st_mode)) {
        differ(verify, entry->name, "it is no plain file");
    } else if (stat.st_size != entry->bytes) {
        snprintf(how, sizeof(how), "it has %" PRId64 " byte%s, not %" PRId64,
                 (int64_t)stat.st_size, quantity_plural((uint64_t)stat.st_size),
                 entry->bytes);
        differ(verify, entry->name, how);
    } else {
        check_digest(verify, entry);
    }
}

/* In the order of the manifest. */
static int check_all(struct verify *verify, struct manifest_map *map)
{
    int rc = 0;

    manifest_map_order(map);
    for (size_t i = 0; i < map->count && rc == 0; i++) {
        struct manifest_line line;

        rc = manifest_map_line(map, i, &line);
        if (rc < 0)
            break;
        check_file(verify, &line.entry);
        manifest_line_close(&line);
    }
    return rc;
}

/* 0, also where there are differences; a negative code: it cannot be read. */
static int check_directory(struct verify *verify)
{
    struct manifest_map map;
    int rc;

    verify->directory = open(verify->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (verify->directory < 0)
        return -errno;
    rc = manifest_map_open(&map, verify->directory, false);
    if (rc == 0 && map.fd < 0)
        rc = -ENOENT;
    if (rc == 0) {
        rc = check_all(verify, &map);
        manifest_map_close(&map);
    }
    close(verify->directory);
    return rc;
}

static int verify_directory(const struct verify_settings *settings,
                            const char *path)
{
    struct verify verify = {.path = path};
    int rc = check_directory(&verify);

    if (rc < 0) {
        message("%s/%s: %s", path, MANIFEST_NAME, aw_strerror(rc));
        return EXIT_STATUS_LOCAL;
    }
    if (!settings->quiet) {
        printf("%zu file%s checked", verify.checked,
               quantity_plural(verify.checked));
        if (verify.differing > 0)
            printf(", %zu differ%s", verify.differing,
                   verify.differing == 1 ? "s" : "");
        puts(".");
    }
    return command_end(verify.failed          ? EXIT_STATUS_LOCAL
                       : verify.differing > 0 ? EXIT_STATUS_CHECK
                                              : EXIT_STATUS_OK);
}

static int run(int argc, char **argv)
{
    struct verify_settings settings = {0};
    struct command_line line;
    int status;

    if (!command_begin(&line, &table, &settings, argc, argv, &status))
        return status;
    if (line.count <= 1)
        return verify_directory(&settings, line.count == 1 ? line.arguments[0]
                                                           : "downloads");
    snprintf(line.error, sizeof(line.error),
             "verify: one directory at a time, please");
    return command_usage_error(&line);
}

const struct command command_verify = {
    .name = "verify",
    .purpose = "check files by their manifest, offline",
    .options = &table,
    .manual = &verify_manual,
    .run = run,
};
