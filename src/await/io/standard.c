#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "await/internal.h"

/*
 * standard: the descriptors 0, 1 and 2. One that is closed would be given to
 * the next socket or pipe: what is printed would go there, a child process
 * would have it as its own, and libuv neither closes nor expects it.
 */

int aw__standard_occupy(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        /* The wrong way round: reading and writing fail as on a closed one. */
        int mode = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;
        int opened;

        if (fcntl(fd, F_GETFD) >= 0)
            continue;
        opened = open("/dev/null", mode);
        if (opened < 0)
            return -errno;
        if (opened != fd) /* another thread's, meanwhile */
            close(opened);
    }
    return 0;
}

bool aw__standard_is_private(int fd)
{
    int flags = fcntl(fd, F_GETFD);

    return flags < 0 || (flags & FD_CLOEXEC);
}
