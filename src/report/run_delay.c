#include "report/run_delay.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The beginning of a file of /proc; whether there is one. */
static bool read_text(const char *file, char *text, size_t size)
{
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, text, size - 1);

    if (fd >= 0)
        close(fd);
    if (length <= 0)
        return false;
    text[length] = '\0';
    return true;
}

/* Of the thread that this file of /proc is about. */
static int64_t delay_of(const char *schedstat)
{
    char text[96];
    int64_t delay_ns = -1;

    if (!read_text(schedstat, text, sizeof(text)) ||
        sscanf(text, "%*s %" SCNd64, &delay_ns) != 1 || delay_ns < 0)
        return -1;
    return delay_ns / 1000;
}

int64_t cpu_pressure_us(void)
{
    static const char total[] = " total=";
    char text[160];
    int64_t us = -1;
    const char *at;

    if (!read_text("/proc/pressure/cpu", text, sizeof(text)) ||
        strncmp(text, "some ", strlen("some ")) != 0)
        return -1;
    at = strstr(text, total);
    return at && sscanf(at + strlen(total), "%" SCNd64, &us) == 1 ? us : -1;
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
