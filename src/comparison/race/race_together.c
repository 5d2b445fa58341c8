#include "comparison/race/race_together.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "clock/clock.h"
#include "comparison/directory.h"
#include "process/child.h"
#include "process/interrupt.h"

enum { STOP_US = 5 * 1000000 };

/* One of them. */
struct entrant {
    struct compare_run_options options;
    const struct race *race;
    struct race_lane *lane;
    const struct race_watch *watch;
    struct child child;
    struct compare_run run;
    char *directory;
    bool runs; /* the child is to be reaped */
    bool complete;
};

static int by_code(const void *code, const void *item)
{
    return strcmp(code, *(const char *const *)item);
}

static void on_final(void *arg, const struct feed_line *line)
{
    struct entrant *entrant = arg;
    const char *const *codes = entrant->watch->codes;
    const char *const *found = bsearch(
        line->code, codes, entrant->race->item_count, sizeof(*codes), by_code);

    if (!found)
        return;
    entrant->lane->items[found - codes] = (struct race_item){
        .started_us = -1,
        .ended_us = clock_monotonic_us() - entrant->watch->started_us,
        .in_place = status_in_place(line->status),
    };
}

static int enter(struct entrant *entrant, size_t number)
{
    int rc;

    compare_run_init(&entrant->run);
    entrant->options.on_final = on_final;
    entrant->options.arg = entrant;
    if (asprintf(&entrant->directory, "%s/race-%zu", entrant->options.directory,
                 number) < 0) {
        entrant->directory = NULL;
        return -ENOMEM;
    }
    rc = compare_run_start(&entrant->child, &entrant->options,
                           entrant->directory);
    entrant->runs = rc == 0;
    return rc;
}

/* The child has ended its feed: what came of it. */
static int finish(struct entrant *entrant)
{
    struct race_lane *lane = entrant->lane;
    int status = 0;
    int rc = child_wait(&entrant->child, &status);

    entrant->runs = false;
    if (rc < 0)
        return rc;
    if (entrant->complete) {
        race_take_record(entrant->race, lane, &entrant->run.record);
        lane->began_us =
            clock_monotonic_us() - entrant->watch->started_us - lane->ended_us;
        return 0;
    }
    lane->ended_us = clock_monotonic_us() - entrant->watch->started_us;
    snprintf(lane->why, sizeof(lane->why),
             "it ended with status %d before its work",
             WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return 0;
}

/* All that it has told by now. */
static int hear(struct entrant *entrant)
{
    char text[COMPARE_RUN_LINE];
    int rc;

    while ((rc = child_read_line(&entrant->child, text, sizeof(text), 0)) > 0) {
        if (entrant->complete)
            return -EBADMSG;
        rc = compare_run_take(&entrant->run, text, &entrant->options);
        if (rc < 0)
            return rc;
        entrant->complete = rc == COMPARE_RUN_LAST;
    }
    if (rc == -ETIMEDOUT)
        return 0;
    return rc < 0 ? rc : finish(entrant);
}

/* Until one of those that run has something to tell, or it is time. The number
   of those that run, or a negative errno value. */
static int await_any(const struct entrant *entrants, size_t count,
                     struct pollfd *room)
{
    nfds_t running = 0;

    for (size_t i = 0; i < count; i++) {
        if (entrants[i].runs)
            room[running++] =
                (struct pollfd){.fd = entrants[i].child.pipe, .events = POLLIN};
    }
    if (running > 0 && poll(room, running, RACE_TICK_US / 1000) < 0 &&
        errno != EINTR)
        return -errno;
    return interrupt_signal() ? -EINTR : (int)running;
}

static int follow(struct entrant *entrants, size_t count, struct pollfd *room,
                  const struct race_watch *watch)
{
    int64_t told_us = clock_monotonic_us();
    int rc;

    while ((rc = await_any(entrants, count, room)) > 0) {
        for (size_t i = 0; i < count; i++) {
            int heard = entrants[i].runs ? hear(&entrants[i]) : 0;

            if (heard < 0)
                return heard;
        }
        if (clock_monotonic_us() - told_us >= RACE_TICK_US) {
            told_us = clock_monotonic_us();
            watch->on_tick(watch->arg);
        }
    }
    return rc;
}

static void leave(struct entrant *entrant)
{
    int status;

    if (entrant->runs)
        child_stop(&entrant->child, STOP_US, &status);
    compare_run_close(&entrant->run);
    if (entrant->directory)
        compare_directory_remove(entrant->directory);
    free(entrant->directory);
}

int race_together(const struct race *race,
                  const struct compare_run_options *options,
                  const struct race_watch *watch)
{
    size_t count = race->lane_count;
    struct entrant *entrants = calloc(count + 1, sizeof(*entrants));
    struct pollfd *room = calloc(count + 1, sizeof(*room));
    int rc = entrants && room ? 0 : -ENOMEM;

    for (size_t i = 0; i < count && rc == 0; i++) {
        entrants[i] = (struct entrant){.options = options[i],
                                       .race = race,
                                       .lane = &race->lanes[i],
                                       .watch = watch};
        rc = enter(&entrants[i], i);
    }
    if (rc == 0)
        rc = follow(entrants, count, room, watch);
    for (size_t i = 0; i < count && entrants; i++)
        leave(&entrants[i]);
    free(entrants);
    free(room);
    return rc;
}
