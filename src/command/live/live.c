#include "command/live/live.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock/clock.h"
#include "command/live/live_runs.h"
#include "comparison/race/race_together.h"
#include "findings/race_screen.h"
#include "process/interrupt.h"

/* What is seen of it. */
struct show {
    const struct race *race;
    struct race_screen screen;
    int64_t started_us;
    int64_t stopped_us; /* how long the process was, in all */
    sigset_t stops;     /* while a frame stands there, held back until the
                           cursor is shown: SIGTSTP */
};

static FILE *place_of(const struct compare_runs *runs)
{
    return !race_screen_fits(stderr) && runs->flush_stdout &&
                   race_screen_fits(stdout)
               ? stdout
               : stderr;
}

static void begin(struct show *show, const struct race *race, FILE *out)
{
    *show = (struct show){.race = race};
    sigemptyset(&show->stops);
    if (race_screen_fits(out))
        sigaddset(&show->stops, SIGTSTP);
    sigprocmask(SIG_BLOCK, &show->stops, NULL);
    race_screen_open(&show->screen, out); /* it hides the cursor */
    show->started_us = clock_monotonic_us();
}

static void end(struct show *show)
{
    race_screen_close(&show->screen);
    sigprocmask(SIG_UNBLOCK, &show->stops, NULL);
}

/* Ctrl-Z: stop here, with the terminal as it was, until it is to go on. */
static void stop(struct show *show)
{
    int64_t since_us = clock_monotonic_us();

    race_screen_pause(&show->screen);
    raise(SIGTSTP);
    sigprocmask(SIG_UNBLOCK, &show->stops, NULL);
    sigprocmask(SIG_BLOCK, &show->stops, NULL);
    race_screen_resume(&show->screen);
    show->stopped_us += clock_monotonic_us() - since_us;
}

/* Wait so long, or until a signal comes. */
static void wait_for(struct show *show, int64_t us)
{
    const struct timespec time = {.tv_sec = us / 1000000,
                                  .tv_nsec = us % 1000000 * 1000};

    if (sigtimedwait(&show->stops, NULL, &time) == SIGTSTP)
        stop(show);
}

/* From its first moment to its last, as fast as it was. */
static int play(struct show *show)
{
    int64_t end_us = race_end_us(show->race);

    while (!interrupt_signal()) {
        int64_t at_us =
            clock_monotonic_us() - show->started_us - show->stopped_us;
        int64_t left_us = end_us - at_us;

        race_screen_show(&show->screen, show->race,
                         left_us > 0 ? at_us : end_us);
        if (left_us <= 0)
            return 0;
        wait_for(show, left_us < RACE_TICK_US ? left_us : RACE_TICK_US);
    }
    return -EINTR;
}

static void on_tick(void *arg)
{
    struct show *show = arg;

    wait_for(show, 0);
    race_screen_show(&show->screen, show->race,
                     clock_monotonic_us() - show->started_us);
}

static int run_together(struct show *show, const struct live_runs *live)
{
    struct compare_run_options *options = live_runs_options(live);
    int rc = options ? 0 : -ENOMEM;

    if (rc == 0) {
        on_tick(show);
        rc = race_together(show->race, options,
                           &(struct race_watch){
                               .codes = live->runs->comparison->setup.codes,
                               .started_us = show->started_us,
                               .on_tick = on_tick,
                               .arg = show,
                           });
    }
    if (rc == 0)
        race_screen_show(&show->screen, show->race, race_end_us(show->race));
    free(options);
    return rc;
}

int live_race(struct compare_runs *runs)
{
    bool together = runs->settings->live == LIVE_TOGETHER;
    struct live_runs live;
    struct show show;
    int rc = live_runs_open(&live, runs);

    if (rc == 0 && !together)
        rc = live_runs_record(&live);
    if (rc == 0)
        rc = live_runs_find_ideals(&live);
    if (rc == 0) {
        begin(&show, &live.race, place_of(runs));
        rc = together ? run_together(&show, &live) : play(&show);
        end(&show);
    }
    if (rc == 0 && show.screen.draws)
        fputc('\n', show.screen.out);
    live_runs_close(&live);
    return rc;
}
