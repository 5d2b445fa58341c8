#include "transfer/save.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "transfer/claims.h"
#include "transfer/run_dir.h"

struct save_dir {
    int output;           /* the output directory */
    struct run_dir run;   /* the run's own, within it */
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

/* Whether the file system takes names that differ in case for the same: it
   finds the run's directory by another spelling. */
static bool folds_case(const struct save_dir *dir)
{
    char other[sizeof(dir->run.name)];
    struct stat found;
    struct stat ours;

    for (size_t i = 0; i < sizeof(other); i++)
        other[i] = (char)toupper((unsigned char)dir->run.name[i]);
    return fstat(dir->run.fd, &ours) == 0 &&
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
    run_dir_sweep(dir->output);
    rc = run_dir_make(&dir->run, dir->output);
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
    run_dir_remove(&dir->run);
    close(dir->output);
    claims_close(&dir->claims);
    pthread_mutex_destroy(&dir->lock);
    free(dir);
}

int save_dir_fd(const struct save_dir *dir)
{
    return dir->output;
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

enum { PART_NAME_SIZE = 21 + sizeof(RUN_DIR_PART_SUFFIX) };

/* Its worker's number: for every file, and often on a task's stack, of which
   printf() would take a page more. */
static void part_name(const struct save_file *file, char name[PART_NAME_SIZE])
{
    static const char suffix[] = RUN_DIR_PART_SUFFIX;
    char digits[20];
    char *first = digits + sizeof(digits);
    unsigned number = file->worker;
    size_t length;

    do
        *--first = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    length = (size_t)(digits + sizeof(digits) - first);
    memcpy(name, first, length);
    memcpy(name + length, suffix, sizeof(suffix));
}

int save_create(struct save_file *file)
{
    char name[PART_NAME_SIZE];
    int fd;

    part_name(file, name);
    fd = openat(file->dir->run.fd, name,
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
    if (rc == 0 &&
        renameat(file->dir->run.fd, part, file->dir->output, name) < 0)
        rc = -errno;
    if (rc < 0)
        unlinkat(file->dir->run.fd, part, 0);
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
    unlinkat(file->dir->run.fd, part, 0);
}

/* Unlike that of a worker's, which are counted from 1, it begins with 0. */
static void kept_name(char name[PART_NAME_SIZE], uint64_t number)
{
    snprintf(name, PART_NAME_SIZE, "0%" PRIu64 RUN_DIR_PART_SUFFIX, number);
}

int save_keep(struct save_file *file, uint64_t number)
{
    char part[PART_NAME_SIZE];
    char kept[PART_NAME_SIZE];
    int rc = 0;

    part_name(file, part);
    kept_name(kept, number);
    if (close(file->fd) < 0 && errno != EINTR)
        rc = -errno;
    file->fd = -1;
    if (rc == 0 &&
        renameat(file->dir->run.fd, part, file->dir->run.fd, kept) < 0)
        rc = -errno;
    if (rc < 0)
        unlinkat(file->dir->run.fd, part, 0);
    return rc;
}

int save_resume(struct save_file *file, uint64_t number)
{
    char part[PART_NAME_SIZE];
    char kept[PART_NAME_SIZE];
    int run = file->dir->run.fd;
    int rc;

    part_name(file, part);
    kept_name(kept, number);
    file->fd = openat(run, kept, O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
    if (file->fd >= 0 && renameat(run, kept, run, part) == 0)
        return 0;
    rc = -errno;
    if (file->fd >= 0)
        close(file->fd);
    file->fd = -1;
    unlinkat(run, kept, 0);
    return rc;
}

void save_forget(struct save_dir *dir, uint64_t number)
{
    char kept[PART_NAME_SIZE];

    kept_name(kept, number);
    unlinkat(dir->run.fd, kept, 0);
}
