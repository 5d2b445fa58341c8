#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "recorded.h"
#include "report/record.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

TestSuite(record, .init = recorded_setup, .fini = recorded_teardown,
          .timeout = 10);

/* "queued 0-10 -, waiting 10-20 @1": what record_spans() tells. */
static char spans[512];

static void add_span(void *arg, const struct record_span *span)
{
    size_t used = strlen(spans);

    (void)arg;
    snprintf(spans + used, sizeof(spans) - used, "%s%s %lld-%lld @%u",
             used ? ", " : "", record_phase_name(span->phase),
             (long long)span->from_us, (long long)span->to_us, span->worker);
}

static char *spans_of(const struct record *of, size_t item)
{
    spans[0] = '\0';
    record_spans(of, item, add_span, NULL);
    return spans;
}

Test(record, nothing_has_happened_in_an_empty_record)
{
    const struct record zero = {0};

    cr_expect(eq(i64, record_observed_us(&zero), 0));
    cr_expect(eq(i64, record_observed_us(&record), 0));
    cr_expect(eq(i64, record.first_us, -1));
    cr_expect(eq(i64, record.last_us, -1));
    cr_expect(eq(sz, record.item_count, 0));
}

Test(record, an_item_and_its_requests_become_rows)
{
    scheduled(&events, 1000, &br);
    started(&events, 1010, &br, 1, 3);
    transferred(&events, 7100, &br, 1, 3, &fresh);
    transferred(&events, 8300, &br, 1, 3, &kept);
    final(&events, 8400, &br, 1, 1, &ok);

    cr_assert(eq(sz, record.item_count, 1));
    cr_expect(eq(str, record.items[0].subject, "BR"));
    cr_expect(eq(str, record.items[0].name, "br.gif"));
    cr_expect(eq(int, record.items[0].status, STATUS_OK));
    cr_expect(eq(long, record.items[0].http_status, 200));
    cr_expect(eq(i64, record.items[0].bytes, 9443));
    cr_expect(eq(uint, record.items[0].attempts, 1));
    cr_expect(eq(uint, record.items[0].worker, 3));
    cr_expect(eq(i64, record.items[0].started_us, 1010));
    cr_expect(eq(i64, record.items[0].final_us, 8400));
    cr_assert(eq(sz, record.request_count, 2));
    cr_expect(eq(i64, record.requests[0].start_us, 1100));
    cr_expect(eq(i64, record.requests[0].connected_us, 1300));
    cr_expect(eq(i64, record.requests[0].first_byte_us, 6100));
    cr_expect(eq(i64, record.requests[0].end_us, 7100));
    cr_expect(eq(uint, record.requests[0].number, 1));
    cr_expect(eq(uint, record.requests[1].number, 2));
    cr_expect(eq(uint, record.requests[1].worker, 3));
    cr_expect(eq(long, record.requests[1].local_port, 40000));
    cr_expect(not(record.requests[1].new_connection));
    cr_expect(eq(i64, record_observed_us(&record), 7400));
    cr_expect(eq(int, record.error, 0));
}

Test(record, a_kept_connection_takes_no_time_whatever_libcurl_says)
{
    scheduled(&events, 0, &br);
    started(&events, 0, &br, 1, 1);
    transferred(&events, 2000, &br, 1, 1, &kept);

    cr_expect(eq(i64, record.requests[0].start_us, 1000));
    cr_expect(eq(i64, record.requests[0].connected_us, 1000));
}

Test(record, what_never_happened_has_no_time)
{
    static const struct {
        struct reply reply;
        int64_t connected_us, first_byte_us;
    } cases[] = {
        /* Refused, or without an address. */
        {{.cause = CAUSE_CONNECT, .times = {.total_us = 400}}, -1, -1},
        /* No answer in time. */
        {{.cause = CAUSE_TIMEOUT,
          .local_port = 1,
          .new_connection = true,
          .times = {.connected_us = 100, .total_us = 400}},
         700,
         -1},
        /* Closed without a word: libcurl saw the end as a first byte. */
        {{.cause = CAUSE_EMPTY_REPLY,
          .local_port = 1,
          .new_connection = true,
          .times = {.connected_us = 100,
                    .first_byte_us = 300,
                    .total_us = 400}},
         700,
         -1},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct event event = {
            .kind = EVENT_TRANSFERRED, .at_us = 1000, .reply = &cases[i].reply};
        struct record_request row = record_request_of(&event, 0);

        cr_expect(eq(i64, row.connected_us, cases[i].connected_us), "%zu", i);
        cr_expect(eq(i64, row.first_byte_us, cases[i].first_byte_us), "%zu", i);
        cr_expect(eq(i64, row.start_us, 600), "%zu", i);
    }
}

Test(record, a_handshake_belongs_to_connecting)
{
    struct reply secure = fresh;
    struct event event = {
        .kind = EVENT_TRANSFERRED, .at_us = 6000, .reply = &secure};

    secure.times.secured_us = 900;

    cr_expect(eq(i64, record_request_of(&event, 0).connected_us, 900));
}

Test(record, times_stay_in_order_where_clocks_disagree)
{
    static const struct reply_times all[] = {
        {.connected_us = 900, .first_byte_us = 100, .total_us = 500},
        {.connected_us = 50, .first_byte_us = 9000, .total_us = 500},
        {.connected_us = 50, .first_byte_us = 60, .total_us = 99000},
        {.connected_us = 900, .secured_us = 100, .first_byte_us = 1},
        {.connected_us = -5, .first_byte_us = -5, .total_us = -5},
    };

    for (size_t i = 0; i < COUNT(all); i++) {
        struct reply reply = fresh;
        const struct event event = {
            .kind = EVENT_TRANSFERRED, .at_us = 2000, .reply = &reply};
        struct record_request row;

        reply.times = all[i];
        row = record_request_of(&event, 1000);
        cr_expect(ge(i64, row.start_us, 1000), "%zu", i);
        if (row.connected_us >= 0)
            cr_expect(le(i64, row.start_us, row.connected_us), "%zu", i);
        if (row.first_byte_us >= 0)
            cr_expect(le(i64, row.connected_us, row.first_byte_us), "%zu", i);
        cr_expect(le(i64, row.first_byte_us, row.end_us), "%zu", i);
        cr_expect(le(i64, row.connected_us, row.end_us), "%zu", i);
        cr_expect(eq(i64, row.end_us, 2000), "%zu", i);
    }
}

Test(record, a_request_begins_no_earlier_than_the_one_before_it_ended)
{
    struct reply late = fresh;

    late.times.total_us = 99999;
    started(&events, 1000, &br, 1, 1);
    transferred(&events, 7000, &br, 1, 1, &late);
    transferred(&events, 9000, &br, 1, 1, &late);
    started(&events, 9500, &br, 2, 1);
    transferred(&events, 9900, &br, 2, 1, &late);

    cr_expect(eq(i64, record.requests[0].start_us, 1000));
    cr_expect(eq(i64, record.requests[1].start_us, 7000));
    cr_expect(eq(i64, record.requests[2].start_us, 9500));
    cr_expect(eq(uint, record.requests[2].number, 1));
    cr_expect(eq(uint, record.requests[2].attempt, 2));
}

Test(record, the_phases_of_an_item_leave_no_gap)
{
    scheduled(&events, 0, &us);
    scheduled(&events, 1000, &br);
    started(&events, 1010, &br, 1, 3);
    transferred(&events, 7100, &br, 1, 3, &fresh);
    transferred(&events, 8300, &br, 1, 3, &kept);
    final(&events, 8400, &br, 1, 1, &ok);

    cr_expect(eq(str, spans_of(&record, 0),
                 "queued 0-1010 @0, connecting 1010-1300 @3, "
                 "waiting 1300-6100 @3, receiving 6100-7100 @3, "
                 "saving 7100-7300 @3, waiting 7300-8100 @3, "
                 "receiving 8100-8300 @3, saving 8300-8400 @3"));
}

Test(record, the_phases_of_items_that_overlap_are_not_mixed_up)
{
    scheduled(&events, 0, &br);
    scheduled(&events, 0, &us);
    started(&events, 0, &br, 1, 1);
    started(&events, 0, &us, 1, 2);
    transferred(&events, 1000, &us, 1, 2, &kept);
    final(&events, 1000, &us, 1, 1, &ok);
    transferred(&events, 1000, &br, 1, 1, &kept);
    final(&events, 1000, &br, 1, 1, &ok);
    scheduled(&events, 1000, &zz);
    started(&events, 1000, &zz, 1, 2);
    transferred(&events, 2000, &zz, 1, 2, &kept);
    final(&events, 2000, &zz, 1, 1, &ok);

    cr_expect(eq(str, spans_of(&record, 0),
                 "waiting 0-800 @1, receiving 800-1000 @1"));
    cr_expect(eq(str, spans_of(&record, 1),
                 "waiting 0-800 @2, receiving 800-1000 @2"));
    cr_expect(eq(str, spans_of(&record, 2),
                 "queued 0-1000 @0, waiting 1000-1800 @2, "
                 "receiving 1800-2000 @2"));
}

Test(record, a_request_fails_in_its_last_phase)
{
    static const struct {
        struct reply reply;
        const char *spans;
    } cases[] = {
        {{.cause = CAUSE_CONNECT, .times = {.total_us = 400}},
         "failed 0-500 @1"},
        {{.cause = CAUSE_TIMEOUT,
          .local_port = 1,
          .new_connection = true,
          .times = {.connected_us = 100, .total_us = 400}},
         "connecting 0-100 @1, failed 100-500 @1"},
        {{.cause = CAUSE_HTTP,
          .http_status = 404,
          .local_port = 1,
          .times = {.first_byte_us = 300, .total_us = 400}},
         "waiting 0-300 @1, failed 300-500 @1"},
    };

    scheduled(&events, 0, &br);
    started(&events, 0, &br, 1, 1);
    final(&events, 500, &br, 1, 1, &not_found);
    for (size_t i = 0; i < COUNT(cases); i++) {
        record.request_count = 0;
        record.items[0].after_us = 0;
        transferred(&events, 400, &br, 1, 1, &cases[i].reply);
        cr_expect(eq(str, spans_of(&record, 0), (char *)cases[i].spans));
    }
}

Test(record, between_two_attempts_an_item_backs_off)
{
    struct reply down = kept;

    down.cause = CAUSE_HTTP;
    down.http_status = 503;
    scheduled(&events, 0, &br);
    started(&events, 0, &br, 1, 1);
    transferred(&events, 1000, &br, 1, 1, &down);
    started(&events, 5000, &br, 2, 4);
    transferred(&events, 6000, &br, 2, 4, &kept);
    final(&events, 6100, &br, 1, 1, &ok);

    cr_expect(eq(uint, record.items[0].attempts, 2));
    cr_expect(eq(uint, record.items[0].worker, 4));
    cr_expect(eq(str, spans_of(&record, 0),
                 "waiting 0-800 @1, failed 800-1000 @1, "
                 "backing off 1000-5000 @0, waiting 5000-5800 @4, "
                 "receiving 5800-6000 @4, saving 6000-6100 @4"));
}

Test(record, what_a_stop_kept_from_being_started_was_queued_to_its_end)
{
    scheduled(&events, 100, &br);
    final(&events, 900, &br, 1, 1, &cancelled);
    final(&events, 900, &zz, 1, 1, &cancelled); /* was not even scheduled */

    cr_assert(eq(sz, record.item_count, 3));
    cr_expect(eq(i64, record.items[0].started_us, -1));
    cr_expect(eq(uint, record.items[0].attempts, 0));
    cr_expect(eq(uint, record.items[0].worker, 0));
    cr_expect(eq(ptr, record.items[0].name, NULL));
    cr_expect(eq(ptr, record.items[1].subject, NULL), "nobody spoke of it");
    cr_expect(eq(i64, record.items[1].final_us, -1));
    cr_expect(eq(str, spans_of(&record, 0), "queued 100-900 @0"));
    cr_expect(eq(str, spans_of(&record, 1), ""));
    cr_expect(eq(str, spans_of(&record, 2), "queued 100-900 @0"));
}

Test(record, a_run_stopped_before_anything_was_scheduled_has_no_length)
{
    final(&events, 900, &br, 1, 1, &cancelled);

    cr_expect(eq(i64, record_observed_us(&record), 0));
    cr_expect(eq(str, spans_of(&record, 0), ""));
}

Test(record, closing_leaves_an_empty_record)
{
    scheduled(&events, 0, &br);
    final(&events, 1, &br, 1, 1, &ok);

    record_close(&record);
    record_close(&record);

    cr_expect(eq(sz, record.item_count, 0));
    cr_expect(eq(ptr, record.items, NULL));
}
