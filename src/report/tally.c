#include "report/tally.h"

static void on_event(void *arg, const struct event *event)
{
    struct tally *tally = arg;

    switch (event->kind) {
    case EVENT_SCHEDULED:
        if (tally->first_us < 0)
            tally->first_us = event->at_us;
        break;
    case EVENT_FINAL:
        tally->counts.of[event->outcome->status]++;
        tally->named += event->item->named;
        tally->codes += event->item->code[0] != '\0';
        if (event->outcome->status == STATUS_NOT_FOUND) {
            tally->missing += event->item->named;
            tally->tolerated += !event->item->named;
        }
        tally->last_us = event->at_us;
        break;
    case EVENT_RETRY:
        tally->retries++;
        break;
    case EVENT_STOPPED:
        tally->stop = event->stop;
        break;
    default:
        break;
    }
}

void tally_init(struct tally *tally, struct events *events)
{
    *tally = (struct tally){
        .sink = {.on_event = on_event,
                 .arg = tally,
                 .kinds = EVENT_BIT(EVENT_SCHEDULED) | EVENT_BIT(EVENT_RETRY) |
                          EVENT_BIT(EVENT_FINAL) | EVENT_BIT(EVENT_STOPPED)},
        .first_us = -1,
    };
    events_add(events, &tally->sink);
}

void tally_never_started(struct tally *tally, uint64_t items, uint64_t named,
                         enum stop_reason why)
{
    tally->counts.of[STATUS_CANCELLED] += items;
    tally->codes += items;
    tally->named += named;
    if (tally->stop == STOP_NONE)
        tally->stop = why;
}

int64_t tally_observed_us(const struct tally *tally)
{
    if (tally->first_us < 0 || tally->last_us < tally->first_us)
        return 0;
    return tally->last_us - tally->first_us;
}
