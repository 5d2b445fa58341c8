#include "report/footprint.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report/run_delay.h"
#include "text/quantity.h"

/* A field of /proc/self/status, as it stands there; -1: it does not. */
static int64_t status_field(const char *name)
{
    FILE *status = fopen("/proc/self/status", "re");
    size_t length = strlen(name);
    int64_t value = -1;
    char line[128];

    if (!status)
        return -1;
    while (value < 0 && fgets(line, sizeof(line), status)) {
        if (strncmp(line, name, length) == 0 && line[length] == ':')
            sscanf(line + length + 1, "%" SCNd64, &value);
    }
    fclose(status);
    return value;
}

/* Before Linux 6.2 the directory has to be read. Its own descriptor is not one
   of the run's. */
static int64_t list_descriptors(void)
{
    DIR *directory = opendir("/proc/self/fd");
    int64_t count = -1;

    if (!directory)
        return -1;
    for (struct dirent *entry; (entry = readdir(directory));)
        count += entry->d_name[0] != '.';
    closedir(directory);
    return count;
}

static int64_t count_descriptors(void)
{
    struct stat st;

    if (stat("/proc/self/fd", &st) == 0 && st.st_size > 0)
        return (int64_t)st.st_size;
    return list_descriptors();
}

static void take_greater(int64_t *most, int64_t value)
{
    if (value > *most)
        *most = value;
}

static void count(struct footprint *footprint)
{
    take_greater(&footprint->threads, status_field("Threads"));
    take_greater(&footprint->descriptors, count_descriptors());
}

/* The calling thread's row; NULL: no memory. A thread that is new has begun
   within the run. */
static struct footprint_thread *row_of(struct footprint *footprint, pid_t id)
{
    struct footprint_thread *grown;

    for (size_t i = 0; i < footprint->wait_count; i++) {
        if (footprint->waits[i].id == id)
            return &footprint->waits[i];
    }
    grown = reallocarray(footprint->waits, footprint->wait_count + 1,
                         sizeof(*grown));
    if (!grown)
        return NULL;
    footprint->waits = grown;
    grown[footprint->wait_count] = (struct footprint_thread){.id = id};
    return &grown[footprint->wait_count++];
}

static struct footprint_cpu cpu_now(void)
{
    struct rusage usage;

    if (getrusage(RUSAGE_SELF, &usage) < 0)
        return (struct footprint_cpu){.known = false};
    return (struct footprint_cpu){.known = true,
                                  .user_us = quantity_timeval(&usage.ru_utime),
                                  .system_us =
                                      quantity_timeval(&usage.ru_stime),
                                  .voluntary = usage.ru_nvcsw,
                                  .involuntary = usage.ru_nivcsw};
}

/* The run begins, or may be at its end. */
static void take_stock(struct footprint *footprint, bool begins)
{
    struct footprint_thread *row = row_of(footprint, gettid());
    int64_t waited = run_delay_own_us();

    if (!row || waited < 0) {
        footprint->waits_unknown = true;
    } else {
        row->after_us = waited;
        if (begins)
            row->before_us = waited;
    }
    footprint->after = cpu_now();
    if (begins)
        footprint->before = footprint->after;
}

static void on_event(void *arg, const struct event *event)
{
    struct footprint *footprint = arg;

    switch (event->kind) {
    case EVENT_SCHEDULED:
        if (!footprint->before.known)
            take_stock(footprint, true);
        break;
    case EVENT_STARTED:
        footprint->in_flight++;
        break;
    case EVENT_FIRST_BYTE:
        if (footprint->in_flight > footprint->counted) {
            footprint->counted = footprint->in_flight;
            count(footprint);
        }
        break;
    case EVENT_FINAL:
        /* One that a stop kept from being started never was in flight. */
        footprint->in_flight -= event->attempt > 0 && footprint->in_flight > 0;
        take_stock(footprint, false);
        break;
    default:
        break;
    }
}

void footprint_init(struct footprint *footprint, struct events *events)
{
    *footprint = (struct footprint){
        .sink = {.on_event = on_event,
                 .arg = footprint,
                 .kinds = EVENT_BIT(EVENT_SCHEDULED) |
                          EVENT_BIT(EVENT_STARTED) |
                          EVENT_BIT(EVENT_FIRST_BYTE) | EVENT_BIT(EVENT_FINAL)},
        .threads = -1,
        .descriptors = -1,
        .peak_rss = -1,
    };
    events_add(events, &footprint->sink);
}

void footprint_end(struct footprint *footprint)
{
    int64_t kib = status_field("VmHWM");

    count(footprint);
    footprint->peak_rss = kib < 0 ? -1 : kib * 1024;
}

int64_t footprint_wait_us(const struct footprint *footprint)
{
    int64_t most = -1;

    for (size_t i = 0; i < footprint->wait_count; i++) {
        const struct footprint_thread *thread = &footprint->waits[i];

        take_greater(&most, thread->after_us - thread->before_us);
    }
    return footprint->waits_unknown ? -1 : most;
}

void footprint_close(struct footprint *footprint)
{
    free(footprint->waits);
    footprint->waits = NULL;
    footprint->wait_count = 0;
}
