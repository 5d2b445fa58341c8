#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "report/lines.h"
#include "report/progress.h"
#include "reported.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

TestSuite(report, .init = reported_setup, .fini = reported_teardown);

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
    final(&events, 0, &br, 1, 0, &ok);
    final(&events, 0, &zz, 1, 0, &not_found);
    final(&events, 0, &wild, 1, 0, &not_found);
    final(&events, 0, &ba, 1, 0, &teapot);
    for (size_t i = 0; i < COUNT(outcomes); i++)
        final(&events, 0, &br, 1, 0, outcomes[i]);
    final(&events, 0, &br, 1, 0, &cancelled);
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

    final(&events, 0, &ba, 1, 0, &evil);

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

    final(&events, 0, &br, 1, 0, &ok);
    final(&events, 0, &br, 1, 0, &ok);

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
    final(&events, 100000, &br, 1, 0, &ok);
    cr_expect(eq(str, written(),
                 "\r\x1b[K##########------------------------------ 1/4 0.1s"));
    final(&events, 110000, &br, 1, 0, &ok);
    cr_expect(eq(str, written(), ""), "too soon to draw again");
    final(&events, 200000, &ba, 1, 0, &teapot);
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

    final(&events, 1000, &zz, 1, 0, &not_found);

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
    final(&events, 100000, &br, 1, 0, &ok);

    cr_expect(eq(ptr, strstr(written(), "#"), NULL));
    cr_expect(ne(ptr, strstr(stream.text, "\x1b[32m\u2588\u2588"), NULL));
}
