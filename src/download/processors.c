#include "download/processors.h"

#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The stack of a coroutine is small: what is longer is not looked at. */
enum { PATH_SIZE = 1024, TEXT_SIZE = 64 };

/* The beginning of a file. False: there is none. */
static bool read_text(char text[TEXT_SIZE], const char *directory,
                      const char *name)
{
    char path[PATH_SIZE + 32];
    FILE *file;
    bool got;

    if (snprintf(path, sizeof(path), "%s/%s", directory, name) >=
        (int)sizeof(path))
        return false;
    file = fopen(path, "re");
    if (!file)
        return false;
    got = fgets(text, TEXT_SIZE, file) != NULL;
    fclose(file);
    return got;
}

/* A quota, and its period, both in microseconds: as many processors as it
   keeps busy all the time. "max" and -1 are none: 0. */
static unsigned bought(const char *quota, const char *period)
{
    long long time_us = strtoll(quota, NULL, 10);
    long long of_us = strtoll(period, NULL, 10);

    if (time_us <= 0 || of_us <= 0 || time_us / of_us > UINT_MAX)
        return 0;
    return time_us < of_us ? 1 : (unsigned)(time_us / of_us);
}

/* The limit of one group. 0: none. */
static unsigned limit_of(const char *directory)
{
    char quota[TEXT_SIZE];
    char period[TEXT_SIZE];

    if (read_text(quota, directory, "cpu.max"))
        return strchr(quota, ' ') ? bought(quota, strchr(quota, ' ')) : 0;
    if (read_text(quota, directory, "cpu.cfs_quota_us") &&
        read_text(period, directory, "cpu.cfs_period_us"))
        return bought(quota, period);
    return 0;
}

/* The group, and those that it is in: the least that one of them allows. */
static unsigned least_of(const char *mounted, const char *under,
                         const char *group, unsigned most)
{
    char directory[PATH_SIZE];
    size_t least = strlen(mounted) + strlen(under);

    if (snprintf(directory, sizeof(directory), "%s%s%s", mounted, under,
                 group) >= (int)sizeof(directory))
        return most;
    for (;;) {
        unsigned limit = limit_of(directory);
        char *last = strrchr(directory + least, '/');

        if (limit > 0 && limit < most)
            most = limit;
        if (!last)
            return most;
        *last = '\0';
    }
}

/* Whether the list of names, with commas between, has "cpu". */
static bool has_cpu(const char *names, size_t length)
{
    while (length > 0) {
        const char *comma = memchr(names, ',', length);
        size_t bytes = comma ? (size_t)(comma - names) : length;

        if (bytes == 3 && memcmp(names, "cpu", 3) == 0)
            return true;
        bytes += comma ? 1 : 0;
        names += bytes;
        length -= bytes;
    }
    return false;
}

/* A line of the list: "0::/group" of version 2, "4:cpu,cpuacct:/group" of 1. */
static unsigned within_line(char *line, const char *mounted, unsigned most)
{
    char *names = strchr(line, ':');
    char *group = names ? strchr(names + 1, ':') : NULL;

    if (!group)
        return most;
    names++;
    line[strcspn(line, "\n")] = '\0';
    if (group == names) {
        most = least_of(mounted, "", group + 1, most);
        return least_of(mounted, "/unified", group + 1, most);
    }
    return has_cpu(names, (size_t)(group - names))
               ? least_of(mounted, "/cpu", group + 1, most)
               : most;
}

unsigned processors_within(const char *listed, const char *mounted,
                           unsigned most)
{
    char line[PATH_SIZE];
    FILE *file = fopen(listed, "re");

    if (!file)
        return most;
    while (fgets(line, sizeof(line), file))
        most = within_line(line, mounted, most);
    fclose(file);
    return most;
}

unsigned processors_count(void)
{
    cpu_set_t set;

    if (sched_getaffinity(0, sizeof(set), &set) < 0)
        return 1;
    return processors_within("/proc/self/cgroup", "/sys/fs/cgroup",
                             (unsigned)CPU_COUNT(&set));
}

bool processors_suffice_by(const char *loadavg, unsigned online)
{
    const char *running = loadavg;

    /* "0.20 0.18 0.12 3/80 11206": three run or wait to. */
    for (int i = 0; i < 3; i++) {
        running = strchr(running, ' ');
        if (!running)
            return true;
        running++;
    }
    return strtoll(running, NULL, 10) <= (long long)online;
}

bool processors_suffice(void)
{
    char text[TEXT_SIZE];
    long online = sysconf(_SC_NPROCESSORS_ONLN);

    if (online < 1 || !read_text(text, "/proc", "loadavg"))
        return true;
    return processors_suffice_by(text, (unsigned)online);
}
