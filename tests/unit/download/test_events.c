#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "download/events.h"

struct log {
    char text[256];
    int count;
    bool inside;
    bool overlapped;
    bool went_back;
    int64_t last_us;
};

static void record(void *arg, const struct event *event)
{
    struct log *log = arg;
    size_t at = strlen(log->text);

    log->overlapped = log->overlapped || log->inside;
    log->inside = true;
    log->went_back = log->went_back || event->at_us < log->last_us;
    log->last_us = event->at_us;
    log->count++;
    if (at < sizeof(log->text) - 16)
        snprintf(log->text + at, sizeof(log->text) - at, "%s ",
                 event_kind_name(event->kind));
    log->inside = false;
}

static void emit(struct events *events, enum event_kind kind)
{
    struct event event = {.kind = kind};

    events_emit(events, &event);
}

Test(events, reach_the_sinks_that_want_them)
{
    struct events events;
    struct log few = {.last_us = -1};
    struct log all = {.last_us = -1};
    struct event_sink first = {record, &few, EVENT_BIT(EVENT_FINAL), NULL};
    struct event_sink second = {record, &all, EVENT_ALL, NULL};

    cr_assert(eq(int, events_init(&events), 0));
    cr_expect(not(events_wants(&events, EVENT_FINAL)));
    events_add(&events, &first);
    cr_expect(events_wants(&events, EVENT_FINAL));
    cr_expect(not(events_wants(&events, EVENT_SAVED)));
    events_add(&events, &second);
    cr_expect(events_wants(&events, EVENT_SAVED));

    for (int kind = 0; kind < EVENT_KINDS; kind++)
        emit(&events, (enum event_kind)kind);

    cr_expect(eq(str, few.text, "final "));
    cr_expect(eq(str, all.text,
                 "scheduled started first_byte transferred saved retry final "
                 "stopped "));
    cr_expect(ge(i64, all.last_us, 0));
    cr_expect(le(i64, all.last_us, events_now_us(&events)));
    events_close(&events);
}

enum { THREADS = 8, EACH = 500 };

static void *emit_many(void *arg)
{
    for (int i = 0; i < EACH; i++)
        emit(arg, EVENT_STARTED);
    return NULL;
}

Test(events, of_several_threads_come_one_at_a_time_in_order)
{
    struct events events;
    struct log log = {0};
    struct event_sink sink = {record, &log, EVENT_ALL, NULL};
    pthread_t threads[THREADS];

    cr_assert(eq(int, events_init(&events), 0));
    events_add(&events, &sink);
    for (int i = 0; i < THREADS; i++)
        cr_assert(
            eq(int, pthread_create(&threads[i], NULL, emit_many, &events), 0));
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);

    cr_expect(eq(int, log.count, THREADS *EACH));
    cr_expect(not(log.overlapped));
    cr_expect(not(log.went_back));
    events_close(&events);
}
