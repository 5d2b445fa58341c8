#include "process/machine.h"

#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

/* The model of the first processor; "processor" where Linux has no name for
   it. */
static void read_model(char *model, size_t size)
{
    static const char field[] = "model name";
    FILE *info = fopen("/proc/cpuinfo", "re");
    char line[256];

    snprintf(model, size, "processor");
    if (!info)
        return;
    while (fgets(line, sizeof(line), info)) {
        const char *value = strchr(line, ':');

        if (strncmp(line, field, strlen(field)) != 0 || !value)
            continue;
        value += 1 + strspn(value + 1, " \t");
        snprintf(model, size, "%.*s", (int)strcspn(value, "\n"), value);
        break;
    }
    fclose(info);
}

static int count_processors(void)
{
    cpu_set_t set;

    return sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
}

static void read_time(char text[MACHINE_TIME_SIZE])
{
    struct timespec now;
    struct tm parts;

    clock_gettime(CLOCK_REALTIME, &now); /* cannot fail */
    if (!gmtime_r(&now.tv_sec, &parts) ||
        strftime(text, MACHINE_TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
        text[0] = '\0';
}

void machine_describe(struct machine *machine)
{
    struct utsname system;
    char model[80];
    double load;

    machine->processors = count_processors();
    read_model(model, sizeof(model));
    if (uname(&system) < 0)
        system = (struct utsname){.sysname = "unknown system"};
    snprintf(machine->text, sizeof(machine->text), "%d x %s, %.16s %.32s %.16s",
             machine->processors, model, system.sysname, system.release,
             system.machine);
    read_time(machine->time);
    machine->load = getloadavg(&load, 1) == 1 ? load : (double)NAN;
}
