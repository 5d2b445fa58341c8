#include "report/run_delay.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

/* Of the thread that this file of /proc is about. */
static int64_t delay_of(const char *schedstat)
{
    char text[96];
    int64_t delay_ns = -1;
    int fd = open(schedstat, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

    if (fd >= 0)
        close(fd);
    if (length <= 0)
        return -1;
    text[length] = '\0';
    if (sscanf(text, "%*s %" SCNd64, &delay_ns) != 1 || delay_ns < 0)
        return -1;
    return delay_ns / 1000;
}

int64_t run_delay_own_us(void)
{
    return delay_of("/proc/thread-self/schedstat");
}

int64_t run_delay_us(pid_t process)
{
    char path[320];
    int64_t sum = -1;
    DIR *threads;

    snprintf(path, sizeof(path), "/proc/%d/task", (int)process);
    threads = opendir(path);
    if (!threads)
        return -1;
    for (struct dirent *entry; (entry = readdir(threads));) {
        int64_t delay = -1;

        if (entry->d_name[0] != '.') {
            snprintf(path, sizeof(path), "/proc/%d/task/%s/schedstat",
                     (int)process, entry->d_name);
            delay = delay_of(path);
        }
        if (delay >= 0)
            sum = (sum < 0 ? 0 : sum) + delay;
    }
    closedir(threads);
    return sum;
}
