#include "transfer/run_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX ".flags-"

enum {
    OWN_MODE = S_ISVTX | S_IRWXU,
    TRIES = 100 /* each is lost to another run, or to a name that is there */
};

static bool is_run_name(const char *name)
{
    return strncmp(name, PREFIX, strlen(PREFIX)) == 0 &&
           strlen(name) == RUN_DIR_NAME_SIZE - 1;
}

/* Only what a run writes: digits and ".part". */
static bool is_part_name(const char *name)
{
    size_t digits = strspn(name, "0123456789");

    return digits > 0 && strcmp(name + digits, RUN_DIR_PART_SUFFIX) == 0;
}

static int open_directory(int at, const char *name)
{
    return openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* A stream of what is in the directory, on a descriptor of its own; NULL. */
static DIR *list(int directory)
{
    int copy = open_directory(directory, ".");
    DIR *entries = copy < 0 ? NULL : fdopendir(copy);

    if (copy >= 0 && !entries)
        close(copy);
    return entries;
}

static void remove_directory(int output, int fd, const char *name)
{
    DIR *entries = list(fd);
    struct dirent *entry;

    while (entries && (entry = readdir(entries))) {
        if (is_part_name(entry->d_name))
            unlinkat(fd, entry->d_name, 0);
    }
    if (entries)
        closedir(entries);
    unlinkat(output, name, AT_REMOVEDIR);
}

/* Whether a run made it, and not the user. */
static bool is_ours(int fd)
{
    struct stat stat;

    return fstat(fd, &stat) == 0 && (stat.st_mode & 07777) == OWN_MODE;
}

void run_dir_sweep(int output)
{
    DIR *entries = list(output);
    struct dirent *entry;

    while (entries && (entry = readdir(entries))) {
        int fd = is_run_name(entry->d_name)
                     ? open_directory(output, entry->d_name)
                     : -1;

        if (fd < 0)
            continue;
        if (is_ours(fd) && flock(fd, LOCK_EX | LOCK_NB) == 0)
            remove_directory(output, fd, entry->d_name);
        close(fd);
    }
    if (entries)
        closedir(entries);
}

/* A name at random; a negative errno code. */
static int choose_name(char name[RUN_DIR_NAME_SIZE])
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    size_t at = strlen(PREFIX);
    unsigned char random[RUN_DIR_NAME_SIZE];
    ssize_t got = getrandom(random, RUN_DIR_NAME_SIZE - 1 - at, 0);

    if (got < 0)
        return -errno;
    memcpy(name, PREFIX, at);
    for (ssize_t i = 0; i < got; i++)
        name[at++] = letters[random[i] % strlen(letters)];
    name[at] = '\0';
    return 0;
}

/* Whether the name still leads to the directory that is open: a run that
   started meanwhile may have taken it for a dead one's and removed it. */
static bool is_still_there(const struct run_dir *run)
{
    struct stat open;
    struct stat named;

    return fstat(run->fd, &open) == 0 &&
           fstatat(run->output, run->name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
           open.st_dev == named.st_dev && open.st_ino == named.st_ino;
}

/* 0; -EAGAIN: try another; or another negative errno code. Where it fails,
   nothing is left, but perhaps what another run is removing. */
static int try_to_make(struct run_dir *run)
{
    int rc = choose_name(run->name);
    int locked;

    if (rc < 0)
        return rc;
    if (mkdirat(run->output, run->name, OWN_MODE) < 0)
        return errno == EEXIST ? -EAGAIN : -errno;
    run->fd = open_directory(run->output, run->name);
    if (run->fd < 0) {
        rc = errno == ENOENT ? -EAGAIN : -errno;
        unlinkat(run->output, run->name, AT_REMOVEDIR);
        return rc;
    }
    locked = flock(run->fd, LOCK_EX | LOCK_NB);
    if ((locked == 0 || errno != EWOULDBLOCK) && is_still_there(run))
        return 0;
    close(run->fd);
    return -EAGAIN;
}

int run_dir_make(struct run_dir *run, int output)
{
    int rc = -EAGAIN;

    run->output = output;
    for (int i = 0; i < TRIES && rc == -EAGAIN; i++)
        rc = try_to_make(run);
    return rc;
}

void run_dir_remove(struct run_dir *run)
{
    remove_directory(run->output, run->fd, run->name);
    close(run->fd);
}
