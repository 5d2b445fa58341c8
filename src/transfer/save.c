#include "transfer/save.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "transfer/claims.h"

#define RUN_PREFIX ".flags-"
#define RUN_SUFFIX_LENGTH 6 /* as mkdtemp(3) makes them */
#define PART_SUFFIX ".part"

struct save_dir {
    int output; /* the output directory */
    int run;    /* the run's own directory within it, flocked */
    char name[sizeof(RUN_PREFIX) + RUN_SUFFIX_LENGTH];
    pthread_mutex_t lock; /* of claims */
    struct claims claims;
};

/* Create `path` with its parents, as mkdir -p does. */
static int make_directories(const char *path)
{
    char *copy = strdup(path);
    int rc = 0;

    if (!copy)
        return -ENOMEM;
    for (char *at = copy + 1; copy[0] != '\0' && rc == 0; at++) {
        char kept = *at;

        if (kept != '/' && kept != '\0')
            continue;
        *at = '\0';
        if (mkdir(copy, 0777) < 0 && errno != EEXIST)
            rc = -errno;
        *at = kept;
        if (kept == '\0')
            break;
    }
    free(copy);
    return rc;
}

static bool is_run_name(const char *name)
{
    size_t prefix = strlen(RUN_PREFIX);

    return strncmp(name, RUN_PREFIX, prefix) == 0 &&
           strlen(name) == prefix + RUN_SUFFIX_LENGTH;
}

/* Only what a run writes: digits and ".part". */
static bool is_part_name(const char *name)
{
    size_t digits = strspn(name, "0123456789");

    return digits > 0 && strcmp(name + digits, PART_SUFFIX) == 0;
}

/*
 * Remove the directory `name` in `output`, open as `run`, with the files that
 * a run put there. What somebody else put there stays, and the directory with
 * it.
 */
static void remove_run(int output, int run, const char *name)
{
    int copy = openat(run, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = copy < 0 ? NULL : fdopendir(copy);
    struct dirent *entry;

    if (entries) {
        while ((entry = readdir(entries))) {
            if (is_part_name(entry->d_name))
                unlinkat(run, entry->d_name, 0);
        }
        closedir(entries);
    } else if (copy >= 0) {
        close(copy);
    }
    unlinkat(output, name, AT_REMOVEDIR);
}

/* Remove the directories of runs that died, which nobody holds. Failures are
   no concern of this run. */
static void remove_stale_runs(int output)
{
    int copy = openat(output, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = copy < 0 ? NULL : fdopendir(copy);
    struct dirent *entry;

    if (!entries) {
        if (copy >= 0)
            close(copy);
        return;
    }
    while ((entry = readdir(entries))) {
        int run;

        if (!is_run_name(entry->d_name))
            continue;
        run = openat(output, entry->d_name,
                     O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (run < 0)
            continue;
        if (flock(run, LOCK_EX | LOCK_NB) == 0)
            remove_run(output, run, entry->d_name);
        close(run);
    }
    closedir(entries);
}

/* Make, open and lock the run's own directory. */
static int make_run(struct save_dir *dir, const char *path)
{
    size_t size = strlen(path) + 1 + sizeof(dir->name);
    char *template = malloc(size);
    int rc = 0;

    if (!template)
        return -ENOMEM;
    snprintf(template, size, "%s/" RUN_PREFIX "XXXXXX", path);
    if (!mkdtemp(template)) {
        rc = -errno;
        free(template);
        return rc;
    }
    memcpy(dir->name, strrchr(template, '/') + 1, sizeof(dir->name));
    free(template);
    dir->run = openat(dir->output, dir->name,
                      O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (dir->run < 0)
        rc = -errno;
    /* Where there are no locks nobody can take this directory for a dead
       run's either. */
    else if (flock(dir->run, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
        rc = -errno;
    if (rc == 0)
        return 0;
    if (dir->run >= 0)
        close(dir->run);
    unlinkat(dir->output, dir->name, AT_REMOVEDIR);
    return rc;
}

/*
 * The output directory is locked meanwhile: between making its directory and
 * locking it, a run that starts looks like one that died.
 */
static int open_run(struct save_dir *dir, const char *path)
{
    int rc;

    while (flock(dir->output, LOCK_EX) < 0 && errno == EINTR)
        ;
    remove_stale_runs(dir->output);
    rc = make_run(dir, path);
    flock(dir->output, LOCK_UN);
    return rc;
}

/* Whether the file system takes names that differ in case for the same: it
   finds the run's directory by another spelling. */
static bool folds_case(const struct save_dir *dir)
{
    char other[sizeof(dir->name)];
    struct stat found;
    struct stat ours;

    for (size_t i = 0; i < sizeof(other); i++)
        other[i] = (char)toupper((unsigned char)dir->name[i]);
    return fstat(dir->run, &ours) == 0 &&
           fstatat(dir->output, other, &found, AT_SYMLINK_NOFOLLOW) == 0 &&
           found.st_ino == ours.st_ino && found.st_dev == ours.st_dev;
}

int save_dir_open(struct save_dir **out, const char *path)
{
    struct save_dir *dir = calloc(1, sizeof(*dir));
    int rc;

    if (!dir)
        return -ENOMEM;
    rc = make_directories(path);
    if (rc < 0)
        goto free_dir;
    dir->output = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir->output < 0) {
        rc = -errno;
        goto free_dir;
    }
    rc = -pthread_mutex_init(&dir->lock, NULL);
    if (rc < 0)
        goto close_output;
    rc = open_run(dir, path);
    if (rc < 0)
        goto destroy_lock;
    claims_init(&dir->claims, folds_case(dir));
    *out = dir;
    return 0;

destroy_lock:
    pthread_mutex_destroy(&dir->lock);
close_output:
    close(dir->output);
free_dir:
    free(dir);
    return rc;
}

void save_dir_close(struct save_dir *dir)
{
    if (!dir)
        return;
    remove_run(dir->output, dir->run, dir->name);
    close(dir->run);
    close(dir->output);
    claims_close(&dir->claims);
    pthread_mutex_destroy(&dir->lock);
    free(dir);
}

int save_claim(struct save_dir *dir, const char *name)
{
    int rc;

    pthread_mutex_lock(&dir->lock);
    rc = claims_add(&dir->claims, name);
    pthread_mutex_unlock(&dir->lock);
    return rc;
}

struct save_file save_file(struct save_dir *dir, unsigned worker)
{
    return (struct save_file){.dir = dir, .worker = worker, .fd = -1};
}

enum { PART_NAME_SIZE = 10 + sizeof(PART_SUFFIX) };

static void part_name(const struct save_file *file, char name[PART_NAME_SIZE])
{
    snprintf(name, PART_NAME_SIZE, "%u" PART_SUFFIX, file->worker);
}

int save_create(struct save_file *file)
{
    char name[PART_NAME_SIZE];
    int fd;

    part_name(file, name);
    fd = openat(file->dir->run, name,
                O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (fd < 0)
        return -errno;
    file->fd = fd;
    return 0;
}

int save_write(struct save_file *file, const void *from, size_t bytes)
{
    const char *at = from;

    while (bytes > 0) {
        ssize_t written = write(file->fd, at, bytes);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0) {
            int rc = -errno;

            save_discard(file);
            return rc;
        }
        at += written;
        bytes -= (size_t)written;
    }
    return 0;
}

int save_commit(struct save_file *file, const char *name)
{
    char part[PART_NAME_SIZE];
    int rc = 0;

    part_name(file, part);
    /* Some file systems tell only now that the disk is full. */
    if (close(file->fd) < 0 && errno != EINTR)
        rc = -errno;
    file->fd = -1;
    if (rc == 0 && renameat(file->dir->run, part, file->dir->output, name) < 0)
        rc = -errno;
    if (rc < 0)
        unlinkat(file->dir->run, part, 0);
    return rc;
}

void save_discard(struct save_file *file)
{
    char part[PART_NAME_SIZE];

    if (file->fd < 0)
        return;
    close(file->fd);
    file->fd = -1;
    part_name(file, part);
    unlinkat(file->dir->run, part, 0);
}
