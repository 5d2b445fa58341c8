#include "comparison/requests.h"

#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "comparison/ideal.h"

static const struct {
    double q;
    enum figure_id took, late;
} quantiles[] = {
    {0.5, FIGURE_P50, FIGURE_LATE_P50},
    {0.9, FIGURE_P90, FIGURE_LATE_P90},
    {0.99, FIGURE_P99, FIGURE_LATE_P99},
};

enum { QUANTILES = sizeof(quantiles) / sizeof(quantiles[0]) };

/* -1: not known. -ENOMEM. */
static int lateness(int64_t *late_us, const struct record_request *request,
                    const struct compare_work *work)
{
    int64_t delay_us;
    int rc;

    *late_us = -1;
    if (!work->server_started || !weather_is_exact(&work->weather) ||
        request->cause == CAUSE_TIMEOUT ||
        request->item >= work->selection.count)
        return 0;
    rc = compare_delay(&delay_us, &work->source, &work->weather,
                       work->selection.codes[request->item].code,
                       request->number, request->attempt);
    if (rc == 0)
        *late_us = request->end_us - request->start_us - delay_us;
    if (rc == 0 && *late_us < 0)
        *late_us = 0;
    return rc;
}

/* A quantile of those values that are known, sorted in `room`, where there is
   room for all; or -1. */
static int64_t quantile(const int64_t *room, size_t count, double q)
{
    return count > 0 ? llround(statistics_quantile(room, count, q)) : -1;
}

/* Into the room, sorted: how many are known. */
static size_t collect(const struct comparison_run *run, size_t field,
                      int64_t *room)
{
    size_t count = 0;

    for (size_t i = 0; i < run->request_count; i++) {
        int64_t value;

        memcpy(&value, (const char *)&run->requests[i] + field, sizeof(value));
        if (value >= 0)
            room[count++] = value;
    }
    statistics_sort(room, count);
    return count;
}

static void measure(struct comparison_run *run, int64_t *room)
{
    size_t count =
        collect(run, offsetof(struct comparison_request, took_us), room);

    for (size_t i = 0; i < QUANTILES; i++)
        run->measured[quantiles[i].took] =
            quantile(room, count, quantiles[i].q);
    count = collect(run, offsetof(struct comparison_request, late_us), room);
    for (size_t i = 0; i < QUANTILES; i++)
        run->measured[quantiles[i].late] =
            quantile(room, count, quantiles[i].q);
    count = collect(run, offsetof(struct comparison_request, answer_us), room);
    run->measured[FIGURE_ANSWER_P50] = quantile(room, count, 0.5);
}

struct span {
    int64_t from_us, to_us;
};

static int by_from(const void *a, const void *b)
{
    int64_t x = ((const struct span *)a)->from_us;
    int64_t y = ((const struct span *)b)->from_us;

    return (x > y) - (x < y);
}

/* For how long any request was waiting for a new connection. */
static int64_t connecting(struct span *room, const struct record *record)
{
    size_t count = 0;
    int64_t sum = 0;
    int64_t until = INT64_MIN;

    for (size_t i = 0; i < record->request_count; i++) {
        const struct record_request *request = &record->requests[i];

        if (request->new_connection && request->connected_us >= 0)
            room[count++] =
                (struct span){request->start_us, request->connected_us};
    }
    qsort(room, count, sizeof(*room), by_from);
    for (size_t i = 0; i < count; i++) {
        int64_t from = room[i].from_us > until ? room[i].from_us : until;

        if (room[i].to_us > from)
            sum += room[i].to_us - from;
        if (room[i].to_us > until)
            until = room[i].to_us;
    }
    return sum;
}

/* The most requests at a time: as many as are there when one of them begins. */
static int64_t peak(const struct comparison_run *run)
{
    int64_t most = 0;

    for (size_t i = 0; i < run->request_count; i++) {
        int64_t begin_us = run->requests[i].start_us;
        int64_t there = 0;

        for (size_t j = 0; j < run->request_count; j++)
            there +=
                run->requests[j].start_us <= begin_us &&
                begin_us < run->requests[j].start_us + run->requests[j].took_us;
        most = there > most ? there : most;
    }
    return most;
}

/* What a server that is not ours does not tell, as the client knows it. */
static void measure_connections(struct comparison_run *run,
                                const struct record *record)
{
    int64_t connections = 0;

    for (size_t i = 0; i < record->request_count; i++)
        connections += record->requests[i].new_connection;
    run->measured[FIGURE_CONNECTIONS] = connections;
    run->measured[FIGURE_PEAK_IN_FLIGHT] = peak(run);
    run->measured[FIGURE_REQUESTS] = (int64_t)record->request_count;
}

int64_t requests_answer_us(const struct record_request *request)
{
    return request->end_us - (request->connected_us < 0
                                  ? request->start_us
                                  : request->connected_us);
}

int requests_measure(struct comparison_run *run, const struct record *record,
                     const struct compare_work *work)
{
    size_t count = record->request_count;
    int64_t *room = calloc(count + 1, sizeof(*room));
    struct span *spans = calloc(count + 1, sizeof(*spans));
    int rc = room && spans ? 0 : -ENOMEM;

    run->requests = calloc(count + 1, sizeof(*run->requests));
    if (!run->requests)
        rc = -ENOMEM;
    for (size_t i = 0; i < count && rc == 0; i++) {
        const struct record_request *request = &record->requests[i];
        struct comparison_request *made = &run->requests[i];

        made->item = request->item;
        made->start_us = request->start_us - record->first_us;
        made->took_us = request->end_us - request->start_us;
        made->answer_us = requests_answer_us(request);
        rc = lateness(&made->late_us, request, work);
    }
    if (rc == 0) {
        run->request_count = count;
        measure(run, room);
        if (count > 0)
            run->measured[FIGURE_CONNECTING] = connecting(spans, record);
        if (count > 0 && !work->server_started)
            measure_connections(run, record);
    } else {
        requests_close(run);
    }
    free(room);
    free(spans);
    return rc;
}

void requests_close(struct comparison_run *run)
{
    free(run->requests);
    run->requests = NULL;
    run->request_count = 0;
}
