#include "report/feed.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static void on_event(void *arg, const struct event *event)
{
    struct feed *feed = arg;

    fprintf(feed->out, "final %s %s %" PRId64 " %u\n", event->item->code,
            status_name(event->outcome->status), event->outcome->bytes,
            event->attempt);
    fflush(feed->out);
}

void feed_init(struct feed *feed, FILE *out, struct events *events)
{
    *feed = (struct feed){.sink = {.on_event = on_event,
                                   .arg = feed,
                                   .kinds = EVENT_BIT(EVENT_FINAL)},
                          .out = out};
    events_add(events, &feed->sink);
}

int feed_end(struct feed *feed, const struct tally *tally)
{
    errno = 0;
    fprintf(feed->out, "observed %" PRId64 "\n", tally_observed_us(tally));
    if (fflush(feed->out) == 0 && !ferror(feed->out))
        return 0;
    return errno ? -errno : -EIO;
}

static int parse_status(const char *name, enum status *status)
{
    for (int i = 0; i < STATUS_COUNT; i++) {
        if (strcmp(status_name((enum status)i), name) == 0) {
            *status = (enum status)i;
            return 0;
        }
    }
    return -EINVAL;
}

int feed_parse(struct feed_line *line, const char *text)
{
    struct feed_line read = {.kind = FEED_OBSERVED};
    char name[16];
    int end = -1;

    if (sscanf(text, "observed %" SCNd64 "%n", &read.observed_us, &end) == 1 &&
        text[end] == '\0') {
        *line = read;
        return 0;
    }
    read.kind = FEED_FINAL;
    end = -1;
    if (sscanf(text, "final %2s %15s %" SCNd64 " %u%n", read.code, name,
               &read.bytes, &read.attempts, &end) != 4 ||
        end < 0 || text[end] != '\0' || parse_status(name, &read.status) < 0)
        return -EINVAL;
    *line = read;
    return 0;
}
