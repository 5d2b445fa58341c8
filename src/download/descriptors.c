#include "download/descriptors.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

enum { DESCRIPTORS_BESIDE = 32 }; /* standard ones, the loop's, directories */

unsigned descriptors_fit(const struct downloader *strategy, unsigned wanted)
{
    const rlim_t each = strategy->descriptors;
    rlim_t needed = wanted * each + DESCRIPTORS_BESIDE;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= needed)
        return wanted;
    limit.rlim_cur = limit.rlim_max < needed ? limit.rlim_max : needed;
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
        getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur >= needed)
        return wanted;
    if (limit.rlim_cur <= DESCRIPTORS_BESIDE + each)
        return 1;
    return (unsigned)((limit.rlim_cur - DESCRIPTORS_BESIDE) / each);
}

int descriptors_check(const struct downloader *strategy)
{
    int fds[DESCRIPTORS_BESIDE];
    unsigned count = 0;
    int rc = 0;

    assert(strategy->least_descriptors <= DESCRIPTORS_BESIDE);
    while (count < strategy->least_descriptors && rc == 0) {
        fds[count] = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
        rc = fds[count] < 0 ? -errno : 0;
        count += rc == 0;
    }
    while (count > 0)
        close(fds[--count]);
    return rc == -EMFILE || rc == -ENFILE ? rc : 0;
}

void descriptors_make_room(const struct downloader *strategy, unsigned requests)
{
    int far = (int)(requests * strategy->descriptors + DESCRIPTORS_BESIDE);
    int fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, far);

    if (fd >= 0)
        close(fd);
}
