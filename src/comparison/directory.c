#include "comparison/directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX "flags-compare-"
#define MARK ".flags-compare"

enum {
    RANDOM_LETTERS = 6,
    OWN_MODE = S_ISVTX | S_IRWXU,
    TRIES = 100, /* each is lost to another comparison, or to a name in use */
    TREE_DESCRIPTORS = 8,
};

/* All but the directory itself and its mark. What cannot be removed stays, and
   the rest goes. */
static int remove_entry(const char *path, const struct stat *st, int flag,
                        struct FTW *ftw)
{
    (void)st;
    (void)flag;
    if (ftw->level > 1 ||
        (ftw->level == 1 && strcmp(path + ftw->base, MARK) != 0))
        (void)remove(path);
    return 0;
}

static int open_directory(const char *path)
{
    return open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* False also where that cannot be found out. */
static bool has_only_mark(int fd)
{
    int again = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = again >= 0 ? fdopendir(again) : NULL;
    struct dirent *entry;
    bool only = entries != NULL;

    if (!entries) {
        if (again >= 0)
            close(again);
        return false;
    }
    while (only && (entry = readdir(entries)))
        only = strcmp(entry->d_name, ".") == 0 ||
               strcmp(entry->d_name, "..") == 0 ||
               strcmp(entry->d_name, MARK) == 0;
    closedir(entries);
    return only;
}

void compare_directory_remove(const char *path)
{
    int fd;

    nftw(path, remove_entry, TREE_DESCRIPTORS, FTW_DEPTH | FTW_PHYS);
    fd = open_directory(path);
    if (fd < 0)
        return;
    if (has_only_mark(fd)) {
        (void)unlinkat(fd, MARK, 0);
        (void)rmdir(path);
    }
    close(fd);
}

const char *compare_directory_parent(void)
{
    const char *parent = getenv("TMPDIR");

    return parent && *parent ? parent : "/tmp";
}

static char *path_of(const char *name)
{
    char *path;

    return asprintf(&path, "%s/%s", compare_directory_parent(), name) < 0
               ? NULL
               : path;
}

/* Whether a comparison of this user's made it, and nobody else. */
static bool is_ours(int fd)
{
    struct stat stat;

    return fstat(fd, &stat) == 0 && stat.st_uid == geteuid() &&
           (stat.st_mode & 07777) == OWN_MODE;
}

static bool is_marked(int fd)
{
    struct stat stat;

    return fstatat(fd, MARK, &stat, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISREG(stat.st_mode);
}

/* Whether the name still leads to the directory that is open. */
static bool is_still_there(int fd, const char *path)
{
    struct stat open;
    struct stat named;

    return fstat(fd, &open) == 0 && lstat(path, &named) == 0 &&
           open.st_dev == named.st_dev && open.st_ino == named.st_ino;
}

/* One that was left, if nobody holds it. What has no mark may be anybody's,
   also what is left of the moment between its making and its mark. */
static void sweep(const char *path)
{
    int fd = open_directory(path);

    if (fd < 0)
        return;
    if (is_ours(fd) && is_marked(fd) && flock(fd, LOCK_EX | LOCK_NB) == 0 &&
        is_still_there(fd, path))
        compare_directory_remove(path);
    close(fd);
}

/* Failures are no concern of this comparison. */
static void sweep_all(void)
{
    DIR *entries = opendir(compare_directory_parent());
    struct dirent *entry;

    while (entries && (entry = readdir(entries))) {
        const char *name = entry->d_name;
        char *path;

        if (strncmp(name, PREFIX, strlen(PREFIX)) != 0 ||
            strlen(name) != strlen(PREFIX) + RANDOM_LETTERS)
            continue;
        path = path_of(name);
        if (path)
            sweep(path);
        free(path);
    }
    if (entries)
        closedir(entries);
}

/* PREFIX and letters at random. A negative errno value. */
static int choose_name(char name[sizeof(PREFIX) + RANDOM_LETTERS])
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    unsigned char random[RANDOM_LETTERS];

    if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
        return errno > 0 ? -errno : -EIO;
    memcpy(name, PREFIX, sizeof(PREFIX));
    for (size_t i = 0; i < RANDOM_LETTERS; i++)
        name[sizeof(PREFIX) - 1 + i] =
            letters[random[i] % (sizeof(letters) - 1)];
    name[sizeof(PREFIX) - 1 + RANDOM_LETTERS] = '\0';
    return 0;
}

/* Open, locked and marked. -EAGAIN: it is gone, or somebody else holds it. */
static int hold(struct compare_directory *directory)
{
    int mark;

    directory->fd = open_directory(directory->path);
    if (directory->fd < 0)
        return errno == ENOENT ? -EAGAIN : -errno;
    if ((flock(directory->fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK) ||
        !is_still_there(directory->fd, directory->path))
        return -EAGAIN;
    mark = openat(directory->fd, MARK, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                  0600);
    if (mark < 0)
        return -errno;
    close(mark);
    return 0;
}

static int try_to_make(struct compare_directory *directory)
{
    char name[sizeof(PREFIX) + RANDOM_LETTERS];
    int rc = choose_name(name);

    if (rc < 0)
        return rc;
    directory->path = path_of(name);
    if (!directory->path)
        return -ENOMEM;
    directory->fd = -1;
    if (mkdir(directory->path, OWN_MODE) < 0) {
        rc = errno == EEXIST ? -EAGAIN : -errno;
    } else {
        rc = hold(directory);
        if (rc < 0)
            (void)rmdir(directory->path);
    }
    if (rc == 0)
        return 0;
    if (directory->fd >= 0)
        close(directory->fd);
    free(directory->path);
    directory->path = NULL;
    return rc;
}

int compare_directory_open(struct compare_directory *directory)
{
    int rc = -EAGAIN;

    sweep_all();
    for (int i = 0; i < TRIES && rc == -EAGAIN; i++)
        rc = try_to_make(directory);
    return rc;
}

void compare_directory_close(struct compare_directory *directory)
{
    if (!directory->path)
        return;
    compare_directory_remove(directory->path);
    close(directory->fd);
    free(directory->path);
    directory->path = NULL;
}
