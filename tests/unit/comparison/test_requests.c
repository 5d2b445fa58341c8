#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

#include "comparison/ideal.h"
#include "comparison/requests.h"

enum { COUNT = 101 };

static struct compare_work work;
static struct chosen code = {.code = "BR"};
static struct record record;
static struct comparison_run run;

/* One code at our server, whose answers are 40 ms late each. */
static void setup(void)
{
    work.selection.codes = &code;
    work.selection.count = 1;
    cr_assert(eq(int, source_set_base(&work.source, "http://h/flags"), 0));
    cr_assert(eq(int, delay_parse(&work.weather.delay, "40ms"), 0));
    work.server_started = true;
    record.first_us = 7000;
    record.request_count = COUNT;
    record.requests = calloc(COUNT, sizeof(*record.requests));
    for (size_t i = 0; i < COUNT; i++) {
        struct record_request *request = &record.requests[i];

        request->attempt = request->number = 1;
        request->start_us = 8000;
        request->end_us = 8000 + 40000 + (int64_t)(COUNT - 1 - i) * 10;
    }
    figures_forget(run.measured);
}

static void teardown(void)
{
    requests_close(&run);
    free(record.requests);
    source_close(&work.source);
    weather_close(&work.weather);
}

TestSuite(requests, .init = setup, .fini = teardown);

static void measure(void)
{
    cr_assert(eq(int, requests_measure(&run, &record, &work), 0));
}

Test(requests, are_told_by_their_quantiles_and_by_those_of_their_lateness)
{
    measure();

    cr_expect(eq(i64, run.measured[FIGURE_P50], 40500));
    cr_expect(eq(i64, run.measured[FIGURE_P90], 40900));
    cr_expect(eq(i64, run.measured[FIGURE_P99], 40990));
    cr_expect(eq(i64, run.measured[FIGURE_LATE_P50], 500));
    cr_expect(eq(i64, run.measured[FIGURE_LATE_P90], 900));
    cr_expect(eq(i64, run.measured[FIGURE_LATE_P99], 990));
    cr_assert(eq(sz, run.request_count, COUNT));
    cr_expect(eq(i64, run.requests[0].start_us, 1000), "from the first item");
    cr_expect(eq(i64, run.requests[0].took_us, 41000));
    cr_expect(eq(i64, run.requests[0].late_us, 1000));
}

Test(requests, are_answered_from_when_they_have_a_connection)
{
    record.request_count = 3;
    record.requests[0].connected_us = 8300;
    record.requests[1].connected_us = -1; /* it had one */
    record.requests[2].connected_us = 9000;
    measure();

    cr_expect(eq(i64, run.requests[0].took_us, 41000));
    cr_expect(eq(i64, run.requests[0].answer_us, 40700));
    cr_expect(eq(i64, run.requests[1].answer_us, 40990));
    cr_expect(eq(i64, run.measured[FIGURE_ANSWER_P50], 40700));
}

Test(requests, are_late_by_what_the_weather_says_of_each_of_them)
{
    int64_t delays[3];

    weather_close(&work.weather);
    cr_assert(eq(int, delay_parse(&work.weather.delay, "uniform:.01:.03"), 0));
    record.request_count = 3;
    for (size_t i = 0; i < 3; i++) {
        struct record_request *request = &record.requests[i];

        request->attempt = i == 1 ? 2 : 1;
        request->number = i == 2 ? 2 : 1;
        cr_assert(eq(int,
                     compare_delay(&delays[i], &work.source, &work.weather,
                                   "BR", request->number, request->attempt),
                     0));
        request->end_us = request->start_us + delays[i] + 5;
    }
    measure();

    for (size_t i = 0; i < 3; i++)
        cr_expect(eq(i64, run.requests[i].late_us, 5));
    cr_expect(ne(i64, delays[0], delays[1]), "another attempt");
    cr_expect(ne(i64, delays[0], delays[2]), "the metadata");
}

Test(requests, that_a_timeout_ended_have_no_lateness)
{
    record.requests[0].cause = CAUSE_TIMEOUT;
    measure();

    cr_expect(eq(i64, run.requests[0].late_us, -1));
    cr_expect(eq(i64, run.measured[FIGURE_LATE_P50], 495));
}

Test(requests, of_another_server_have_no_lateness)
{
    work.server_started = false;
    measure();

    cr_expect(eq(i64, run.requests[0].late_us, -1));
    cr_expect(eq(i64, run.measured[FIGURE_LATE_P50], -1));
    cr_expect(eq(i64, run.measured[FIGURE_P50], 40500));
}

Test(requests, of_which_there_are_none_have_no_quantiles)
{
    record.request_count = 0;
    measure();

    cr_expect(eq(i64, run.measured[FIGURE_P50], -1));
    cr_expect(eq(i64, run.measured[FIGURE_LATE_P99], -1));
}

Test(requests, connect_for_as_long_as_any_of_them_does)
{
    record.request_count = 4;
    for (size_t i = 0; i < 4; i++) {
        struct record_request *request = &record.requests[i];

        request->new_connection = i < 3;
        request->start_us = 1000 * (int64_t)(10 - i);
        request->connected_us = request->start_us + 1500;
    }
    record.requests[0].start_us = 50000; /* and none of 7 to 10.5 ms */
    record.requests[0].connected_us = 50300;
    measure();

    cr_expect(eq(i64, run.measured[FIGURE_CONNECTING], 2500 + 300));
}
