#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/redirect.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "command/get_options.h"
#include "download/downloader.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct get_settings settings;
static struct command_line line;
static struct get_plan plan;

/* Plan what is typed: words separated by single blanks. */
static int plan_line(const char *typed)
{
    static char copy[256];
    static char *words[32];
    int count = 0;
    int rc;

    get_plan_close(&plan);
    memset(&plan, 0, sizeof(plan));
    memset(&settings, 0, sizeof(settings));
    snprintf(copy, sizeof(copy), "%s", typed);
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
        words[count++] = word;
    rc = command_line_read(&line, &get_option_table, &settings, count, words);
    return rc < 0 ? rc : get_plan_make(&plan, &settings, &line);
}

static void setup(void)
{
    unsetenv("FLAGS_SERVER");
}

static void teardown(void)
{
    get_plan_close(&plan);
}

TestSuite(get, .init = setup, .fini = teardown);

Test(get, without_options_it_is_the_twenty_from_a_local_server)
{
    cr_assert(eq(int, plan_line(""), 0), "%s", line.error);

    cr_expect(eq(sz, plan.selection.count, 20));
    cr_expect(eq(str, plan.selection.codes[0].code, "BD"));
    cr_expect(plan.selection.codes[0].named);
    cr_expect(eq(str, (char *)plan.source.label, "LOCAL"));
    cr_expect(plan.source.fixture);
    cr_expect(eq(str, (char *)plan.strategy->name, "async"));
    cr_expect(eq(u32, plan.max_req, 30));
    cr_expect(eq(u32, plan.connections, 20));
    cr_expect(eq(str, (char *)plan.directory, "downloads"));
    cr_expect(eq(int, plan.compat, COMPAT_NONE));
}

Test(get, the_requests_in_flight_are_bounded_by_strategy_and_codes)
{
    static const struct {
        const char *typed;
        unsigned max_req, connections;
    } cases[] = {
        {"-S threaded", 30, 20},
        {"-m 5", 5, 5},
        {"--max_req 5 BR", 5, 1},
        {"-e -m 100", 100, 100},
        {"-e -S threaded -m 1000", 1000, 676},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        cr_assert(eq(int, plan_line(cases[i].typed), 0));
        cr_expect(eq(u32, plan.max_req, cases[i].max_req), "%s",
                  cases[i].typed);
        cr_expect(eq(u32, plan.connections, cases[i].connections), "%s",
                  cases[i].typed);
    }
}

Test(get, more_requests_than_a_strategy_has_are_clamped_with_a_warning,
     .init = cr_redirect_stderr)
{
    unsetenv("FLAGS_SERVER");
    cr_assert(eq(int, plan_line("-S sequential -m 5"), 0));
    cr_expect(eq(u32, plan.max_req, 1));
    cr_assert(eq(int, plan_line("-S threaded -m 1001"), 0));
    cr_expect(eq(u32, plan.max_req, 1000));
    cr_assert(eq(int, plan_line("-m 99999999999"), 0));
    cr_expect(eq(u32, plan.max_req, 10000));

    fflush(stderr);
    cr_expect_stderr_eq_str(
        "flags: warning: --max-req 5: sequential has at most 1 in flight\n"
        "flags: warning: --max-req 1001: threaded has at most 1000 in flight\n"
        "flags: warning: --max-req 99999999999: async has at most 10000 in "
        "flight\n");
}

Test(get, too_few_descriptors_raise_the_soft_limit)
{
    struct rlimit limit;

    cr_assert(eq(int, getrlimit(RLIMIT_NOFILE, &limit), 0));
    cr_assert(ge(u64, limit.rlim_max, 1000));
    limit.rlim_cur = 64;
    cr_assert(eq(int, setrlimit(RLIMIT_NOFILE, &limit), 0));

    cr_assert(eq(int, plan_line("-e -m 400"), 0));

    cr_expect(eq(u32, plan.connections, 400));
    cr_assert(eq(int, getrlimit(RLIMIT_NOFILE, &limit), 0));
    cr_expect(ge(u64, limit.rlim_cur, 800));
}

Test(get, a_hard_limit_of_descriptors_clamps_with_a_warning,
     .init = cr_redirect_stderr)
{
    struct rlimit limit = {.rlim_cur = 132, .rlim_max = 132};

    unsetenv("FLAGS_SERVER");
    cr_assert(eq(int, setrlimit(RLIMIT_NOFILE, &limit), 0));

    cr_assert(eq(int, plan_line("-e -m 400"), 0));

    cr_expect(eq(u32, plan.connections, 50));
    fflush(stderr);
    cr_expect_stderr_eq_str("flags: warning: --max-req 400: the limit of open "
                            "files allows 50\n");
}

Test(get, the_environment_names_a_server_where_no_option_does)
{
    setenv("FLAGS_SERVER", "http://127.0.0.1:9/flags", 1);

    cr_assert(eq(int, plan_line(""), 0));
    cr_expect(eq(str, plan.source.base, "http://127.0.0.1:9/flags"));
    cr_expect(not(plan.source.fixture));
    cr_assert(eq(int, plan_line("-s delay"), 0));
    cr_expect(eq(str, (char *)plan.source.label, "DELAY"));

    setenv("FLAGS_SERVER", "", 1);
    cr_assert(eq(int, plan_line(""), 0));
    cr_expect(eq(str, (char *)plan.source.label, "LOCAL"));
}

Test(get, an_edition_has_its_directory)
{
    cr_assert(eq(int, plan_line("--compat 2e"), 0));
    cr_expect(eq(str, (char *)plan.directory, "downloaded"));
    cr_expect(eq(int, plan.compat, COMPAT_2E));
    cr_assert(eq(int, plan_line("--compat=1e -o x"), 0));
    cr_expect(eq(str, (char *)plan.directory, "x"));
    cr_expect(eq(int, plan.compat, COMPAT_1E));
}

Test(get, a_usage_error_is_one_line_with_what_is_accepted)
{
    static const struct {
        const char *typed;
        const char *error;
    } cases[] = {
        {"-m 0", "-m: '0' is not accepted: an integer of at least 1"},
        {"-l x", "-l: 'x' is not accepted: an integer of at least 1"},
        {"-l 0", "-l: '0' is not accepted: an integer of at least 1"},
        {"-s NOWHERE",
         "--server: 'NOWHERE' is not accepted: it is neither a label nor a "
         "URL (CIRCLE-FLAGS, DELAY, ERROR, FLAGCDN, FLAGSAPI, FLUENTPYTHON, "
         "LOCAL, REMOTE, a base URL or a template with {cc})"},
        {"-s LOACL",
         "--server: 'LOACL' is not accepted: it is neither a label nor a "
         "URL (CIRCLE-FLAGS, DELAY, ERROR, FLAGCDN, FLAGSAPI, FLUENTPYTHON, "
         "LOCAL, REMOTE, a base URL or a template with {cc}); did you mean "
         "'LOCAL'?"},
        {"\xc3\x9c", "CC: '\xc3\x9c' is not accepted: one letter, A to Z, or "
                     "two, AA to ZZ"},
        {"BR USA", "CC: 'USA' is not accepted: one letter, A to Z, or two, AA "
                   "to ZZ"},
        {"--output-dir=",
         "--output-dir: '' is not accepted: the name of a directory"},
        {"--sync --skip-existing",
         "--sync: only one of --sync and --skip-existing"},
        {"-4 -6", "--ipv6: only one of -4 and -6"},
        {"--http1.1 --http2", "--http2: only one of --http1.1, --http2 and "
                              "--http2-prior-knowledge"},
        {"--unix-socket=/s --proxy=http://h:1",
         "--unix-socket: only one of --proxy and --unix-socket"},
        {"--max-reqs 3",
         "--max-reqs: no such option; did you mean '--max-req'?"},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        cr_expect(eq(int, plan_line(cases[i].typed), -EINVAL), "%s",
                  cases[i].typed);
        cr_expect(eq(str, line.error, (char *)cases[i].error));
    }
}

Test(get, the_strategies_of_the_table_are_those_there_are)
{
    static const char *const names[] = {"sequential", "threaded", "async"};

    for (size_t i = 0; i < COUNT(names); i++) {
        char typed[32];

        snprintf(typed, sizeof(typed), "-S %s", names[i]);
        cr_assert(eq(int, plan_line(typed), 0));
        cr_assert(ne(ptr, (void *)plan.strategy, NULL));
        cr_expect(eq(str, (char *)plan.strategy->name, (char *)names[i]));
    }
}
