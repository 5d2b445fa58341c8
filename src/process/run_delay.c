#include "process/run_delay.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>

static int64_t delay_of_thread(pid_t process, const char *thread)
{
    char path[320];
    int64_t delay_ns = -1;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/task/%s/schedstat", (int)process,
             thread);
    file = fopen(path, "re");
    if (!file)
        return -1;
    if (fscanf(file, "%*s %" SCNd64, &delay_ns) != 1)
        delay_ns = -1;
    fclose(file);
    return delay_ns < 0 ? -1 : delay_ns / 1000;
}

int64_t run_delay_us(pid_t process)
{
    char path[32];
    int64_t sum = -1;
    DIR *threads;

    snprintf(path, sizeof(path), "/proc/%d/task", (int)process);
    threads = opendir(path);
    if (!threads)
        return -1;
    for (struct dirent *entry; (entry = readdir(threads));) {
        int64_t delay = entry->d_name[0] == '.'
                            ? -1
                            : delay_of_thread(process, entry->d_name);

        if (delay >= 0)
            sum = (sum < 0 ? 0 : sum) + delay;
    }
    closedir(threads);
    return sum;
}
