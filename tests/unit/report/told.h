#pragma once

#include "download/events.h"

/*
 * told: events that reach the folds of a stream with times of the test's own,
 * as if the stream had stamped them.
 */

static inline void tell(struct events *events, int64_t at_us,
                        struct event event)
{
    event.at_us = at_us;
    for (struct event_sink *sink = events->sinks; sink; sink = sink->next) {
        if (sink->kinds & EVENT_BIT(event.kind))
            sink->on_event(sink->arg, &event);
    }
}

static inline void scheduled(struct events *events, int64_t at_us,
                             const struct item *item)
{
    tell(events, at_us, (struct event){.kind = EVENT_SCHEDULED, .item = item});
}

static inline void started(struct events *events, int64_t at_us,
                           const struct item *item, unsigned attempt,
                           unsigned worker)
{
    tell(events, at_us,
         (struct event){.kind = EVENT_STARTED,
                        .item = item,
                        .attempt = attempt,
                        .worker = worker});
}

static inline void transferred(struct events *events, int64_t at_us,
                               const struct item *item, unsigned attempt,
                               unsigned worker, const struct reply *reply)
{
    tell(events, at_us,
         (struct event){.kind = EVENT_TRANSFERRED,
                        .item = item,
                        .attempt = attempt,
                        .worker = worker,
                        .reply = reply});
}

static inline void retried(struct events *events, int64_t at_us,
                           const struct item *item, unsigned attempt,
                           unsigned worker, const struct outcome *outcome)
{
    tell(events, at_us,
         (struct event){.kind = EVENT_RETRY,
                        .item = item,
                        .attempt = attempt,
                        .worker = worker,
                        .outcome = outcome,
                        .due_us = at_us});
}

static inline void final(struct events *events, int64_t at_us,
                         const struct item *item, unsigned attempt,
                         unsigned worker, const struct outcome *outcome)
{
    tell(events, at_us,
         (struct event){.kind = EVENT_FINAL,
                        .item = item,
                        .attempt = attempt,
                        .worker = worker,
                        .outcome = outcome});
}
