#include "report/quarters.h"

#include <inttypes.h>

enum { FIRST_OF_UNKNOWN = 100 };

/* The least number, beyond `settled`, that completes a quarter; there is none
   after all. */
static uint64_t next_after(const struct quarters *quarters)
{
    uint64_t total = quarters->total;

    if (total == 0)
        return quarters->next * 2;
    for (uint64_t quarter = 1; quarter <= 4; quarter++) {
        uint64_t at = (total * quarter + 3) / 4;

        if (at > quarters->settled)
            return at;
    }
    return UINT64_MAX;
}

static void print(const struct quarters *quarters, int64_t now_us)
{
    char line[160];
    int size;

    size = snprintf(line, sizeof(line), "flags: %" PRIu64, quarters->settled);
    if (quarters->total)
        size += snprintf(line + size, sizeof(line) - (size_t)size,
                         " of %" PRIu64 " settled (%" PRIu64 " %%)",
                         quarters->total,
                         quarters->settled * 100 / quarters->total);
    else
        size += snprintf(line + size, sizeof(line) - (size_t)size, " settled");
    if (quarters->failed)
        size += snprintf(line + size, sizeof(line) - (size_t)size,
                         ", %" PRIu64 " failed", quarters->failed);
    snprintf(line + size, sizeof(line) - (size_t)size, ", %.1fs\n",
             (double)now_us / 1e6);
    fputs(line, quarters->err); /* one write: stderr has no buffer */
}

static void on_event(void *arg, const struct event *event)
{
    struct quarters *quarters = arg;

    quarters->settled++;
    quarters->failed += event->outcome->status == STATUS_ERROR;
    if (quarters->settled < quarters->next)
        return;
    print(quarters, event->at_us);
    quarters->next = next_after(quarters);
}

void quarters_init(struct quarters *quarters, FILE *err, uint64_t total,
                   struct events *events)
{
    *quarters = (struct quarters){
        .sink = {.on_event = on_event,
                 .arg = quarters,
                 .kinds = EVENT_BIT(EVENT_FINAL)},
        .err = err,
        .total = total,
        .next = FIRST_OF_UNKNOWN,
    };
    if (total > 0)
        quarters->next = next_after(quarters);
    events_add(events, &quarters->sink);
}
