/*
 * Without memory: each scenario again and again, with the n-th allocation
 * failing, until a run is left untouched. The linker wraps what our own objects
 * call, see meson.build.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/record.h"
#include "report/timeline.h"
#include "report/trace.h"
#include "told.h"

static long fails_at; /* counts down to the call that fails; 0: none */

static bool fails(void)
{
    return fails_at > 0 && --fails_at == 0;
}

void *__real_calloc(size_t n, size_t size);
void *__real_reallocarray(void *old, size_t n, size_t size);
char *__real_strdup(const char *s);
char *__real_strndup(const char *s, size_t n);

void *__wrap_calloc(size_t n, size_t size);
void *__wrap_reallocarray(void *old, size_t n, size_t size);
char *__wrap_strdup(const char *s);
char *__wrap_strndup(const char *s, size_t n);

void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_reallocarray(void *old, size_t n, size_t size)
{
    return fails() ? NULL : __real_reallocarray(old, n, size);
}

char *__wrap_strdup(const char *s)
{
    return fails() ? NULL : __real_strdup(s);
}

char *__wrap_strndup(const char *s, size_t n)
{
    return fails() ? NULL : __real_strndup(s, n);
}

TestSuite(memory, .timeout = 20);

enum { ITEMS = 40, WORKERS = 4, RUNS_MOST = 1000 };

/* A run of two requests an item. */
static void happen(struct events *events)
{
    static const struct reply reply = {
        .http_status = 200,
        .local_port = 1,
        .times = {.first_byte_us = 5, .total_us = 9},
    };
    static const struct outcome ok = {.status = STATUS_OK, .name = "x.gif"};

    for (unsigned i = 0; i < ITEMS; i++) {
        const struct item item = {.index = i, .subject = "XX"};
        unsigned worker = i % WORKERS + 1;
        int64_t at_us = i * 100;

        scheduled(events, at_us, &item);
        started(events, at_us, &item, 1, worker);
        transferred(events, at_us + 10, &item, 1, worker, &reply);
        transferred(events, at_us + 20, &item, 1, worker, &reply);
        final(events, at_us + 30, &item, 1, worker, &ok);
    }
}

/* Record a run, whatever it takes; the caller closes. */
static void record_run(struct record *record)
{
    struct events events;

    cr_assert(eq(int, events_init(&events), 0));
    *record = (struct record){0};
    record_init(record, &events);
    happen(&events);
    events_close(&events);
}

/* Who ends up with all rows, and who says that there are some missing. */
static bool is_whole(const struct record *record)
{
    return record->item_count == ITEMS && record->request_count == 2 * ITEMS &&
           record->items[ITEMS - 1].name;
}

Test(memory, a_record_lacks_rows_and_says_so)
{
    struct timeline_style style = {.title = "x"};
    FILE *nowhere = fopen("/dev/null", "w");
    long n = 1;

    cr_assert(ne(ptr, nowhere, NULL));
    for (; n < RUNS_MOST; n++) {
        struct record record;
        long left;

        fails_at = n;
        record_run(&record);
        left = fails_at;
        fails_at = 0;
        cr_expect(eq(int, record.error, left ? 0 : -ENOMEM), "%ld", n);
        cr_expect(is_whole(&record) || !left, "%ld", n);
        timeline_print(nowhere, &record, &style);
        record_close(&record);
        if (left)
            break;
    }
    cr_expect(lt(long, n, RUNS_MOST));
    cr_expect(gt(long, n, ITEMS), "each item takes one at least");
    fclose(nowhere);
}

/* Read the lines again; the lines that failed, once more. */
static void read_again(struct record *record, char *text)
{
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        size_t items = record->item_count;
        size_t requests = record->request_count;
        json_t *json = json_loads(line, 0, NULL);
        int rc = record_read(record, json);

        if (rc == -ENOMEM) {
            cr_expect(eq(sz, record->item_count, items));
            cr_expect(eq(sz, record->request_count, requests));
            rc = record_read(record, json);
        }
        json_decref(json);
        cr_expect(eq(int, rc, 1), "%s", line);
    }
}

Test(memory, a_line_that_is_not_read_changes_nothing)
{
    struct record record;
    long n = 1;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    cr_assert(ne(ptr, out, NULL));
    record_run(&record);
    cr_assert(eq(int, record_write(out, &record), 0));
    record_close(&record);
    fclose(out);
    for (; n < RUNS_MOST; n++) {
        struct record copy = {0};
        char *lines = __real_strdup(text);
        long left;

        fails_at = n;
        read_again(&copy, lines);
        left = fails_at;
        fails_at = 0;
        cr_expect(is_whole(&copy), "%ld", n);
        record_close(&copy);
        free(lines);
        if (left)
            break;
    }
    cr_expect(lt(long, n, RUNS_MOST));
    free(text);
}

/* The trace of a run, as it goes or from its record, with the n-th allocation
   failing. True: it did. */
static bool trace_once(const struct record *record, long n)
{
    struct trace trace = {0};
    struct events events;
    json_t *file;
    char *text = NULL;
    size_t size;
    long left;
    int rc;

    trace.out = open_memstream(&text, &size);
    cr_assert(ne(ptr, trace.out, NULL));
    cr_assert(eq(int, events_init(&events), 0));
    fails_at = n;
    trace_begin(&trace);
    trace_process(&trace, "x", "worker");
    if (record) {
        trace_record(&trace, record);
    } else {
        trace_listen(&trace, &events);
        happen(&events);
    }
    rc = trace_end(&trace);
    left = fails_at;
    fails_at = 0;
    cr_expect(eq(int, rc, left ? 0 : -ENOMEM), "%ld", n);
    fclose(trace.out);
    file = json_loads(text, 0, NULL);
    cr_expect(ne(ptr, file, NULL), "%ld: not JSON", n);
    json_decref(file);
    free(text);
    events_close(&events);
    return left == 0;
}

Test(memory, a_trace_lacks_slices_and_says_so)
{
    struct record record;
    long n = 1;

    record_run(&record);
    while (trace_once(&record, n))
        n++;
    cr_expect(gt(long, n, ITEMS));
    n = 1;
    while (trace_once(NULL, n))
        n++;
    cr_expect(gt(long, n, ITEMS));
    record_close(&record);
}
