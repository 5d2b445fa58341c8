#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/timeline.h"
#include "report/timeline_axis.h"
#include "report/timeline_label.h"
#include "written.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct written stream;

static void setup(void)
{
    written_open(&stream);
}

static void teardown(void)
{
    written_close(&stream);
}

TestSuite(timeline, .init = setup, .fini = teardown, .timeout = 10);

static char *written(void)
{
    return written_take(&stream);
}

static const struct timeline_style plain = {.title = "async -m 2",
                                            .columns = 40};

static char *drawn(const struct record *record,
                   const struct timeline_style *style)
{
    timeline_print(stream.out, record, style);
    return written();
}

#define MS INT64_C(1000)

/* A download on a connection of its own. */
static struct record_request request_of(size_t item, int64_t start_ms,
                                        int64_t connected_ms,
                                        int64_t first_byte_ms, int64_t end_ms)
{
    return (struct record_request){
        .item = item,
        .attempt = 1,
        .number = 1,
        .worker = 1,
        .start_us = start_ms * MS,
        .connected_us = connected_ms * MS,
        .first_byte_us = first_byte_ms * MS,
        .end_us = end_ms * MS,
        .http_status = 200,
        .local_port = 1,
        .new_connection = true,
    };
}

/* An item that arrived, or nearly so. */
static struct record_item item_of(char *subject, int64_t started_ms,
                                  int64_t final_ms)
{
    return (struct record_item){
        .subject = subject,
        .attempts = 1,
        .worker = 1,
        .started_us = started_ms * MS,
        .final_us = final_ms * MS,
    };
}

Test(timeline, nothing_is_drawn_of_nothing)
{
    const struct record zero = {0};
    const struct record none = {.first_us = -1, .last_us = -1};

    cr_expect(eq(str, drawn(&zero, &plain), ""));
    cr_expect(eq(str, drawn(&none, &plain), ""));
}

/* 26 cells of 10 ms. */
static struct record_item two_items[2];
static struct record_request two_requests[2];

static struct record two(void)
{
    two_items[0] = item_of("BR", 0, 130);
    two_items[1] = item_of("US", 130, 260);
    two_requests[0] = request_of(0, 0, 20, 80, 110);
    two_requests[1] = request_of(1, 130, 130, 240, 260);
    return (struct record){.items = two_items,
                           .item_count = 2,
                           .requests = two_requests,
                           .request_count = 2,
                           .last_us = 260 * MS};
}

Test(timeline, each_phase_has_its_cells)
{
    const struct record record = two();

    cr_expect(eq(str, drawn(&record, &plain),
                 "async -m 2: 2 items in 260 ms\n"
                 "    0                   200 ms\n"
                 "    |-------------------|-----\n"
                 "BR  --======###++                 130 ms\n"
                 "US  .............===========##    130 ms\n"
                 "    . queued  - connecting  = waiting  # receiving  + "
                 "saving\n"));
}

Test(timeline, in_unicode_it_is_blocks_and_shades)
{
    const struct record record = two();
    struct timeline_style style = plain;

    style.unicode = true;
    drawn(&record, &style);

    cr_expect(ne(ptr, strstr(stream.text, "BR  ░░▒▒▒▒▒▒███▪▪  "), NULL), "%s",
              stream.text);
    cr_expect(
        ne(ptr, strstr(stream.text, "US  ·············▒▒▒▒▒▒▒▒▒▒▒██  "), NULL),
        "%s", stream.text);
    cr_expect(
        ne(ptr, strstr(stream.text, "    ┬───────────────────┬─────\n"), NULL),
        "%s", stream.text);
}

Test(timeline, colours_come_only_where_they_are_wanted)
{
    const struct record record = two();
    struct timeline_style style = plain;

    cr_expect(eq(ptr, strchr(drawn(&record, &style), '\x1b'), NULL));
    style.colour = true;
    cr_expect(ne(ptr,
                 strstr(drawn(&record, &style),
                        "US  \x1b[2m.............\x1b[0m\x1b[34m==========="
                        "\x1b[0m\x1b[32m##\x1b[0m  "),
                 NULL),
              "%s", stream.text);
}

Test(timeline, times_count_from_the_first_item)
{
    struct record record = two();
    char *early = strdup(drawn(&record, &plain));

    record.first_us += 777;
    record.last_us += 777;
    for (size_t i = 0; i < 2; i++) {
        two_items[i].started_us += 777;
        two_items[i].final_us += 777;
        two_requests[i].start_us += 777;
        two_requests[i].connected_us += 777;
        two_requests[i].first_byte_us += 777;
        two_requests[i].end_us += 777;
    }

    cr_expect(eq(str, drawn(&record, &plain), early));
    free(early);
}

Test(timeline, several_can_have_one_scale)
{
    struct record record = two();
    struct timeline_style style = plain;
    char *own = strdup(drawn(&record, &plain));
    char *twice;

    style.total_us = 200 * MS; /* the run itself is longer */
    cr_expect(eq(str, drawn(&record, &style), own));
    style.total_us = 520 * MS;
    twice = drawn(&record, &style);
    /* In the first half, and nothing in the second. */
    cr_expect(ne(ptr, strstr(twice, "\nUS  ......"), NULL), "%s", twice);
    cr_expect(ne(ptr, strstr(twice, "#              "), NULL), "%s", twice);
    cr_expect(ne(ptr, strstr(twice, "500 ms"), NULL), "%s", twice);
    free(own);
}

Test(timeline, failures_are_seen_and_named)
{
    struct record record = two();

    two_items[0].status = STATUS_NOT_FOUND;
    two_items[1].status = STATUS_ERROR;
    two_items[1].cause = CAUSE_HTTP;
    two_items[1].http_status = 418;

    drawn(&record, &plain);

    cr_expect(
        ne(ptr, strstr(stream.text, "x           130 ms  not found\n"), NULL),
        "%s", stream.text);
    cr_expect(ne(ptr, strstr(stream.text, "x    130 ms  HTTP 418\n"), NULL),
              "%s", stream.text);
    cr_expect(ne(ptr, strstr(stream.text, "  x failed\n"), NULL), "%s",
              stream.text);
}

Test(timeline, what_was_not_started_was_queued_and_took_no_time)
{
    struct record record = two();

    two_items[1] = (struct record_item){.subject = "US",
                                        .status = STATUS_CANCELLED,
                                        .cause = CAUSE_CANCELLED,
                                        .started_us = -1,
                                        .final_us = 260 * MS};
    record.request_count = 1;

    drawn(&record, &plain);

    cr_expect(
        ne(ptr,
           strstr(stream.text, "US  ...............         -  cancelled\n"),
           NULL),
        "%s", stream.text);
}

Test(timeline, however_short_an_attempt_has_a_cell)
{
    enum { ITEMS = 200 };
    static struct record_item items[ITEMS];
    static struct record_request requests[ITEMS];
    static char subjects[ITEMS][4];
    const struct record record = {.items = items,
                                  .item_count = ITEMS,
                                  .requests = requests,
                                  .request_count = ITEMS,
                                  .last_us = ITEMS * MS};
    size_t rows = 0;

    for (size_t i = 0; i < ITEMS; i++) {
        int64_t ms = (int64_t)i;

        snprintf(subjects[i], sizeof(subjects[i]), "%03zu", i);
        items[i] = item_of(subjects[i], ms, ms + 1);
        requests[i] = request_of(i, ms, ms, ms + 1, ms + 1);
    }

    for (char *line = strtok(drawn(&record, &plain), "\n"); line;
         line = strtok(NULL, "\n")) {
        if (line[0] < '0' || line[0] > '9')
            continue;
        rows++;
        cr_expect(ne(ptr, strchr(line, '='), NULL), "%s", line);
        cr_expect(eq(ptr, strchr(line, 'x'), NULL), "%s", line);
    }
    cr_expect(eq(sz, rows, ITEMS));
}

Test(timeline, of_many_items_some_are_drawn_and_the_rest_is_counted)
{
    enum { ITEMS = 676 };
    static struct record_item items[ITEMS];
    static char subjects[ITEMS][4];
    const struct record record = {
        .items = items, .item_count = ITEMS, .last_us = ITEMS * MS};
    struct timeline_style style = plain;
    size_t rows = 0;

    for (size_t i = 0; i < ITEMS; i++) {
        snprintf(subjects[i], sizeof(subjects[i]), "%03zu", i);
        items[i] = item_of(subjects[i], (int64_t)i, (int64_t)i + 1);
    }
    items[1].status = STATUS_NOT_FOUND;
    style.rows = 24;
    drawn(&record, &style);

    cr_expect(ne(ptr,
                 strstr(stream.text, "... 652 more, 1 of them not in place\n"),
                 NULL),
              "%s", stream.text);
    for (char *line = strtok(stream.text, "\n"); line;
         line = strtok(NULL, "\n"))
        rows += line[0] >= '0' && line[0] <= '9';
    cr_expect(eq(sz, rows, 24));
}

Test(timeline, it_is_never_wider_than_it_may_be)
{
    struct record record = two();

    two_items[0].subject = "http://127.0.0.1:8000/a/rather/long/path/to/br.gif";
    two_items[1].status = STATUS_ERROR;
    two_items[1].cause = CAUSE_CONNECT;
    for (int columns = -1; columns <= 1000; columns += 7) {
        struct timeline_style style = plain;
        int most = columns < 40 ? 40 : columns > 400 ? 400 : columns;

        style.columns = columns;
        drawn(&record, &style);
        strrchr(stream.text, '\n')[0] = '\0';
        *strrchr(stream.text, '\n') = '\0'; /* the legend has its own width */
        for (char *line = strtok(stream.text, "\n"); line;
             line = strtok(NULL, "\n"))
            cr_expect(le(int, (int)strlen(line), most), "%s", line);
    }
}

Test(timeline, items_that_nobody_spoke_of_are_not_drawn)
{
    struct record record = two();

    two_items[0].subject = NULL;

    drawn(&record, &plain);

    cr_expect(ne(ptr, strstr(stream.text, ": 1 item in"), NULL), "%s",
              stream.text);
    cr_expect(ne(ptr, strstr(stream.text, "\nUS  "), NULL), "%s", stream.text);
}

Test(timeline, a_run_of_no_length_can_be_drawn)
{
    struct record_item item = item_of("BR", 0, 0);
    const struct record record = {.items = &item, .item_count = 1};

    cr_expect(ne(ptr, strstr(drawn(&record, &plain), "\nBR  ="), NULL), "%s",
              stream.text);
}

Test(timeline, subjects_are_escaped_and_cut_to_their_ends)
{
    static const struct {
        const char *subject;
        int width;
        const char *label;
    } cases[] = {
        {"BR", 4, "BR  |"},
        {"BR", 2, "BR|"},
        {"http://h/flags/br.gif", 12, "...gs/br.gif|"},
        {"\x1b[2J", 8, "\\x1b[2J |"},
        {"\xff\n", 8, "\\xff\\x0a|"},
        {"Côte", 6, "Côte  |"},
        {"日本語日本語", 9, "...日本語|"},
        {"日本語日本語", 8, "...本語 |"},
    };

    cr_assert(ne(ptr, setlocale(LC_CTYPE, "C.UTF-8"), NULL));
    for (size_t i = 0; i < COUNT(cases); i++) {
        timeline_label_print(stream.out, cases[i].subject, cases[i].width);
        putc('|', stream.out);
        cr_expect(eq(str, written(), (char *)cases[i].label));
    }
    cr_expect(eq(int, timeline_label_width("日本", 10), 4));
    cr_expect(eq(int, timeline_label_width("日本日本日本", 10), 10));
}

Test(timeline, ticks_are_at_round_times)
{
    static const struct {
        int64_t total_us;
        int width;
        const char *axis;
    } cases[] = {
        {0, 20, "  0\n  |-------------------\n"},
        {100, 20, "  0\n  |-------------------\n"},
        {1050000, 30,
         "  0             0.5 s         1 s\n"
         "  |-------------|-------------|-\n"},
        {3000, 40,
         "  0            1 ms         2 ms\n"
         "  |------------|------------|-------------\n"},
        {100000000, 26, "  0            50 s\n  |------------|------------\n"},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        timeline_axis_print(stream.out, cases[i].total_us, 2, cases[i].width,
                            false);
        cr_expect(eq(str, written(), (char *)cases[i].axis));
    }
}

Test(timeline, ticks_fit_above_the_shortest_of_runs)
{
    enum { WIDEST = 200, OVERHANG = 8, INDENT = 2 };

    for (int64_t total_us = 0; total_us < 2000; total_us += 1 + total_us / 50) {
        for (int width = 1; width <= WIDEST; width += 7) {
            size_t times;

            timeline_axis_print(stream.out, total_us, INDENT, width, false);
            times = strcspn(written(), "\n");
            cr_expect(le(sz, times, (size_t)(INDENT + width + OVERHANG)),
                      "%d us in %d cells", (int)total_us, width);
        }
    }
}
