#include "report/feed.h"

#include <errno.h>
#include <string.h>

static void on_event(void *arg, const struct event *event)
{
    struct feed *feed = arg;
    int rc = record_print_line(
        feed->out, json_pack("{s:s, s:s}", "final", event->item->code, "status",
                             status_name(event->outcome->status)));

    if (rc < 0 && feed->error == 0)
        feed->error = rc;
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
    FILE *out = feed->out;
    int rc = feed->record.error < 0 ? feed->record.error : feed->error;

    if (rc < 0)
        return rc;
    footprint_end(&feed->footprint);
    rc = record_write(out, &feed->record);
    if (rc == 0)
        rc = record_print_line(
            out, json_pack("{s:I, s:I, s:I}", "peak_rss",
                           (json_int_t)footprint->peak_rss, "threads",
                           (json_int_t)footprint->threads, "descriptors",
                           (json_int_t)footprint->descriptors));
    if (rc == 0)
        rc = record_print_line(
            out, json_pack("{s:I}", "observed_us",
                           (json_int_t)record_observed_us(&feed->record)));
    errno = 0;
    /* A line of the run may have been lost, too. */
    if (rc == 0 && (fflush(out) != 0 || ferror(out)))
        rc = errno ? -errno : -EIO;
    return rc;
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

int feed_parse(struct feed_line *line, json_t *json)
{
    struct feed_line read = {0};
    json_int_t rss;
    json_int_t threads;
    json_int_t descriptors;
    json_int_t observed_us;
    const char *code;
    const char *status;

    if (json_unpack(json, "{s:s, s:s !}", "final", &code, "status", &status) ==
        0) {
        read.kind = FEED_FINAL;
        if (strlen(code) >= sizeof(read.code) ||
            parse_status(status, &read.status) < 0)
            return -EINVAL;
        snprintf(read.code, sizeof(read.code), "%s", code);
    } else if (json_unpack(json, "{s:I, s:I, s:I !}", "peak_rss", &rss,
                           "threads", &threads, "descriptors",
                           &descriptors) == 0) {
        read.kind = FEED_FOOTPRINT;
        read.peak_rss = rss;
        read.threads = threads;
        read.descriptors = descriptors;
    } else if (json_unpack(json, "{s:I !}", "observed_us", &observed_us) == 0) {
        read.kind = FEED_OBSERVED;
        read.observed_us = observed_us;
    } else {
        return -EINVAL;
    }
    *line = read;
    return 0;
}
