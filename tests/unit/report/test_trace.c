#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/trace.h"
#include "text/escape.h"
#include "told.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct events events;
static struct trace trace;
static char *text;
static size_t size;

static void setup(void)
{
    FILE *out = open_memstream(&text, &size);

    cr_assert(ne(ptr, out, NULL));
    cr_assert(eq(int, events_init(&events), 0));
    trace = (struct trace){.out = out};
    trace_begin(&trace);
}

static void teardown(void)
{
    fclose(trace.out);
    free(text);
    events_close(&events);
}

TestSuite(trace, .init = setup, .fini = teardown, .timeout = 10);

/* End the file and read it; the caller lets go of it. */
static json_t *whole(void)
{
    json_error_t error;
    json_t *file;

    cr_assert(eq(int, trace_end(&trace), 0));
    fflush(trace.out);
    file = json_loads(text, 0, &error);
    cr_assert(ne(ptr, file, NULL), "%s in %s", error.text, text);
    return file;
}

/* The lines of the file that hold `part`, without their commas. */
static char *lines_with(const char *part)
{
    static char lines[8192];
    size_t used = 0;

    fflush(trace.out);
    lines[0] = '\0';
    for (const char *line = text; line && *line;) {
        const char *end = strchr(line, '\n');
        size_t length = end ? (size_t)(end - line) : strlen(line);
        const char *found = strstr(line, part);

        if (found && found < line + length) {
            used += (size_t)snprintf(
                lines + used, sizeof(lines) - used, "%.*s\n",
                (int)(length - (line[length - 1] == ',')), line);
        }
        line = end ? end + 1 : NULL;
    }
    return lines;
}

static const struct item br = {.index = 0, .subject = "BR"};
static const struct item us = {.index = 1, .subject = "US"};

static const struct reply fresh = {
    .http_status = 200,
    .bytes = 9443,
    .local_port = 40000,
    .new_connection = true,
    .times = {.connected_us = 200, .first_byte_us = 5000, .total_us = 6000},
};
static const struct reply refused = {
    .cause = CAUSE_CONNECT,
    .times = {.total_us = 400},
};

static const struct outcome ok = {
    .status = STATUS_OK, .name = "br.gif", .reply = {.http_status = 200}};
static const struct outcome failed = {
    .status = STATUS_ERROR,
    .reply = {.cause = CAUSE_CONNECT,
              .text = "cannot connect: \"\\\x1b\xff\xc3\xb4"},
};
static const struct outcome cancelled = {
    .status = STATUS_CANCELLED,
    .reply = {.cause = CAUSE_CANCELLED, .text = "cancelled"},
};

/* One item that arrives, on the clock of a stream that began at 1000. */
static void arrive(void)
{
    scheduled(&events, 1000, &br);
    started(&events, 1010, &br, 1, 3);
    transferred(&events, 7100, &br, 1, 3, &fresh);
    final(&events, 7400, &br, 1, 3, &ok);
}

static const char arrived[] =
    "{\"name\":\"BR\",\"ph\":\"X\",\"pid\":1,\"tid\":3,\"cat\":\"attempt\","
    "\"ts\":10,\"dur\":6390,\"args\":{\"attempt\":1,\"status\":\"ok\"}}\n"
    "{\"name\":\"connecting\",\"ph\":\"X\",\"pid\":1,\"tid\":3,\"cat\":"
    "\"phase\",\"ts\":100,\"dur\":200,\"args\":{\"request\":1,"
    "\"http_status\":200,\"bytes\":9443,\"local_port\":40000,"
    "\"connection\":\"new\"}}\n"
    "{\"name\":\"waiting\",\"ph\":\"X\",\"pid\":1,\"tid\":3,\"cat\":\"phase\","
    "\"ts\":300,\"dur\":4800,\"args\":{\"request\":1,\"http_status\":200,"
    "\"bytes\":9443,\"local_port\":40000,\"connection\":\"new\"}}\n"
    "{\"name\":\"receiving\",\"ph\":\"X\",\"pid\":1,\"tid\":3,\"cat\":"
    "\"phase\",\"ts\":5100,\"dur\":1000,\"args\":{\"request\":1,"
    "\"http_status\":200,\"bytes\":9443,\"local_port\":40000,"
    "\"connection\":\"new\"}}\n"
    "{\"name\":\"saving\",\"ph\":\"X\",\"pid\":1,\"tid\":3,\"cat\":\"phase\","
    "\"ts\":6100,\"dur\":300,\"args\":{}}\n";

Test(trace, without_a_run_is_a_file_without_events)
{
    json_t *file = whole();

    cr_expect(eq(sz, json_array_size(json_object_get(file, "traceEvents")), 0));
    json_decref(file);
}

Test(trace, an_attempt_is_a_slice_and_its_phases_are_slices_within)
{
    trace_process(&trace, "async -m 20", "slot");
    trace_listen(&trace, &events);

    arrive();

    cr_expect(eq(str, lines_with("\"X\""), (char *)arrived));
    json_decref(whole());
}

Test(trace, a_record_makes_the_slices_that_its_run_made)
{
    struct record record = {0};

    trace_process(&trace, "async -m 20", "slot");
    record_init(&record, &events);
    arrive();

    trace_record(&trace, &record);

    cr_expect(eq(str, lines_with("\"X\""), (char *)arrived));
    json_decref(whole());
    record_close(&record);
}

Test(trace, processes_and_threads_have_names_and_an_order)
{
    trace_process(&trace, "sequential", "worker");
    trace_process(&trace, "async -m 20", "slot");
    trace_listen(&trace, &events);
    arrive();

    cr_expect(
        eq(str, lines_with("\"M\""),
           "{\"name\":\"process_name\",\"ph\":\"M\",\"pid\":1,\"tid\":0,"
           "\"args\":{\"name\":\"sequential\"}}\n"
           "{\"name\":\"process_sort_index\",\"ph\":\"M\",\"pid\":1,\"tid\":0,"
           "\"args\":{\"sort_index\":1}}\n"
           "{\"name\":\"process_name\",\"ph\":\"M\",\"pid\":2,\"tid\":0,"
           "\"args\":{\"name\":\"async -m 20\"}}\n"
           "{\"name\":\"process_sort_index\",\"ph\":\"M\",\"pid\":2,\"tid\":0,"
           "\"args\":{\"sort_index\":2}}\n"
           "{\"name\":\"thread_name\",\"ph\":\"M\",\"pid\":2,\"tid\":3,"
           "\"args\":{\"name\":\"slot 3\"}}\n"
           "{\"name\":\"thread_sort_index\",\"ph\":\"M\",\"pid\":2,\"tid\":3,"
           "\"args\":{\"sort_index\":3}}\n"));
    json_decref(whole());
}

static const char counted[] =
    "{\"name\":\"in flight\",\"ph\":\"C\",\"pid\":1,\"tid\":0,\"ts\":10,"
    "\"args\":{\"downloads\":1}}\n"
    "{\"name\":\"in flight\",\"ph\":\"C\",\"pid\":1,\"tid\":0,\"ts\":20,"
    "\"args\":{\"downloads\":2}}\n"
    "{\"name\":\"in flight\",\"ph\":\"C\",\"pid\":1,\"tid\":0,\"ts\":500,"
    "\"args\":{\"downloads\":1}}\n"
    "{\"name\":\"in flight\",\"ph\":\"C\",\"pid\":1,\"tid\":0,\"ts\":600,"
    "\"args\":{\"downloads\":0}}\n";

static void overlap(void)
{
    scheduled(&events, 0, &br);
    started(&events, 10, &br, 1, 1);
    started(&events, 20, &us, 1, 2);
    transferred(&events, 500, &us, 1, 2, &refused);
    final(&events, 500, &us, 1, 2, &failed);
    transferred(&events, 600, &br, 1, 1, &refused);
    final(&events, 600, &br, 1, 1, &failed);
}

Test(trace, a_counter_follows_the_downloads_in_flight)
{
    trace_process(&trace, "threaded -m 2", "worker");
    trace_listen(&trace, &events);

    overlap();

    cr_expect(eq(str, lines_with("\"C\""), (char *)counted));
    json_decref(whole());
}

Test(trace, a_record_has_the_same_counter)
{
    struct record record = {0};

    record_init(&record, &events);
    overlap();
    trace_process(&trace, "threaded -m 2", "worker");

    trace_record(&trace, &record);

    cr_expect(eq(str, lines_with("\"C\""), (char *)counted));
    json_decref(whole());
    record_close(&record);
}

Test(trace, a_failure_says_why_in_text_that_any_reader_takes)
{
    trace_process(&trace, "sequential", "worker");
    trace_listen(&trace, &events);

    started(&events, 0, &br, 1, 1);
    transferred(&events, 400, &br, 1, 1, &refused);
    final(&events, 500, &br, 1, 1, &failed);

    cr_expect(
        eq(str, lines_with("\"X\""),
           "{\"name\":\"BR\",\"ph\":\"X\",\"pid\":1,\"tid\":1,\"cat\":"
           "\"attempt\",\"ts\":0,\"dur\":500,\"args\":{\"attempt\":1,"
           "\"status\":\"error\",\"why\":\"cannot connect: "
           "\\\"\\\\\\\\x1b\\\\xff\xc3\xb4\"}}\n"
           "{\"name\":\"failed\",\"ph\":\"X\",\"pid\":1,\"tid\":1,\"cat\":"
           "\"phase\",\"ts\":0,\"dur\":400,\"args\":{\"request\":1,\"bytes\":"
           "0}}\n"));
    json_decref(whole());
}

Test(trace, what_was_never_started_has_no_slice)
{
    trace_process(&trace, "async -m 1", "slot");
    trace_listen(&trace, &events);
    scheduled(&events, 0, &br);
    tell(&events, 5,
         (struct event){.kind = EVENT_STOPPED, .stop = STOP_INTERRUPTED});
    final(&events, 5, &br, 0, 0, &cancelled);
    final(&events, 5, &us, 1, 1, &cancelled); /* a place, but no first step */

    cr_expect(eq(str, lines_with("\"X\""), ""));
    cr_expect(eq(str, lines_with("\"C\""), ""));
    cr_expect(eq(str, lines_with("\"i\""),
                 "{\"name\":\"interrupted\",\"ph\":\"i\",\"pid\":1,\"tid\":0,"
                 "\"ts\":5,\"s\":\"p\",\"args\":{}}\n"));
    json_decref(whole());
}

/* Two attempts by two workers, and between them an item of the first one's. */
static void retry(void)
{
    struct reply down = fresh;

    down.cause = CAUSE_HTTP;
    down.http_status = 503;
    down.times.total_us = 100;
    scheduled(&events, 0, &br);
    started(&events, 0, &br, 1, 1);
    transferred(&events, 100, &br, 1, 1, &down);
    retried(&events, 100, &br, 1, 1, &failed);
    started(&events, 200, &us, 1, 1);
    transferred(&events, 300, &us, 1, 1, &refused);
    final(&events, 300, &us, 1, 1, &failed);
    started(&events, 400, &br, 2, 2);
    transferred(&events, 500, &br, 2, 2, &refused);
    final(&events, 500, &br, 2, 2, &failed);
}

static void check_retry(void)
{
    static const char *const slices[] = {
        "\"name\":\"BR\",\"ph\":\"X\",\"pid\":1,\"tid\":1,\"cat\":\"attempt\","
        "\"ts\":0,\"dur\":100,\"args\":{\"attempt\":1,\"status\":\"retried\"}",
        "\"name\":\"US\",\"ph\":\"X\",\"pid\":1,\"tid\":1,\"cat\":\"attempt\","
        "\"ts\":200,\"dur\":100,\"args\":{\"attempt\":1,\"status\":\"error\"",
        "\"name\":\"BR\",\"ph\":\"X\",\"pid\":1,\"tid\":2,\"cat\":\"attempt\","
        "\"ts\":400,\"dur\":100,\"args\":{\"attempt\":2,\"status\":\"error\"",
    };

    for (size_t i = 0; i < COUNT(slices); i++)
        cr_expect(ne(str, lines_with(slices[i]), ""), "%s not in %s", slices[i],
                  text);
}

Test(trace, each_attempt_is_a_slice_of_its_own_worker)
{
    trace_process(&trace, "async -m 2", "slot");
    trace_listen(&trace, &events);

    retry();

    check_retry();
    json_decref(whole());
}

Test(trace, so_it_is_in_a_record)
{
    struct record record = {0};

    record_init(&record, &events);
    retry();
    trace_process(&trace, "async -m 2", "slot");

    trace_record(&trace, &record);

    check_retry();
    json_decref(whole());
    record_close(&record);
}

Test(trace, an_empty_record_is_a_process_without_slices)
{
    const struct record empty = {0};

    trace_process(&trace, "async", "slot");

    trace_record(&trace, &empty);

    cr_expect(eq(str, lines_with("\"X\""), ""));
    json_decref(whole());
}

Test(trace, memory_does_not_follow_the_number_of_items)
{
    trace_process(&trace, "sequential", "worker");
    trace_listen(&trace, &events);

    for (unsigned i = 0; i < 1000; i++) {
        const struct item item = {.index = i, .subject = "X"};

        started(&events, i * 10, &item, 1, 1);
        transferred(&events, i * 10 + 9, &item, 1, 1, &refused);
        final(&events, i * 10 + 10, &item, 1, 1, &failed);
    }

    cr_expect(le(sz, trace.worker_count, 2));
    cr_expect(le(sz, trace.workers[1].request_room, 2));
    json_decref(whole());
}

static void count_call(void *calls)
{
    ++*(int *)calls;
}

Test(trace, a_broken_output_is_told_once)
{
    FILE *full = fopen("/dev/full", "w");
    int calls = 0;
    struct trace broken = {
        .out = full, .on_write_error = count_call, .arg = &calls};

    cr_assert(ne(ptr, full, NULL));
    setvbuf(full, NULL, _IOLBF, 0);
    trace_begin(&broken);
    trace_process(&broken, "sequential", "worker");
    trace_listen(&broken, &events);

    arrive();
    arrive();

    cr_expect(eq(int, calls, 1));
    cr_expect(eq(int, trace_end(&broken), 0));
    fclose(full);
}
