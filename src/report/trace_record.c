#include <errno.h>
#include <stdlib.h>

#include "report/trace_slices.h"

/*
 * Write the attempt that `request` is the first one of, and return the first
 * request of the next attempt; NULL: it was the last one. Without a request the
 * attempt was cancelled before it made one.
 */
static const struct record_request *write_attempt(
    struct trace *trace, const struct record *record, size_t item,
    int64_t from_us, const struct record_request *request)
{
    const struct record_item *row = &record->items[item];
    unsigned attempt = request ? request->attempt : row->attempts;
    struct trace_worker *worker =
        trace_worker(trace, request ? request->worker : row->worker);
    char why[RECORD_OUTCOME_SIZE];
    struct trace_end_of end = {.at_us = from_us};

    if (!worker ||
        !trace_open_attempt(trace, worker, row->subject, attempt, from_us))
        return NULL;
    while (request && request->attempt == attempt) {
        trace_add_request(trace, worker, request);
        end.at_us = request->end_us;
        request = record_next_request(record, item, request);
    }
    if (!request) {
        end.at_us = row->final_us;
        end.status = status_name(row->status);
        if (!status_in_place(row->status)) {
            record_outcome(why, row);
            end.why = why;
        }
    }
    trace_close_attempt(trace, worker, &end);
    return request;
}

static bool is_complete(const struct record_item *row)
{
    return row->subject && row->started_us >= 0 &&
           row->final_us >= row->started_us;
}

static void write_item(struct trace *trace, const struct record *record,
                       size_t item)
{
    const struct record_item *row = &record->items[item];
    const struct record_request *request;
    int64_t from_us = row->started_us;

    if (!is_complete(row))
        return;
    request = record_next_request(record, item, NULL);
    while ((request = write_attempt(trace, record, item, from_us, request)))
        from_us = request->start_us;
}

/* A download began or ended. */
struct edge {
    int64_t at_us;
    int change;
};

static int compare_edges(const void *a, const void *b)
{
    const struct edge *x = a;
    const struct edge *y = b;

    if (x->at_us != y->at_us)
        return x->at_us < y->at_us ? -1 : 1;
    return (x->change > y->change) - (x->change < y->change);
}

static void write_in_flight(struct trace *trace, const struct record *record)
{
    struct edge *edges = calloc(record->item_count, 2 * sizeof(*edges));
    size_t count = 0;
    unsigned in_flight = 0;

    if (!edges) {
        trace->error = -ENOMEM;
        return;
    }
    for (size_t i = 0; i < record->item_count; i++) {
        const struct record_item *row = &record->items[i];

        if (!is_complete(row))
            continue;
        edges[count++] = (struct edge){row->started_us, 1};
        edges[count++] = (struct edge){row->final_us, -1};
    }
    qsort(edges, count, sizeof(*edges), compare_edges);
    for (size_t i = 0; i < count; i++) {
        in_flight += (unsigned)edges[i].change;
        trace_in_flight(trace, edges[i].at_us, in_flight);
    }
    free(edges);
}

void trace_record(struct trace *trace, const struct record *record)
{
    trace->base_us = record->first_us > 0 ? record->first_us : 0;
    if (record->item_count == 0)
        return;
    for (size_t i = 0; i < record->item_count; i++)
        write_item(trace, record, i);
    write_in_flight(trace, record);
}
