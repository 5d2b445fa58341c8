#include "download/manifest/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "download/manifest/entry.h"

enum {
    PIECE = 4096,
    LINE_MOST = 1024 * 1024 /* a URL has 32 KiB at most */
};

/* Only a plain file: nothing that waits, or leads elsewhere. */
static int open_plain(int directory, int flags)
{
    int fd = openat(directory, MANIFEST_NAME,
                    flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666);
    struct stat stat;
    int rc;

    if (fd < 0)
        return -errno;
    rc = fstat(fd, &stat) < 0 ? -errno : S_ISREG(stat.st_mode) ? 0 : -EINVAL;
    if (rc == 0)
        return fd;
    close(fd);
    return rc;
}

int manifest_file_open(int directory)
{
    return open_plain(directory, O_RDONLY);
}

int manifest_file_check(int directory)
{
    int fd = open_plain(directory, O_RDWR);

    if (fd < 0)
        return fd == -ENOENT ? 0 : fd;
    close(fd);
    return 0;
}

/* Whether the name leads to the open file. */
static bool is_named(int directory, int fd)
{
    struct stat open;
    struct stat named;

    return fstat(fd, &open) == 0 &&
           fstatat(directory, MANIFEST_NAME, &named, AT_SYMLINK_NOFOLLOW) ==
               0 &&
           open.st_dev == named.st_dev && open.st_ino == named.st_ino;
}

/* Open and lock it; *locked: there are locks. -EAGAIN: it is another's, or
   another file has taken its place. */
static int open_locked(int directory, int flags, bool *locked)
{
    int fd = open_plain(directory, flags);

    if (fd < 0)
        return fd;
    *locked = flock(fd, LOCK_EX | LOCK_NB) == 0;
    if ((*locked || errno != EWOULDBLOCK) && is_named(directory, fd))
        return fd;
    close(fd);
    return -EAGAIN;
}

int manifest_file_lock(int directory)
{
    bool locked;
    int fd = open_locked(directory, O_RDWR, &locked);

    if (fd < 0 || locked)
        return fd;
    close(fd);
    return -ENOLCK;
}

static int write_all(int fd, const char *from, size_t bytes)
{
    while (bytes > 0) {
        ssize_t written = write(fd, from, bytes);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -errno;
        from += written;
        bytes -= (size_t)written;
    }
    return 0;
}

/* Whether the file ends within a line: whoever wrote it was killed. */
static int is_torn(int fd, off_t size)
{
    char last = '\n';

    if (size > 0 && pread(fd, &last, 1, size - 1) < 0)
        return -errno;
    return last != '\n';
}

int manifest_file_append(int directory, const char *lines, size_t bytes,
                         struct manifest_growth *growth)
{
    bool locked;
    int fd = open_locked(directory, O_RDWR | O_CREAT | O_APPEND, &locked);
    struct stat stat;
    int torn;
    int rc;

    if (fd < 0)
        return fd;
    rc = fstat(fd, &stat) < 0 ? -errno : 0;
    torn = rc == 0 ? is_torn(fd, stat.st_size) : rc;
    rc = torn < 0 ? torn : write_all(fd, lines + !torn, bytes - (size_t)!torn);
    growth->before = stat.st_size;
    growth->after = stat.st_size + (off_t)bytes - !torn;
    /* Half a line would be no harm; without the lock, others may have added
       theirs behind it. */
    if (rc < 0 && torn >= 0 && locked && ftruncate(fd, stat.st_size) < 0)
        rc = -errno;
    if (close(fd) < 0 && errno != EINTR && rc == 0)
        rc = -errno;
    return rc;
}

int manifest_file_read(int fd, manifest_on_line on_line, void *arg)
{
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    FILE *in = copy < 0 ? NULL : fdopen(copy, "r");
    off_t offset = 0;
    char *line = NULL;
    size_t room = 0;
    ssize_t bytes;
    int rc = 0;

    if (!in) {
        rc = -errno;
        if (copy >= 0)
            close(copy);
        return rc;
    }
    if (fseeko(in, 0, SEEK_SET) < 0)
        rc = -errno;
    errno = 0;
    while (rc == 0 && (bytes = getline(&line, &room, in)) > 0) {
        if (line[bytes - 1] == '\n')
            rc = on_line(arg, line, (size_t)bytes, offset);
        offset += bytes;
        errno = 0;
    }
    if (rc == 0 && !feof(in))
        rc = errno ? -errno : -EIO;
    free(line);
    fclose(in);
    return rc;
}

int manifest_file_line(int fd, off_t offset, char **line, size_t *bytes)
{
    size_t have = 0;
    char *text = NULL;
    int rc = -EINVAL;

    while (have < LINE_MOST) {
        char *grown = realloc(text, have + PIECE);
        const char *end;
        ssize_t got;

        if (!grown) {
            rc = -ENOMEM;
            break;
        }
        text = grown;
        got = pread(fd, text + have, PIECE, offset + (off_t)have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            rc = got < 0 ? -errno : -EINVAL;
            break;
        }
        end = memchr(text + have, '\n', (size_t)got);
        if (end) {
            *bytes = (size_t)(end + 1 - text);
            *line = text;
            return 0;
        }
        have += (size_t)got;
    }
    free(text);
    return rc;
}
