#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "download/schedule.h"

/*
 * A run in virtual time: items a, b, c ... that take as long as their digits
 * say. The trace has "TIME+ITEM" for each start and "TIME-ITEM" for each end.
 */
struct play {
    struct schedule *schedule;
    struct item items[16];
    const char *durations; /* a digit an item */
    size_t fed;
    int64_t now_us;
    int64_t end_us[16]; /* of what runs; -1: does not run */
    struct attempt attempts[16];
    unsigned peak;
    size_t most_held; /* items in the schedule that did not run */
    char trace[512];
};

static void note(struct play *play, char what, size_t index)
{
    size_t at = strlen(play->trace);

    snprintf(play->trace + at, sizeof(play->trace) - at, "%s%d%c%c",
             at ? " " : "", (int)play->now_us, what, (char)('a' + index));
}

static void open_play(struct play *play, const char *durations,
                      unsigned max_req)
{
    const struct schedule_limits limits = {.max_req = max_req,
                                           .timeout_us = 77};

    *play = (struct play){.durations = durations};
    play->schedule = schedule_new(&limits);
    cr_assert(ne(ptr, play->schedule, NULL));
    for (size_t i = 0; i < 16; i++) {
        play->items[i].index = i;
        play->items[i].url = "http://127.0.0.1/";
        play->end_us[i] = -1;
    }
}

static void feed(struct play *play)
{
    size_t started = 0;

    if (play->durations[play->fed] == '\0') {
        schedule_end(play->schedule);
        return;
    }
    cr_assert(
        eq(int, schedule_add(play->schedule, &play->items[play->fed++]), 0));
    for (size_t i = 0; i < play->fed; i++)
        started += play->items[i].attempts;
    if (play->fed - started > play->most_held)
        play->most_held = play->fed - started;
}

static void begin(struct play *play, const struct attempt *attempt)
{
    size_t index = (size_t)attempt->item->index;

    note(play, '+', index);
    play->attempts[index] = *attempt;
    play->end_us[index] = play->now_us + (play->durations[index] - '0');
    if (schedule_running(play->schedule) > play->peak)
        play->peak = schedule_running(play->schedule);
}

/* Let time pass until the next attempt ends, and settle it. */
static void pass(struct play *play)
{
    const struct outcome ok = {.status = STATUS_OK};
    size_t next = 16;

    for (size_t i = 0; i < 16; i++) {
        if (play->end_us[i] >= 0 &&
            (next == 16 || play->end_us[i] < play->end_us[next]))
            next = i;
    }
    cr_assert(lt(sz, next, 16), "waiting, but nothing runs");
    play->now_us = play->end_us[next];
    play->end_us[next] = -1;
    note(play, '-', next);
    cr_expect(eq(int,
                 (int)schedule_done(play->schedule, play->now_us,
                                    &play->attempts[next], &ok),
                 SETTLED_FINAL));
}

/* What schedule_next() says once it has nothing more to start or be fed. */
static enum next advance(struct play *play)
{
    for (;;) {
        struct attempt start;
        int64_t wait_until_us = 0;
        enum next next =
            schedule_next(play->schedule, play->now_us, &start, &wait_until_us);

        if (next == NEXT_START) {
            cr_expect(eq(uint, start.number, 1));
            cr_expect(eq(i64, start.timeout_us, 77));
            begin(play, &start);
        } else if (next == NEXT_FEED) {
            feed(play);
        } else {
            cr_expect(eq(i64, wait_until_us, SCHEDULE_FOREVER));
            return next;
        }
    }
}

Test(schedule, starts_as_many_as_may_run_in_the_order_of_the_input)
{
    static const struct {
        const char *durations;
        unsigned max_req;
        const char *trace;
    } cases[] = {
        {"", 3, ""},
        {"5", 1, "0+a 5-a"},
        {"531", 1, "0+a 5-a 5+b 8-b 8+c 9-c"},
        {"531", 3, "0+a 0+b 0+c 1-c 3-b 5-a"},
        {"531", 2, "0+a 0+b 3-b 3+c 4-c 5-a"},
        {"9111", 2, "0+a 0+b 1-b 1+c 2-c 2+d 3-d 9-a"},
        {"222", 100, "0+a 0+b 0+c 2-a 2-b 2-c"},
        {"000", 1, "0+a 0-a 0+b 0-b 0+c 0-c"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct play play;

        open_play(&play, cases[i].durations, cases[i].max_req);
        while (advance(&play) != NEXT_FINISHED)
            pass(&play);
        cr_expect(eq(str, play.trace, (char *)cases[i].trace), "case %zu", i);
        cr_expect(le(uint, play.peak, cases[i].max_req));
        schedule_free(play.schedule);
    }
}

Test(schedule, asks_for_no_more_items_than_it_can_start)
{
    struct play play;

    open_play(&play, "111111111111", 3);
    while (advance(&play) != NEXT_FINISHED)
        pass(&play);

    cr_expect(eq(sz, play.most_held, 1));
    cr_expect(eq(uint, play.peak, 3));
    schedule_free(play.schedule);
}

Test(schedule, starts_nothing_after_a_stop_and_waits_for_what_runs)
{
    struct play play;

    open_play(&play, "5311", 2);
    advance(&play);
    schedule_stop(play.schedule, 1, STOP_INTERRUPTED);
    play.now_us = 1;

    cr_expect(eq(int, (int)advance(&play), NEXT_WAIT));
    pass(&play);
    cr_expect(eq(int, (int)advance(&play), NEXT_WAIT));
    pass(&play);
    cr_expect(eq(int, (int)advance(&play), NEXT_FINISHED));
    cr_expect(eq(str, play.trace, "0+a 0+b 3-b 5-a"));
    cr_expect(eq(int, (int)schedule_stopped(play.schedule), STOP_INTERRUPTED));
    schedule_free(play.schedule);
}

Test(schedule, gives_back_what_a_stop_kept_from_starting)
{
    struct play play;

    open_play(&play, "55", 1);
    advance(&play);
    feed(&play);
    schedule_stop(play.schedule, 2, STOP_LOCAL_FAILURE);
    schedule_stop(play.schedule, 3, STOP_INTERRUPTED);
    play.now_us = 3;
    pass(&play);

    cr_expect(eq(int, (int)advance(&play), NEXT_WAIT),
              "an item was not withdrawn yet");
    cr_expect(eq(ptr, schedule_withdraw(play.schedule), &play.items[1]));
    cr_expect(eq(ptr, schedule_withdraw(play.schedule), NULL));
    cr_expect(eq(int, (int)advance(&play), NEXT_FINISHED));
    cr_expect(eq(int, (int)schedule_stopped(play.schedule), STOP_LOCAL_FAILURE),
              "the first reason stands");
    schedule_free(play.schedule);
}

Test(schedule, of_nothing_is_finished_when_stopped_at_once)
{
    struct play play;

    open_play(&play, "1", 1);
    schedule_stop(play.schedule, 0, STOP_INTERRUPTED);

    cr_expect(eq(int, (int)advance(&play), NEXT_FINISHED));
    cr_expect(eq(str, play.trace, ""));
    schedule_free(play.schedule);
}
