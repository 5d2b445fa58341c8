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
    footprint_close(&feed->footprint);
}

/* From one to the other; -1: unknown. */
static json_t *between(const struct footprint *footprint, int64_t before,
                       int64_t after)
{
    bool known = footprint->before.known && footprint->after.known;

    return json_integer(known ? after - before : -1);
}

static json_t *footprint_json(const struct footprint *footprint)
{
    const struct footprint_cpu *before = &footprint->before;
    const struct footprint_cpu *after = &footprint->after;

    return json_pack(
        "{s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o}", "peak_rss",
        (json_int_t)footprint->peak_rss, "threads",
        (json_int_t)footprint->threads, "descriptors",
        (json_int_t)footprint->descriptors, "wait_us",
        (json_int_t)footprint_wait_us(footprint), "user_us",
        between(footprint, before->user_us, after->user_us), "system_us",
        between(footprint, before->system_us, after->system_us), "voluntary",
        between(footprint, before->voluntary, after->voluntary), "involuntary",
        between(footprint, before->involuntary, after->involuntary));
}

int feed_end(struct feed *feed)
{
    FILE *out = feed->out;
    int rc = feed->record.error < 0 ? feed->record.error : feed->error;

    if (rc < 0)
        return rc;
    footprint_end(&feed->footprint);
    rc = record_write(out, &feed->record);
    if (rc == 0)
        rc = record_print_line(out, footprint_json(&feed->footprint));
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

static bool parse_footprint(struct feed_line *line, json_t *json)
{
    json_int_t n[8];

    if (json_unpack(json, "{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I !}",
                    "peak_rss", &n[0], "threads", &n[1], "descriptors", &n[2],
                    "wait_us", &n[3], "user_us", &n[4], "system_us", &n[5],
                    "voluntary", &n[6], "involuntary", &n[7]) < 0)
        return false;
    line->kind = FEED_FOOTPRINT;
    line->peak_rss = n[0];
    line->threads = n[1];
    line->descriptors = n[2];
    line->wait_us = n[3];
    line->user_us = n[4];
    line->system_us = n[5];
    line->voluntary = n[6];
    line->involuntary = n[7];
    return true;
}

int feed_parse(struct feed_line *line, json_t *json)
{
    struct feed_line read = {0};
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
    } else if (json_unpack(json, "{s:I !}", "observed_us", &observed_us) == 0) {
        read.kind = FEED_OBSERVED;
        read.observed_us = observed_us;
    } else if (!parse_footprint(&read, json)) {
        return -EINVAL;
    }
    *line = read;
    return 0;
}
