#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "country/selection.h"
#include "report/feed.h"
#include "report/lines.h"
#include "report/progress.h"
#include "report/summary.h"
#include "report/tally.h"
#include "text/escape.h"
#include "written.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct events events;
static struct written stream;

static void setup(void)
{
    cr_assert(eq(int, events_init(&events), 0));
    written_open(&stream);
}

static void teardown(void)
{
    written_close(&stream);
    events_close(&events);
}

static char *written(void)
{
    return written_take(&stream);
}

/* Events reach the folds with times of the test's own, as if the stream had
   stamped them. */
static void tell(int64_t at_us, struct event event)
{
    event.at_us = at_us;
    for (struct event_sink *sink = events.sinks; sink; sink = sink->next) {
        if (sink->kinds & EVENT_BIT(event.kind))
            sink->on_event(sink->arg, &event);
    }
}

static const struct outcome ok = {.status = STATUS_OK, .bytes = 9443};
static const struct outcome not_found = {
    .status = STATUS_NOT_FOUND,
    .reply = {.cause = CAUSE_HTTP,
              .http_status = 404,
              .reason = "Not Found",
              .text = "HTTP 404 - Not Found",
              .url = "http://127.0.0.1:8001/flags/zz/zz.gif"},
};
static const struct outcome teapot = {
    .status = STATUS_ERROR,
    .reply = {.cause = CAUSE_HTTP,
              .http_status = 418,
              .reason = "I'm a Teapot",
              .text = "HTTP 418 - I'm a Teapot",
              .url = "http://127.0.0.1:8001/flags/ba/ba.gif"},
};
static const struct outcome refused = {
    .status = STATUS_ERROR,
    .reply = {.cause = CAUSE_CONNECT,
              .os_error = ECONNREFUSED,
              .text = "cannot connect: Connection refused",
              .url = "http://127.0.0.1:8001/flags/br/br.gif"},
};
static const struct outcome late = {
    .status = STATUS_ERROR,
    .reply = {.cause = CAUSE_TIMEOUT,
              .text = "timed out after 10 s",
              .url = "http://127.0.0.1:8001/flags/br/br.gif",
              .times = {.connected_us = 100}},
};
static const struct outcome cancelled = {.status = STATUS_CANCELLED};

static void scheduled(int64_t at_us, const struct item *item)
{
    tell(at_us, (struct event){.kind = EVENT_SCHEDULED, .item = item});
}

static void final(int64_t at_us, const struct item *item,
                  const struct outcome *outcome)
{
    tell(at_us, (struct event){.kind = EVENT_FINAL,
                               .item = item,
                               .attempt = 1,
                               .outcome = outcome});
}

static const struct item br = {.code = "BR", .subject = "BR", .named = true};
static const struct item ba = {.code = "BA", .subject = "BA", .named = true};
static const struct item zz = {.code = "ZZ", .subject = "ZZ", .named = true};
static const struct item wild = {.code = "ZY", .subject = "ZY"};

TestSuite(report, .init = setup, .fini = teardown);

/* The codes AA, AB ... */
static struct selection first_codes(struct chosen *codes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        codes_nth((unsigned)i, codes[i].code);
    return (struct selection){.codes = codes, .count = count};
}

Test(report, the_first_report_is_the_books)
{
    static const struct {
        size_t count;
        unsigned max_req;
        enum compat compat;
        const char *text;
    } cases[] = {
        {1, 1, COMPAT_1E,
         "LOCAL site: http://localhost:8001/flags\n"
         "Searching for 1 flag: AA\n"
         "1 concurrent connection will be used.\n"},
        {3, 3, COMPAT_1E,
         "LOCAL site: http://localhost:8001/flags\n"
         "Searching for 3 flags: AA, AB, AC\n"
         "3 concurrent connections will be used.\n"},
        {10, 5, COMPAT_1E,
         "LOCAL site: http://localhost:8001/flags\n"
         "Searching for 10 flags: AA, AB, AC, AD, AE, AF, AG, AH, AI, AJ\n"
         "5 concurrent connections will be used.\n"},
        {11, 5, COMPAT_1E,
         "LOCAL site: http://localhost:8001/flags\n"
         "Searching for 11 flags: from AA to AK\n"
         "5 concurrent connections will be used.\n"},
        {1, 1, COMPAT_2E,
         "LOCAL site: http://localhost:8001/flags\n"
         "Searching for 1 flag: AA\n"
         "1 connection will be used.\n"},
        {26, 26, COMPAT_2E,
         "LOCAL site: http://localhost:8001/flags\n"
         "Searching for 26 flags: from AA to AZ\n"
         "26 concurrent connections will be used.\n"},
        {2, 2, COMPAT_NONE,
         "LOCAL site: http://127.0.0.1:8001/flags (started for this run)\n"
         "Searching for 2 flags: AA, AB\n"
         "2 concurrent connections will be used (async), saving to "
         "downloads/.\n"},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct chosen codes[26] = {0};
        struct selection selection = first_codes(codes, cases[i].count);
        struct summary_plan plan = {
            .label = "LOCAL",
            .base = "http://127.0.0.1:8001/flags",
            .started = true,
            .selection = &selection,
            .strategy = "async",
            .max_req = cases[i].max_req,
            .directory = "downloads",
            .compat = cases[i].compat,
        };

        summary_begin(stream.out, &plan);
        cr_expect(eq(str, written(), (char *)cases[i].text));
    }
}

Test(report, a_server_without_a_label_is_named_by_its_url)
{
    struct chosen codes[1] = {{.code = "BR"}};
    struct selection selection = {codes, 1};
    struct summary_plan plan = {.base = "http://h/\x1b{cc}.png",
                                .selection = &selection,
                                .strategy = "sequential",
                                .max_req = 1,
                                .directory = "a/"};

    summary_begin(stream.out, &plan);

    cr_expect(eq(str, written(),
                 "Site: http://h/\\x1b{cc}.png\n"
                 "Searching for 1 flag: BR\n"
                 "1 concurrent connection will be used (sequential), saving "
                 "to a/.\n"));
}

Test(report, the_final_report_is_the_books)
{
    struct tally tally;

    tally_init(&tally, &events);
    scheduled(1000000, &br);
    final(1070000, &br, &ok);
    final(1090000, &br, &ok);

    summary_end(stream.out, &tally, COMPAT_1E);
    cr_expect(eq(str, written(),
                 "--------------------\n"
                 "2 flags downloaded.\n"
                 "Elapsed time: 0.09s\n"));
    summary_end(stream.out, &tally, COMPAT_2E);
    cr_expect(eq(str, written(),
                 "--------------------\n"
                 "  2 flags downloaded.\n"
                 "Elapsed time: 0.09s\n"));

    final(1500000, &zz, &not_found);
    final(1600000, &ba, &teapot);
    summary_end(stream.out, &tally, COMPAT_2E);
    cr_expect(eq(str, written(),
                 "--------------------\n"
                 "  2 flags downloaded.\n"
                 "  1 not found.\n"
                 "  1 error.\n"
                 "Elapsed time: 0.60s\n"));
}

Test(report, one_and_none_are_told_in_the_right_number)
{
    struct tally tally;

    tally_init(&tally, &events);
    final(0, &ba, &teapot);
    final(0, &ba, &teapot);
    summary_end(stream.out, &tally, COMPAT_1E);
    cr_expect(eq(str, written(),
                 "--------------------\n"
                 "0 flags downloaded.\n"
                 "2 errors.\n"
                 "Elapsed time: 0.00s\n"));

    final(0, &br, &ok);
    summary_end(stream.out, &tally, COMPAT_NONE);
    cr_expect(eq(str, written(),
                 "--------------------\n"
                 "1 flag downloaded.\n"
                 "2 errors.\n"
                 "Elapsed time: 0.00s\n"));
}

Test(report, an_interrupted_run_says_so_and_still_adds_up)
{
    struct tally tally;

    tally_init(&tally, &events);
    scheduled(0, &br);
    final(10000, &br, &ok);
    tell(20000,
         (struct event){.kind = EVENT_STOPPED, .stop = STOP_INTERRUPTED});
    final(30000, &ba, &cancelled);
    final(30000, &zz, &cancelled);

    summary_end(stream.out, &tally, COMPAT_NONE);

    cr_expect(eq(str, written(),
                 "interrupted\n"
                 "--------------------\n"
                 "1 flag downloaded.\n"
                 "2 cancelled.\n"
                 "Elapsed time: 0.03s\n"));
    cr_expect(eq(u64, counts_total(&tally.counts), 3));
}

Test(report, the_tally_knows_the_named_from_the_wildcards)
{
    struct tally tally;

    tally_init(&tally, &events);
    final(0, &zz, &not_found);
    final(0, &wild, &not_found);
    final(0, &wild, &not_found);
    final(0, &br, &ok);

    cr_expect(eq(u64, tally.named, 2));
    cr_expect(eq(u64, tally.missing, 1));
    cr_expect(eq(u64, tally.tolerated, 2));
    cr_expect(eq(u64, tally.counts.of[STATUS_NOT_FOUND], 3));
}

/* The lines of a run under one strategy and edition. */
static char *lines_of(const char *strategy, enum compat compat, bool verbose)
{
    static struct lines lines;
    static const struct outcome *const outcomes[] = {&refused, &late};

    events.sinks = NULL;
    lines = (struct lines){.out = verbose ? stream.out : NULL,
                           .err = stream.out,
                           .compat = compat,
                           .strategy = strategy};
    lines_init(&lines, &events);
    final(0, &br, &ok);
    final(0, &zz, &not_found);
    final(0, &wild, &not_found);
    final(0, &ba, &teapot);
    for (size_t i = 0; i < COUNT(outcomes); i++)
        final(0, &br, outcomes[i]);
    final(0, &br, &cancelled);
    return written();
}

Test(report, verbose_lines_are_the_first_editions)
{
    cr_expect(eq(str, lines_of("sequential", COMPAT_1E, true),
                 "BR OK\n"
                 "ZZ not found\n"
                 "ZY not found\n"
                 "*** Error for BA: HTTP error 418 - I'm a Teapot\n"
                 "*** Error for BR: Connection error\n"
                 "*** Error for BR: timed out after 10 s\n"
                 "BR cancelled\n"));
    cr_expect(eq(str, lines_of("threaded", COMPAT_1E, true),
                 "BR OK\n"
                 "ZZ not found\n"
                 "ZY not found\n"
                 "*** Error for BA: HTTP 418 - I'm a Teapot\n"
                 "*** Error for BR: Connection error\n"
                 "*** Error for BR: timed out after 10 s\n"
                 "BR cancelled\n"));
}

Test(report, verbose_lines_are_the_second_editions)
{
    cr_expect(eq(str, lines_of("async", COMPAT_2E, true),
                 "BR OK\n"
                 "ZZ not found: http://localhost:8001/flags/zz/zz.gif\n"
                 "ZY not found: http://localhost:8001/flags/zz/zz.gif\n"
                 "BA error: HTTP error 418 - I'm a Teapot\n"
                 "BR error: [Errno 111] Connection refused <class "
                 "'httpx.ConnectError'>\n"
                 "BR error: <class 'httpx.ReadTimeout'>\n"
                 "BR cancelled\n"));
}

Test(report, verbose_lines_of_our_own_name_the_cause)
{
    cr_expect(eq(str, lines_of("async", COMPAT_NONE, true),
                 "BR OK\n"
                 "ZZ not found: http://127.0.0.1:8001/flags/zz/zz.gif\n"
                 "ZY not found: http://127.0.0.1:8001/flags/zz/zz.gif\n"
                 "BA error: HTTP 418 - I'm a Teapot\n"
                 "BR error: cannot connect: Connection refused\n"
                 "BR error: timed out after 10 s\n"
                 "BR cancelled\n"));
}

Test(report, failures_are_told_without_being_asked)
{
    cr_expect(eq(str, lines_of("async", COMPAT_NONE, false),
                 "flags: zz: not found: http://127.0.0.1:8001/flags/zz/zz.gif\n"
                 "flags: ba: HTTP 418 - I'm a Teapot: "
                 "http://127.0.0.1:8001/flags/ba/ba.gif\n"
                 "flags: br: cannot connect: Connection refused: "
                 "http://127.0.0.1:8001/flags/br/br.gif\n"
                 "flags: br: timed out after 10 s: "
                 "http://127.0.0.1:8001/flags/br/br.gif\n"));
}

Test(report, what_a_server_says_cannot_move_the_cursor)
{
    struct outcome evil = teapot;
    struct lines lines = {
        .out = stream.out, .err = stream.out, .strategy = "async"};

    snprintf(evil.reply.reason, sizeof(evil.reply.reason), "\x1b[2J\r\xc2\x9b");
    snprintf(evil.reply.text, sizeof(evil.reply.text), "HTTP 418 - %s",
             evil.reply.reason);
    lines_init(&lines, &events);

    final(0, &ba, &evil);

    cr_expect(
        eq(str, written(), "BA error: HTTP 418 - \\x1b[2J\\x0d\\xc2\\x9b\n"));
}

static void count_call(void *calls)
{
    ++*(int *)calls;
}

Test(report, a_broken_output_is_told_once)
{
    int calls = 0;
    FILE *full = fopen("/dev/full", "w");
    struct lines lines = {.out = full,
                          .err = stream.out,
                          .strategy = "async",
                          .on_write_error = count_call,
                          .arg = &calls};

    cr_assert(ne(ptr, full, NULL));
    setvbuf(full, NULL, _IOLBF, 0);
    lines_init(&lines, &events);

    final(0, &br, &ok);
    final(0, &br, &ok);

    cr_expect(eq(int, calls, 1));
    fclose(full);
}

Test(report, a_bar_counts_the_settled_and_the_failed)
{
    struct progress bar;

    progress_init(&bar, stream.out, 4, (struct progress_style){false, false},
                  &events);
    cr_expect(eq(str, written(),
                 "\r\x1b[K---------------------------------------- 0/4 0.0s"));
    final(100000, &br, &ok);
    cr_expect(eq(str, written(),
                 "\r\x1b[K##########------------------------------ 1/4 0.1s"));
    final(110000, &br, &ok);
    cr_expect(eq(str, written(), ""), "too soon to draw again");
    final(200000, &ba, &teapot);
    cr_expect(eq(
        str, written(),
        "\r\x1b[K##############################---------- 3/4 0.2s 1 failed"));
}

Test(report, a_bar_makes_way_and_comes_back)
{
    struct progress bar;
    struct lines lines = {
        .err = stream.out, .strategy = "async", .progress = &bar};

    lines_init(&lines, &events);
    progress_init(&bar, stream.out, 2, (struct progress_style){false, false},
                  &events);
    written();

    final(1000, &zz, &not_found);

    cr_expect(eq(str, written(),
                 "\r\x1b[K"
                 "flags: zz: not found: http://127.0.0.1:8001/flags/zz/zz.gif\n"
                 "\r\x1b[K####################-------------------- 1/2 0.0s"));
    progress_hide(&bar);
    cr_expect(eq(str, written(), "\r\x1b[K"));
    progress_hide(&bar);
    cr_expect(eq(str, written(), ""));
}

Test(report, a_bar_in_unicode_and_colour)
{
    struct progress bar;

    progress_init(&bar, stream.out, 1, (struct progress_style){true, true},
                  &events);
    written();
    final(100000, &br, &ok);

    cr_expect(eq(ptr, strstr(written(), "#"), NULL));
    cr_expect(ne(ptr, strstr(stream.text, "\x1b[32m\u2588\u2588"), NULL));
}

Test(report, a_feed_is_read_back_as_it_was_written)
{
    static const char *const bad[] = {
        "{}",
        "[]",
        "{\"final\":\"BR\"}",
        "{\"final\":\"BR\",\"status\":\"fine\"}",
        "{\"final\":\"BRA\",\"status\":\"ok\"}",
        "{\"final\":\"BR\",\"status\":\"ok\",\"more\":1}",
        "{\"peak_rss\":1,\"threads\":2}",
        "{\"peak_rss\":1,\"threads\":2,\"descriptors\":3}",
        ("{\"peak_rss\":1,\"threads\":2,\"descriptors\":\"3\",\"wait_us\":4,"
         "\"user_us\":5,\"system_us\":6,\"voluntary\":7,\"involuntary\":8}"),
        "{\"observed_us\":1.5}",
        "{\"observed_us\":1,\"status\":\"ok\"}",
    };
    struct feed feed;
    struct feed_line line;
    struct record record = {0};
    bool complete = false;
    char *next;
    int finals = 0;
    int footprints = 0;

    feed_init(&feed, stream.out, &events);
    scheduled(5, &br);
    final(47, &br, &ok);
    cr_expect(eq(int, feed_end(&feed), 0));
    feed_close(&feed);
    for (char *at = written(); *at; at = next) {
        json_t *json;
        int rc;

        next = strchr(at, '\n') + 1;
        next[-1] = '\0';
        cr_expect(not(complete), "nothing follows the last line");
        json = json_loads(at, 0, NULL);
        cr_assert(ne(ptr, json, NULL), "%s", at);
        rc = record_read(&record, json);
        if (rc == 0)
            rc = feed_parse(&line, json);
        json_decref(json);
        if (rc == 1)
            continue;
        cr_assert(eq(int, rc, 0), "%s", at);
        switch (line.kind) {
        case FEED_FINAL:
            finals++;
            cr_expect(eq(str, line.code, "BR"));
            cr_expect(eq(int, line.status, STATUS_OK));
            break;
        case FEED_FOOTPRINT:
            footprints++;
            cr_expect(gt(i64, line.peak_rss, 0));
            cr_expect(ge(i64, line.threads, 1));
            cr_expect(ge(i64, line.descriptors, 3));
            cr_expect(ge(i64, line.user_us, 0));
            cr_expect(ge(i64, line.system_us, 0));
            cr_expect(ge(i64, line.wait_us, -1));
            break;
        case FEED_OBSERVED:
            complete = true;
            cr_expect(eq(i64, line.observed_us, 42));
            break;
        }
    }
    cr_expect(eq(int, finals, 1));
    cr_expect(eq(int, footprints, 1));
    cr_expect(complete);
    cr_assert(eq(sz, record.item_count, 1));
    cr_expect(eq(i64, record.items[0].bytes, 9443));
    record_close(&record);
    for (size_t i = 0; i < COUNT(bad); i++) {
        json_t *json = json_loads(bad[i], 0, NULL);

        cr_assert(ne(ptr, json, NULL), "%s", bad[i]);
        cr_expect(eq(int, feed_parse(&line, json), -EINVAL), "%s", bad[i]);
        json_decref(json);
    }
}

Test(escape, only_what_is_printable_stays)
{
    static const struct {
        const char *raw;
        const char *shown;
    } cases[] = {
        {"plain text", "plain text"},
        {"a\nb\tc\x7f", "a\\x0ab\\x09c\\x7f"},
        {"\x1b]0;title\x07", "\\x1b]0;title\\x07"},
        {"C\xc3\xb4te d'Ivoire", "C\xc3\xb4te d'Ivoire"},
        {"\xc2\x9b"
         "31m",
         "\\xc2\\x9b31m"},
        {"\x9b"
         "31m",
         "\\x9b31m"},
        {"\xe2\x82\xac \xf0\x9f\x87\xa7", "\xe2\x82\xac \xf0\x9f\x87\xa7"},
        {"\xc0\x80 \xed\xa0\x80 \xf5\x80\x80\x80",
         "\\xc0\\x80 \\xed\\xa0\\x80 \\xf5\\x80\\x80\\x80"},
        {"cut \xe2\x82", "cut \\xe2\\x82"},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        char room[80];

        escape_copy(room, sizeof(room), cases[i].raw);
        cr_expect(eq(str, room, (char *)cases[i].shown));
    }
}

Test(escape, what_is_too_long_is_cut_between_characters)
{
    static const struct {
        const char *raw;
        const char *shown;
    } cases[] = {
        {"1234567", "1234567"},
        {"12345678", "1234..."},
        {"12\xe2\x82\xac"
         "5678",
         "12..."},
        {"123\n5678", "123..."},
        {"\x01\x01", "\\x01..."},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        char room[8];

        escape_copy(room, sizeof(room), cases[i].raw);
        cr_expect(eq(str, room, (char *)cases[i].shown));
    }
}
