#include "report/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/record_rows.h"

static const struct record_item no_item = {.started_us = -1, .final_us = -1};

/* Room for one row more in an array of `count`; NULL: there is none. */
static void *grow(void *rows, size_t count, size_t *room, size_t row_size)
{
    size_t more = *room ? *room * 2 : 16;
    void *grown;

    if (count < *room)
        return rows;
    grown = reallocarray(rows, more, row_size);
    if (grown)
        *room = more;
    return grown;
}

int record_add_item(struct record *record)
{
    struct record_item *items = grow(record->items, record->item_count,
                                     &record->item_room, sizeof(*items));

    if (!items)
        return -ENOMEM;
    record->items = items;
    items[record->item_count++] = no_item;
    return 0;
}

int record_add_request(struct record *record,
                       const struct record_request *request)
{
    struct record_request *requests =
        grow(record->requests, record->request_count, &record->request_room,
             sizeof(*requests));

    if (!requests)
        return -ENOMEM;
    record->requests = requests;
    requests[record->request_count++] = *request;
    return 0;
}

/* The row of an item, which may be a new one; NULL: no memory. */
static struct record_item *row_of(struct record *record,
                                  const struct item *item)
{
    struct record_item *row;

    while (record->item_count <= item->index) {
        if (record_add_item(record) < 0)
            return NULL;
    }
    row = &record->items[item->index];
    if (!row->subject)
        row->subject = strdup(item->subject);
    return row->subject ? row : NULL;
}

static int64_t clamp(int64_t value, int64_t least, int64_t most)
{
    if (value < least)
        return least;
    return value > most ? most : value;
}

/* When the request had a connection; -1: it never had one. */
static int64_t connected_us(const struct record_request *row,
                            const struct reply *reply)
{
    int64_t took_us = reply->times.secured_us > reply->times.connected_us
                          ? reply->times.secured_us
                          : reply->times.connected_us;

    /* Of a kept connection libcurl tells no time, or the time that it took to
       find it. */
    if (!reply->new_connection && reply->local_port != 0)
        return row->start_us;
    if (took_us <= 0)
        return -1;
    return clamp(row->start_us + took_us, row->start_us, row->end_us);
}

struct record_request record_request_of(const struct event *event,
                                        int64_t after_us)
{
    const struct reply *reply = event->reply;
    struct record_request row = {
        .attempt = event->attempt,
        .worker = event->worker,
        .end_us = event->at_us,
        .first_byte_us = -1,
        .cause = reply->cause,
        .http_status = reply->http_status,
        .bytes = reply->bytes,
        .from = reply->from,
        .local_port = reply->local_port,
        .new_connection = reply->new_connection,
    };

    /* libcurl's clock is not the stream's: its durations are laid end to end
       with the event, and cut where a late wake-up moved them. */
    after_us = clamp(after_us, 0, row.end_us);
    row.start_us =
        clamp(row.end_us - reply->times.total_us, after_us, row.end_us);
    row.connected_us = connected_us(&row, reply);
    /* Where the server closes without a word, libcurl (7.88) has a time of the
       first byte, but no status. */
    if (reply->times.first_byte_us > 0 && reply->http_status > 0)
        row.first_byte_us = clamp(
            row.start_us + reply->times.first_byte_us,
            row.connected_us < 0 ? row.start_us : row.connected_us, row.end_us);
    return row;
}

static void on_started(struct record_item *row, const struct event *event)
{
    if (row->started_us < 0)
        row->started_us = event->at_us;
    row->attempts = event->attempt;
    row->worker = event->worker;
    row->after_us = event->at_us;
    row->requests = 0;
}

static int on_transferred(struct record *record, struct record_item *row,
                          const struct event *event)
{
    struct record_request request = record_request_of(event, row->after_us);

    request.item = (size_t)event->item->index;
    request.number = ++row->requests;
    row->after_us = request.end_us;
    return record_add_request(record, &request);
}

static int on_final(struct record *record, struct record_item *row,
                    const struct event *event)
{
    const struct outcome *outcome = event->outcome;

    row->final_us = event->at_us;
    record->last_us = event->at_us;
    row->status = outcome->status;
    row->cause = outcome->reply.cause;
    row->http_status = outcome->reply.http_status;
    row->bytes = outcome->bytes;
    if (!outcome->name[0])
        return 0;
    row->name = strdup(outcome->name);
    return row->name ? 0 : -ENOMEM;
}

static int add_event(struct record *record, const struct event *event)
{
    struct record_item *row = row_of(record, event->item);

    if (!row)
        return -ENOMEM;
    switch (event->kind) {
    case EVENT_SCHEDULED:
        if (record->first_us < 0)
            record->first_us = event->at_us;
        return 0;
    case EVENT_STARTED:
        on_started(row, event);
        return 0;
    case EVENT_TRANSFERRED:
        return on_transferred(record, row, event);
    case EVENT_FINAL:
        return on_final(record, row, event);
    default:
        return 0;
    }
}

static void on_event(void *arg, const struct event *event)
{
    struct record *record = arg;
    int rc = add_event(record, event);

    if (rc < 0)
        record->error = rc;
}

void record_init(struct record *record, struct events *events)
{
    record->sink = (struct event_sink){
        .on_event = on_event,
        .arg = record,
        .kinds = EVENT_BIT(EVENT_SCHEDULED) | EVENT_BIT(EVENT_STARTED) |
                 EVENT_BIT(EVENT_TRANSFERRED) | EVENT_BIT(EVENT_FINAL),
    };
    record->first_us = -1;
    record->last_us = -1;
    events_add(events, &record->sink);
}

void record_close(struct record *record)
{
    for (size_t i = 0; i < record->item_count; i++) {
        free(record->items[i].subject);
        free(record->items[i].name);
    }
    free(record->items);
    free(record->requests);
    *record = (struct record){0};
}

int64_t record_observed_us(const struct record *record)
{
    if (record->first_us < 0 || record->last_us < record->first_us)
        return 0;
    return record->last_us - record->first_us;
}
