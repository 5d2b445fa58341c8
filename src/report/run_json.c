#include "report/run_json.h"

#include <errno.h>
#include <inttypes.h>
#include <search.h>
#include <stdlib.h>

#include "report/json_text.h"
#include "report/record.h"
#include "text/escape.h"

/* One request of an item that is not final yet. */
struct leg {
    struct record_request request;
    struct reply_times times;
    int curl;
    struct leg *next;
};

struct flight {
    uint64_t index;
    int64_t scheduled_us;
    int64_t started_us; /* the attempt's, then the end of each request */
    struct leg *first, **last;
};

static int compare(const void *a, const void *b)
{
    uint64_t x = ((const struct flight *)a)->index;
    uint64_t y = ((const struct flight *)b)->index;

    return (x > y) - (x < y);
}

static void free_flight(void *arg)
{
    struct flight *flight = arg;

    while (flight->first) {
        struct leg *leg = flight->first;

        flight->first = leg->next;
        free(leg);
    }
    free(flight);
}

/* The item's; a new one if there was none. NULL: no memory. */
static struct flight *find(struct run_json *json, const struct event *event)
{
    struct flight wanted = {.index = event->item->index};
    struct flight **found = tfind(&wanted, &json->flights, compare);
    struct flight *flight;

    if (found)
        return *found;
    flight = calloc(1, sizeof(*flight));
    if (flight) {
        flight->index = event->item->index;
        flight->scheduled_us = flight->started_us = event->at_us;
        flight->last = &flight->first;
        if (!tsearch(flight, &json->flights, compare)) {
            free(flight);
            flight = NULL;
        }
    }
    if (!flight)
        json->error = -ENOMEM;
    return flight;
}

static void add_leg(struct run_json *json, struct flight *flight,
                    const struct event *event)
{
    struct leg *leg = calloc(1, sizeof(*leg));

    if (!leg) {
        json->error = -ENOMEM;
        return;
    }
    leg->request = record_request_of(event, flight->started_us);
    leg->times = event->reply->times;
    leg->curl = (int)event->reply->curl;
    flight->started_us = event->at_us;
    *flight->last = leg;
    flight->last = &leg->next;
}

static double seconds(int64_t us)
{
    return (double)(us > 0 ? us : 0) / 1e6;
}

static void print_leg(FILE *out, const struct flight *flight,
                      const struct leg *leg)
{
    const struct record_request *request = &leg->request;

    fprintf(out,
            "{\"attempt\":%u,\"worker\":%u,\"http_status\":%ld,\"curl\":%d,"
            "\"bytes\":%" PRId64 ",\"connection\":%ld,\"new_connection\":%s,",
            request->attempt, request->worker, request->http_status, leg->curl,
            request->bytes, request->local_port,
            request->new_connection ? "true" : "false");
    if (request->from > 0)
        fprintf(out, "\"from\":%" PRId64 ",", request->from);
    fprintf(out,
            "\"queue\":%.6f,\"dns\":%.6f,\"connect\":%.6f,\"tls\":%.6f,"
            "\"first_byte\":%.6f,\"total\":%.6f}",
            seconds(request->start_us - flight->scheduled_us),
            seconds(leg->times.resolved_us), seconds(leg->times.connected_us),
            seconds(leg->times.secured_us), seconds(leg->times.first_byte_us),
            seconds(leg->times.total_us));
}

/* What is in place, and what the server calls it. */
static void print_file(FILE *out, const struct outcome *outcome)
{
    char sum[DIGEST_TEXT_SIZE];

    if (outcome->name[0]) {
        fputs(",\"file\":", out);
        escape_json(out, outcome->name);
    }
    if (!digest_is_none(&outcome->digest)) {
        digest_text(sum, &outcome->digest);
        fprintf(out, ",\"sha256\":\"%s\"", sum);
    }
    if (outcome->reply.type[0]) {
        fputs(",\"content_type\":", out);
        escape_json(out, outcome->reply.type);
    }
}

static void print_item(struct run_json *json, const struct event *event,
                       const struct flight *flight)
{
    const struct outcome *outcome = event->outcome;
    FILE *out = json->out;

    fprintf(out, "%s\n{\"item\":", json->begun ? "," : "");
    json->begun = true;
    json_text_url(out, event->item->subject);
    fputs(",\"url\":", out);
    json_text_url(out, event->item->url);
    fprintf(out, ",\"status\":\"%s\",\"bytes\":%" PRId64 ",\"attempts\":%u",
            status_name(outcome->status), outcome->bytes, event->attempt);
    print_file(out, outcome);
    if (!status_in_place(outcome->status)) {
        fputs(",\"error\":", out);
        escape_json(out, outcome->reply.text);
    }
    fputs(",\"requests\":[", out);
    for (const struct leg *leg = flight ? flight->first : NULL; leg;
         leg = leg->next) {
        print_leg(out, flight, leg);
        if (leg->next)
            fputc(',', out);
    }
    fputs("]}", out);
}

static void on_event(void *arg, const struct event *event)
{
    struct run_json *json = arg;
    struct flight *flight = find(json, event);

    if (flight && event->kind == EVENT_STARTED)
        flight->started_us = event->at_us;
    if (flight && event->kind == EVENT_TRANSFERRED)
        add_leg(json, flight, event);
    if (event->kind != EVENT_FINAL)
        return;
    print_item(json, event, flight);
    if (flight) {
        tdelete(flight, &json->flights, compare);
        free_flight(flight);
    }
}

static void print_now(FILE *out)
{
    char text[sizeof("2000-01-01T00:00:00Z") + 16];
    struct timespec now = {0};
    struct tm utc;

    clock_gettime(CLOCK_REALTIME, &now);
    if (!gmtime_r(&now.tv_sec, &utc) ||
        strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
        text[0] = '\0';
    fprintf(out, "\"%s\"", text);
}

void run_json_begin(struct run_json *json, FILE *out,
                    const struct run_json_head *head)
{
    *json = (struct run_json){.out = out};
    fputs("{\"schema\":\"flags.report/1\",\"started\":", out);
    print_now(out);
    fprintf(out, ",\"strategy\":\"%s\",\"max_req\":%u,\"seed\":%" PRIu64,
            head->strategy, head->max_req, head->seed);
    fputs(",\"directory\":", out);
    escape_json(out, head->directory);
    if (head->shard_count)
        fprintf(out, ",\"shard\":{\"index\":%" PRIu32 ",\"count\":%" PRIu32 "}",
                head->shard, head->shard_count);
    fputs(",\"items\":[", out);
}

void run_json_listen(struct run_json *json, struct events *events)
{
    json->sink = (struct event_sink){
        .on_event = on_event,
        .arg = json,
        .kinds = EVENT_BIT(EVENT_SCHEDULED) | EVENT_BIT(EVENT_STARTED) |
                 EVENT_BIT(EVENT_TRANSFERRED) | EVENT_BIT(EVENT_FINAL),
    };
    events_add(events, &json->sink);
}

int run_json_end(struct run_json *json, const struct tally *tally)
{
    FILE *out = json->out;

    fputs("\n],\"counts\":{", out);
    for (int i = 0; i < STATUS_COUNT; i++)
        fprintf(out, "%s\"%s\":%" PRIu64, i ? "," : "",
                status_name((enum status)i), tally->counts.of[i]);
    fprintf(out,
            "},\"named\":%" PRIu64 ",\"missing\":%" PRIu64
            ",\"retries\":%" PRIu64 ",\"elapsed\":%.6f,\"stop\":\"%s\"}\n",
            tally->named, tally->missing, tally->retries,
            seconds(tally_observed_us(tally)), stop_name(tally->stop));
    tdestroy(json->flights, free_flight);
    json->flights = NULL;
    return json->error;
}
