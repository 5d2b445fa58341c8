#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "country/selection.h"
#include "report/summary.h"
#include "report/tally.h"
#include "reported.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

TestSuite(report, .init = reported_setup, .fini = reported_teardown);

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
    scheduled(&events, 1000000, &br);
    final(&events, 1070000, &br, 1, 0, &ok);
    final(&events, 1090000, &br, 1, 0, &ok);

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

    final(&events, 1500000, &zz, 1, 0, &not_found);
    final(&events, 1600000, &ba, 1, 0, &teapot);
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
    final(&events, 0, &ba, 1, 0, &teapot);
    final(&events, 0, &ba, 1, 0, &teapot);
    summary_end(stream.out, &tally, COMPAT_1E);
    cr_expect(eq(str, written(),
                 "--------------------\n"
                 "0 flags downloaded.\n"
                 "2 errors.\n"
                 "Elapsed time: 0.00s\n"));

    final(&events, 0, &br, 1, 0, &ok);
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
    scheduled(&events, 0, &br);
    final(&events, 10000, &br, 1, 0, &ok);
    tell(&events, 20000,
         (struct event){.kind = EVENT_STOPPED, .stop = STOP_INTERRUPTED});
    final(&events, 30000, &ba, 1, 0, &cancelled);
    final(&events, 30000, &zz, 1, 0, &cancelled);

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
    final(&events, 0, &zz, 1, 0, &not_found);
    final(&events, 0, &wild, 1, 0, &not_found);
    final(&events, 0, &wild, 1, 0, &not_found);
    final(&events, 0, &br, 1, 0, &ok);

    cr_expect(eq(u64, tally.named, 2));
    cr_expect(eq(u64, tally.missing, 1));
    cr_expect(eq(u64, tally.tolerated, 2));
    cr_expect(eq(u64, tally.counts.of[STATUS_NOT_FOUND], 3));
}
