#include "specimen_run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/record_rows.h"

enum { WORKERS = 1000 };

/* From `low` to below `high`. */
static int64_t draw(uint64_t *state, int64_t low, int64_t high)
{
    return low + (int64_t)statistics_index(state, (size_t)(high - low));
}

struct simulation {
    struct record *record;
    const struct comparison_cell *cell;
    uint64_t state;
    int64_t free_us[WORKERS];
    bool connected[WORKERS];
};

static unsigned first_free(const struct simulation *simulation)
{
    unsigned best = 0;

    for (unsigned i = 1; i < simulation->cell->max_req; i++) {
        if (simulation->free_us[i] < simulation->free_us[best])
            best = i;
    }
    return best;
}

/* One attempt: a connection unless there is one, the delay, the bytes. */
static int attempt(struct simulation *simulation, unsigned worker,
                   struct record_request *request, int64_t delay_us)
{
    bool kept = simulation->cell->reuse && simulation->connected[worker];

    request->worker = worker + 1;
    request->new_connection = !kept;
    request->local_port = 40000 + worker;
    request->connected_us =
        request->start_us + (kept ? 0 : draw(&simulation->state, 200, 1500));
    request->first_byte_us = request->connected_us + delay_us;
    request->end_us =
        request->first_byte_us + draw(&simulation->state, 40, 900);
    simulation->connected[worker] = true;
    return record_add_request(simulation->record, request);
}

/* One item in seven is refused once, and backs off for 30 ms; one in eleven is
   not found. */
static int simulate_item(struct simulation *simulation, size_t index,
                         const char *subject)
{
    struct record *record = simulation->record;
    unsigned worker = first_free(simulation);
    int64_t delay_us = draw(&simulation->state, 20000, 80000);
    struct record_request request = {
        .item = index, .attempt = 1, .number = 1, .http_status = 200};
    struct record_item *item;

    if (record_add_item(record) < 0)
        return -ENOMEM;
    item = &record->items[index];
    item->subject = strdup(subject);
    item->started_us = simulation->free_us[worker];
    item->worker = worker + 1;
    request.start_us = item->started_us;
    if (!item->subject)
        return -ENOMEM;
    if (index % 7 == 5) {
        request.cause = CAUSE_HTTP;
        request.http_status = 503;
        if (attempt(simulation, worker, &request, delay_us / 2) < 0)
            return -ENOMEM;
        request = (struct record_request){.item = index,
                                          .attempt = 2,
                                          .number = 1,
                                          .http_status = 200,
                                          .start_us = request.end_us + 30000};
    }
    if (index % 11 == 10) {
        request.cause = CAUSE_HTTP;
        request.http_status = 404;
        item->status = STATUS_NOT_FOUND;
    }
    if (attempt(simulation, worker, &request, delay_us) < 0)
        return -ENOMEM;
    item->attempts = request.attempt;
    item->final_us = request.end_us + draw(&simulation->state, 100, 900);
    simulation->free_us[worker] = item->final_us;
    record->last_us =
        item->final_us > record->last_us ? item->final_us : record->last_us;
    return 0;
}

static int by_end(const void *a, const void *b)
{
    const struct record_request *left = a;
    const struct record_request *right = b;

    return left->end_us < right->end_us ? -1 : left->end_us > right->end_us;
}

static int simulate(struct comparison_cell *cell,
                    const struct comparison_setup *setup)
{
    struct simulation *simulation = calloc(1, sizeof(*simulation));
    int rc = simulation ? 0 : -ENOMEM;

    cell->record.first_us = 0;
    for (size_t i = 0; rc == 0 && i < setup->item_count; i++) {
        simulation->record = &cell->record;
        simulation->cell = cell;
        /* The same delay whichever strategy meets it. */
        simulation->state = 1000 + i;
        rc = simulate_item(simulation, i, setup->codes[i]);
    }
    free(simulation);
    if (rc == 0)
        qsort(cell->record.requests, cell->record.request_count,
              sizeof(*cell->record.requests), by_end);
    return rc;
}

/* What a strategy costs, roughly as measured. */
static void charge(struct comparison_run *run,
                   const struct comparison_cell *cell, uint64_t *state)
{
    bool threaded = strcmp(cell->strategy, "threaded") == 0;
    uint64_t apart = *state + 1;

    run->measured[FIGURE_PROCESS] = run->observed_us + draw(state, 4000, 6000);
    run->measured[FIGURE_USER] =
        draw(state, 5000, 7000) + (threaded ? 3000 : 0);
    run->measured[FIGURE_SYSTEM] =
        draw(state, 3000, 5000) + (threaded ? 2500 : 0);
    run->measured[FIGURE_START_CPU] = draw(&apart, 20000, 26000);
    run->measured[FIGURE_CONNECTING] = draw(&apart, 500, 1500);
    run->measured[FIGURE_CLIENT_WAIT] = draw(&apart, 0, 400);
    run->measured[FIGURE_SERVER_WAIT] = draw(&apart, 0, 600);
    run->measured[FIGURE_SERVER_LATE] = draw(&apart, 100, 900);
    run->measured[FIGURE_PEAK_RSS] =
        (threaded ? 12582912 : 8388608) + draw(state, 0, 300000);
    run->measured[FIGURE_THREADS] = threaded ? cell->max_req + 1 : 1;
    run->measured[FIGURE_DESCRIPTORS] = 8 + cell->max_req;
    run->measured[FIGURE_VOLUNTARY] = draw(state, 60, 120);
    run->measured[FIGURE_INVOLUNTARY] = draw(state, 0, 9);
    run->measured[FIGURE_CONNECTIONS] = cell->reuse ? cell->max_req : 20;
    run->measured[FIGURE_PEAK_IN_FLIGHT] =
        cell->max_req < 20 ? cell->max_req : 20;
    run->measured[FIGURE_REQUESTS] = 22;
    run->measured[FIGURE_SERVER_BYTES] = 193114;
}

/* Times around what was simulated; the third run of async is an outlier. */
static int add_runs(struct comparison_cell *cell, size_t count, uint64_t *state)
{
    int64_t base_us = record_observed_us(&cell->record);

    cell->runs = calloc(count, sizeof(*cell->runs));
    if (!cell->runs)
        return -ENOMEM;
    cell->run_count = count;
    for (size_t i = 0; i < count; i++) {
        struct comparison_run *run = &cell->runs[i];

        run->number = run->place = (int64_t)i + 1;
        run->started_us = (int64_t)i * 2 * base_us;
        run->observed_us = base_us + draw(state, 0, base_us / 200 + 2500);
        if (count > 3 && i == 2 && strcmp(cell->strategy, "async") == 0)
            run->observed_us += base_us / 4;
        charge(run, cell, state);
    }
    return 0;
}

static int64_t spent(const struct record_request *request)
{
    return request->end_us - request->start_us;
}

static int by_value(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a;
    int64_t right = *(const int64_t *)b;

    return left < right ? -1 : left > right;
}

/* As if each run had made the record's requests. */
static int add_requests(struct comparison_cell *cell, uint64_t *state)
{
    size_t count = cell->record.request_count;
    int64_t *request_us = calloc(count + 1, sizeof(*request_us));

    if (!request_us)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++)
        request_us[i] = spent(&cell->record.requests[i]);
    qsort(request_us, count, sizeof(*request_us), by_value);
    for (size_t i = 0; i < cell->run_count; i++) {
        int64_t *measured = cell->runs[i].measured;

        measured[FIGURE_P50] = request_us[count / 2];
        measured[FIGURE_P90] = request_us[count * 9 / 10];
        measured[FIGURE_ANSWER_P50] = measured[FIGURE_P50] - 350;
        measured[FIGURE_P99] = request_us[count - 1];
        measured[FIGURE_LATE_P50] = draw(state, 300, 600);
        measured[FIGURE_LATE_P90] = draw(state, 700, 1500);
        measured[FIGURE_LATE_P99] = draw(state, 1600, 2500);
    }
    free(request_us);
    return 0;
}

int specimen_run(struct comparison_cell *cell,
                 const struct comparison_setup *setup, uint64_t seed)
{
    int rc = simulate(cell, setup);

    if (rc == 0)
        rc = add_runs(cell, (size_t)setup->runs, &seed);
    return rc < 0 ? rc : add_requests(cell, &seed);
}
