#include "cli/output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int export_open(struct export_file *file, const char *path)
{
    int rc;
    int fd;

    *file = (struct export_file){.path = path};
    if (!path)
        return 0;
    if (strcmp(path, "-") == 0) {
        file->out = stdout;
        file->is_stdout = true;
        return 0;
    }
    fd = open(path, O_EXCL | O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    file->is_new = fd >= 0;
    if (fd < 0 && errno == EEXIST)
        fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666);
    if (fd < 0)
        return -errno;
    file->out = fdopen(fd, "w");
    if (file->out)
        return 0;
    rc = -errno;
    close(fd);
    return rc;
}

int export_begin(struct export_file *file)
{
    struct stat st;

    if (!file->out || file->is_stdout)
        return 0;
    if (fstat(fileno(file->out), &st) < 0)
        return -errno;
    if (S_ISREG(st.st_mode) && ftruncate(fileno(file->out), 0) < 0)
        return -errno;
    file->is_new = false;
    return 0;
}

int export_close(struct export_file *file)
{
    bool failed;
    int rc;

    if (!file->out || file->is_stdout)
        return 0;
    errno = 0;
    failed = ferror(file->out) != 0;
    rc = fclose(file->out) != 0 ? -errno : failed ? -EIO : 0;
    file->out = NULL;
    if (file->is_new)
        (void)unlink(file->path);
    return rc;
}
