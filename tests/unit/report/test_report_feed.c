#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "report/feed.h"
#include "report/record.h"
#include "reported.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

TestSuite(report, .init = reported_setup, .fini = reported_teardown);

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
    scheduled(&events, 5, &br);
    final(&events, 47, &br, 1, 0, &ok);
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
