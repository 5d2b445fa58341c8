#include "report/feed.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static void on_event(void *arg, const struct event *event)
{
    struct feed *feed = arg;

    fprintf(feed->out, "final %s %s\n", event->item->code,
            status_name(event->outcome->status));
    fflush(feed->out);
}

void feed_init(struct feed *feed, FILE *out, struct events *events)
{
    *feed = (struct feed){.sink = {.on_event = on_event,
                                   .arg = feed,
                                   .kinds = EVENT_BIT(EVENT_FINAL)},
                          .out = out};
    record_init(&feed->record, events);
    footprint_init(&feed->footprint, events);
    events_add(events, &feed->sink);
}

void feed_close(struct feed *feed)
{
    record_close(&feed->record);
}

int feed_end(struct feed *feed)
{
    const struct footprint *footprint = &feed->footprint;

    if (feed->record.error < 0)
        return feed->record.error;
    footprint_end(&feed->footprint);
    errno = 0;
    record_write(feed->out, &feed->record);
    fprintf(feed->out, "footprint %" PRId64 " %" PRId64 " %" PRId64 "\n",
            footprint->peak_rss, footprint->threads, footprint->descriptors);
    fprintf(feed->out, "observed %" PRId64 "\n",
            record_observed_us(&feed->record));
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

static int parse_final(struct feed_line *line, const char *text)
{
    char name[16];
    int end = -1;

    line->kind = FEED_FINAL;
    if (sscanf(text, "final %2s %15s%n", line->code, name, &end) != 2 ||
        text[end] != '\0')
        return -EINVAL;
    return parse_status(name, &line->status);
}

static int parse_footprint(struct feed_line *line, const char *text)
{
    int end = -1;

    line->kind = FEED_FOOTPRINT;
    if (sscanf(text, "footprint %" SCNd64 " %" SCNd64 " %" SCNd64 "%n",
               &line->peak_rss, &line->threads, &line->descriptors,
               &end) != 3 ||
        text[end] != '\0')
        return -EINVAL;
    return 0;
}

static int parse_observed(struct feed_line *line, const char *text)
{
    int end = -1;

    line->kind = FEED_OBSERVED;
    if (sscanf(text, "observed %" SCNd64 "%n", &line->observed_us, &end) != 1 ||
        text[end] != '\0')
        return -EINVAL;
    return 0;
}

int feed_parse(struct feed_line *line, const char *text)
{
    struct feed_line read = {0};

    if (parse_final(&read, text) < 0 && parse_footprint(&read, text) < 0 &&
        parse_observed(&read, text) < 0)
        return -EINVAL;
    *line = read;
    return 0;
}
