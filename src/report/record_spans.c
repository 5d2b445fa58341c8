#include <stdio.h>

#include "report/record.h"

const char *record_phase_name(enum record_phase phase)
{
    static const char *const names[PHASE_COUNT] = {
        [PHASE_QUEUED] = "queued",           [PHASE_CONNECTING] = "connecting",
        [PHASE_WAITING] = "waiting",         [PHASE_RECEIVING] = "receiving",
        [PHASE_SAVING] = "saving",           [PHASE_FAILED] = "failed",
        [PHASE_BACKING_OFF] = "backing off",
    };

    return names[phase];
}

static const char *cause_word(enum cause cause)
{
    switch (cause) {
    case CAUSE_RESOLVE:
        return "no address";
    case CAUSE_CONNECT:
        return "no connection";
    case CAUSE_TIMEOUT:
        return "timeout";
    case CAUSE_TLS:
        return "TLS";
    case CAUSE_RESET:
        return "broken off";
    case CAUSE_EMPTY_REPLY:
        return "no answer";
    case CAUSE_TRUNCATED:
        return "truncated";
    case CAUSE_REDIRECT:
        return "redirected";
    case CAUSE_CONTENT:
        return "bad content";
    case CAUSE_METADATA:
        return "bad metadata";
    case CAUSE_INPUT:
        return "bad input";
    case CAUSE_SAVE:
        return "not saved";
    case CAUSE_DISK_FULL:
        return "disk full";
    case CAUSE_CANCELLED:
        return "cancelled";
    case CAUSE_PROTOCOL:
        return "bad HTTP";
    case CAUSE_PROXY:
        return "proxy";
    case CAUSE_LOCAL:
    case CAUSE_HTTP:
    case CAUSE_NONE:
        break;
    }
    return "error";
}

void record_outcome(char text[RECORD_OUTCOME_SIZE],
                    const struct record_item *item)
{
    const char *word = cause_word(item->cause);

    if (item->status == STATUS_ERROR && item->cause == CAUSE_HTTP) {
        snprintf(text, RECORD_OUTCOME_SIZE, "HTTP %ld", item->http_status);
        return;
    }
    if (status_in_place(item->status))
        word = status_name(item->status);
    else if (item->status == STATUS_NOT_FOUND)
        word = "not found";
    else if (item->status == STATUS_CANCELLED)
        word = "cancelled";
    snprintf(text, RECORD_OUTCOME_SIZE, "%s", word);
}

/* Lays phases end to end. Neighbours of one phase are one. */
struct walk {
    record_on_span on_span;
    void *arg;
    struct record_span last; /* not told yet; no length: there is none */
    unsigned worker;
};

static struct walk walk_from(int64_t from_us, record_on_span on_span, void *arg)
{
    return (struct walk){
        .on_span = on_span,
        .arg = arg,
        .last = {.from_us = from_us, .to_us = from_us},
    };
}

static void walk_end(struct walk *walk)
{
    if (walk->last.to_us > walk->last.from_us)
        walk->on_span(walk->arg, &walk->last);
    walk->last.from_us = walk->last.to_us;
}

/* The next phase, up to `to_us`. */
static void walk_to(struct walk *walk, enum record_phase phase, int64_t to_us)
{
    bool nobodys = phase == PHASE_QUEUED || phase == PHASE_BACKING_OFF;
    unsigned worker = nobodys ? 0 : walk->worker;

    if (to_us <= walk->last.to_us)
        return;
    if (walk->last.phase != phase || walk->last.worker != worker)
        walk_end(walk);
    walk->last.phase = phase;
    walk->last.worker = worker;
    walk->last.to_us = to_us;
}

/* The phase that a request ended in. */
static enum record_phase last_phase(const struct record_request *request)
{
    if (request->cause != CAUSE_NONE)
        return PHASE_FAILED;
    return request->first_byte_us < 0 ? PHASE_WAITING : PHASE_RECEIVING;
}

static void walk_request(struct walk *walk,
                         const struct record_request *request)
{
    walk->worker = request->worker;
    if (request->connected_us > request->start_us)
        walk_to(walk, PHASE_CONNECTING, request->connected_us);
    if (request->first_byte_us >= 0)
        walk_to(walk, PHASE_WAITING, request->first_byte_us);
    walk_to(walk, last_phase(request), request->end_us);
}

void record_request_spans(const struct record_request *request,
                          record_on_span on_span, void *arg)
{
    struct walk walk = walk_from(request->start_us, on_span, arg);

    walk_request(&walk, request);
    walk_end(&walk);
}

/* The first request that ended at `from_us` or later. */
static size_t find_request(const struct record *record, int64_t from_us)
{
    size_t low = 0;
    size_t high = record->request_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (record->requests[middle].end_us < from_us)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Requests are in the order of their ends, so only those of the item's own time
   are looked at. */
const struct record_request *record_next_request(
    const struct record *record, size_t item,
    const struct record_request *before)
{
    const struct record_item *row = &record->items[item];
    size_t at;

    if (row->started_us < 0)
        return NULL;
    at = before ? (size_t)(before - record->requests) + 1
                : find_request(record, row->started_us);
    for (; at < record->request_count; at++) {
        const struct record_request *request = &record->requests[at];

        if (row->final_us >= 0 && request->end_us > row->final_us)
            return NULL;
        if (request->item == item)
            return request;
    }
    return NULL;
}

/* What passed between a request and the one before it. */
static void walk_gap(struct walk *walk, const struct record_request *before,
                     const struct record_request *request)
{
    if (before && before->attempt != request->attempt)
        walk_to(walk, PHASE_BACKING_OFF, request->start_us);
    else if (before)
        walk_to(walk, PHASE_SAVING, request->start_us);
}

/* From the last request, NULL: there was none, to the item's end. */
static enum record_phase phase_at_end(const struct record_item *row,
                                      const struct record_request *last)
{
    if ((last && last->cause == CAUSE_NONE) || status_in_place(row->status))
        return PHASE_SAVING;
    return last && last->cause != CAUSE_CANCELLED &&
                   row->status == STATUS_CANCELLED
               ? PHASE_BACKING_OFF
               : PHASE_FAILED;
}

void record_spans(const struct record *record, size_t item,
                  record_on_span on_span, void *arg)
{
    const struct record_item *row = &record->items[item];
    const struct record_request *before = NULL;
    const struct record_request *request;
    struct walk walk = walk_from(record->first_us, on_span, arg);
    bool started = row->started_us >= 0;

    if (record->first_us < 0)
        return;
    walk.worker = row->worker;
    walk_to(&walk, PHASE_QUEUED, started ? row->started_us : row->final_us);
    while ((request = record_next_request(record, item, before))) {
        walk_gap(&walk, before, request);
        walk_request(&walk, request);
        before = request;
    }
    walk_to(&walk, phase_at_end(row, before), row->final_us);
    walk_end(&walk);
}
