#include "download/events.h"

#include "clock/clock.h"

int events_init(struct events *events)
{
    int error;

    *events = (struct events){.start_us = clock_monotonic_us()};
    error = pthread_mutex_init(&events->lock, NULL);
    return -error;
}

void events_close(struct events *events)
{
    pthread_mutex_destroy(&events->lock);
}

void events_add(struct events *events, struct event_sink *sink)
{
    struct event_sink **end = &events->sinks;

    while (*end)
        end = &(*end)->next;
    sink->next = NULL;
    *end = sink;
    events->kinds |= sink->kinds;
}

bool events_wants(const struct events *events, enum event_kind kind)
{
    return (events->kinds & EVENT_BIT(kind)) != 0;
}

int64_t events_now_us(const struct events *events)
{
    return clock_monotonic_us() - events->start_us;
}

struct timespec events_clock(const struct events *events, int64_t at_us)
{
    int64_t clock_us =
        at_us < INT64_MAX / 2 ? events->start_us + at_us : INT64_MAX / 2;

    return (struct timespec){.tv_sec = (time_t)(clock_us / 1000000),
                             .tv_nsec = (long)(clock_us % 1000000) * 1000};
}

void events_emit(struct events *events, struct event *event)
{
    if (!events_wants(events, event->kind))
        return;
    pthread_mutex_lock(&events->lock);
    /* Stamped under the lock: the stream is in the order of its times. */
    event->at_us = events_now_us(events);
    for (struct event_sink *sink = events->sinks; sink; sink = sink->next) {
        if (sink->kinds & EVENT_BIT(event->kind))
            sink->on_event(sink->arg, event);
    }
    pthread_mutex_unlock(&events->lock);
}

void events_look(struct events *events, void (*fn)(void *arg, int64_t at_us),
                 void *arg)
{
    pthread_mutex_lock(&events->lock);
    fn(arg, events_now_us(events));
    pthread_mutex_unlock(&events->lock);
}

const char *event_kind_name(enum event_kind kind)
{
    static const char *const names[EVENT_KINDS] = {
        [EVENT_SCHEDULED] = "scheduled",   [EVENT_STARTED] = "started",
        [EVENT_FIRST_BYTE] = "first_byte", [EVENT_TRANSFERRED] = "transferred",
        [EVENT_SAVED] = "saved",           [EVENT_RETRY] = "retry",
        [EVENT_FINAL] = "final",           [EVENT_STOPPED] = "stopped",
    };

    return names[kind];
}
