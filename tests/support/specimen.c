#include "specimen.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "specimen_run.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { MANY = 194 };

static const char *const usual_codes[] = {
    "BD", "BR", "CD", "CN", "DE", "EG", "ET", "FR", "ID", "IN",
    "IR", "JP", "MX", "NG", "PH", "PK", "RU", "TR", "US", "VN"};

/* What a page must survive: markup, what is not UTF-8, what is no character
   of XML, and length. */
static const char *const hostile_codes[] = {
    "<script>alert(1)</script>",
    "\"onload=\"x' & co",
    "]]></title></style>--><!--",
    "\xff\xfe\xc3(\xed\xa0\x80",
    "\x01\x1b[31m\x7f\n\t",
    "\xef\xbf\xbe\xef\xbf\xbf",
    "|`**_~~[a](b)``",
    "http://user@example.test/very/long/path/of/a/flag/that/has/no/end.gif",
    "\xc3\xa9t\xc3\xa9 \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x87\xa7"};

static int add_cell(struct comparison *comparison, const char *strategy,
                    unsigned max_req, bool reuse)
{
    size_t count = comparison->cell_count;
    struct comparison_cell *cells =
        reallocarray(comparison->cells, count + 1, sizeof(*cells));
    struct comparison_cell *cell;
    int rc;

    if (!cells)
        return -ENOMEM;
    comparison->cells = cells;
    comparison->cell_count++;
    cell = &cells[count];
    *cell = (struct comparison_cell){.strategy = strategy,
                                     .max_req = max_req,
                                     .reuse = reuse,
                                     .ideal_us = NAN};
    if (comparison->setup.runs == 0)
        return 0;
    rc = specimen_run(cell, &comparison->setup, 77 + count);
    cell->ideal_us =
        (double)record_observed_us(&cell->record) * (0.96 - 0.0004 * max_req);
    return rc;
}

static int add_usual(struct comparison *comparison)
{
    int rc = add_cell(comparison, "sequential", 1, true);

    if (rc == 0)
        rc = add_cell(comparison, "threaded", 20, true);
    if (rc == 0)
        rc = add_cell(comparison, "async", 20, true);
    return rc;
}

static int add_sweep(struct comparison *comparison)
{
    static const unsigned limits[] = {1, 2, 5, 10, 20, 50, 100};
    static const char *const strategies[] = {"threaded", "async"};
    int rc = 0;

    for (int fresh = 0; rc == 0 && fresh < 2; fresh++)
        rc = add_cell(comparison, "sequential", 1, !fresh);
    for (size_t i = 0; i < 4 * COUNT(limits) && rc == 0; i++) {
        unsigned max_req = limits[i / 4];

        rc = add_cell(comparison, strategies[i / 2 % 2], max_req, i % 2 == 0);
        if (rc == 0 && max_req >= 50 && i / 2 % 2 == 1) {
            comparison->cells[comparison->cell_count - 1].errors = i;
            comparison->cells[comparison->cell_count - 1].error_runs = 3;
        }
    }
    return rc;
}

static void forget_runs(struct comparison_cell *cell, size_t invalid)
{
    record_close(&cell->record);
    free(cell->runs);
    cell->runs = NULL;
    cell->run_count = 0;
    cell->invalid = invalid;
}

static int make_usual(struct comparison *comparison)
{
    static struct comparison_check checks[] = {
        {.expression = "async.median > 0.2*sequential.median",
         .verdict = VERDICT_PASSED,
         .difference = {-101000, -104000, -98000},
         .unit = UNIT_TIME},
        {.expression = "threaded.peak_rss > async.peak_rss & 1<2",
         .verdict = VERDICT_UNDECIDED,
         .difference = {150, -1200, 1500},
         .unit = UNIT_SIZE},
        {.expression = "async.threads > 0.5",
         .verdict = VERDICT_FAILED,
         .difference = {0.5, 0.5, 0.5}},
        {.expression = "async.connections > 20",
         .verdict = VERDICT_IMPOSSIBLE,
         .difference = {NAN, NAN, NAN},
         .reason = "the server is not ours"},
    };

    comparison->checks = checks;
    comparison->check_count = COUNT(checks);
    return add_usual(comparison);
}

/* A server that is not ours tells nothing, and the ideal is an estimate. */
static int make_stranger(struct comparison *comparison)
{
    int rc;

    comparison->setup.server = "https://example.test/flags/{cc}/{cc}.gif";
    comparison->setup.weather = NULL;
    comparison->ideal_estimated = true;
    rc = add_usual(comparison);
    for (size_t i = 0; i < comparison->cell_count; i++) {
        struct comparison_cell *cell = &comparison->cells[i];

        for (size_t j = 0; j < cell->run_count; j++) {
            struct comparison_run *run = &cell->runs[j];

            run->measured[FIGURE_CONNECTIONS] =
                run->measured[FIGURE_PEAK_IN_FLIGHT] = -1;
            run->measured[FIGURE_REQUESTS] =
                run->measured[FIGURE_SERVER_BYTES] = -1;
        }
    }
    return rc;
}

static int make_interrupted(struct comparison *comparison)
{
    int rc = add_usual(comparison);

    comparison->interrupted = true;
    comparison->same_work = false;
    if (rc == 0) {
        forget_runs(&comparison->cells[1], 2);
        comparison->cells[2].run_count = 1;
    }
    return rc;
}

static int make_none(struct comparison *comparison)
{
    int rc;

    comparison->setup.runs = 0;
    comparison->same_work = false;
    comparison->setup.load = NAN;
    rc = add_usual(comparison);
    for (size_t i = 0; i < comparison->cell_count; i++)
        comparison->cells[i].invalid = 10;
    comparison->setup.runs = 10;
    return rc;
}

static int make_one(struct comparison *comparison)
{
    comparison->setup.runs = 1;
    return add_cell(comparison, "async", 20, true);
}

static int make_hostile(struct comparison *comparison)
{
    static struct comparison_check checks[] = {
        {.expression = "</code><script>`|\xff",
         .verdict = VERDICT_FAILED,
         .difference = {1, 0.5, 2}},
        {.expression = "``",
         .verdict = VERDICT_IMPOSSIBLE,
         .difference = {NAN, NAN, NAN},
         .reason = "no | <cell> of `that` *name*: @x http://example.test"},
    };

    comparison->setup.codes = hostile_codes;
    comparison->setup.item_count = COUNT(hostile_codes);
    comparison->setup.machine = "</dd>\x01\xff<img src=x onerror=alert(1)>";
    comparison->setup.server = "http://[::1]/<b>'$(x)`|`|/{cc}";
    comparison->setup.began = "&lt;now&gt;";
    comparison->setup.command = "flags compare '-s=`</code>|<b>'";
    comparison->checks = checks;
    comparison->check_count = COUNT(checks);
    return add_usual(comparison);
}

/* As many items as there are countries: not all of them have a row. */
static int make_many(struct comparison *comparison)
{
    static char names[MANY][3];
    static const char *codes[MANY];

    for (size_t i = 0; i < MANY; i++) {
        names[i][0] = (char)('A' + i / 26);
        names[i][1] = (char)('A' + i % 26);
        codes[i] = names[i];
    }
    comparison->setup.codes = codes;
    comparison->setup.item_count = MANY;
    return add_usual(comparison);
}

/* Six weathers, each with an ideal and times of its own. */
static void spread(struct comparison_cell *cell, size_t weathers)
{
    for (size_t i = 0; i < weathers; i++)
        cell->ideals_us[i] = cell->ideal_us * (1 + 0.02 * (double)i);
    for (size_t i = 0; i < cell->run_count; i++) {
        struct comparison_run *run = &cell->runs[i];

        run->weather = i % weathers;
        run->observed_us += run->observed_us / 50 * (int64_t)run->weather;
    }
}

static int make_seeds(struct comparison *comparison)
{
    static const unsigned limits[] = {5, 10, 20};
    int rc;

    comparison->setup.weathers = 6;
    comparison->setup.is_seeded = true;
    comparison->setup.runs = 12;
    rc = add_cell(comparison, "sequential", 1, true);
    for (size_t i = 0; i < COUNT(limits) && rc == 0; i++)
        rc = add_cell(comparison, "async", limits[i], true);
    for (size_t i = 0; i < comparison->cell_count; i++)
        spread(&comparison->cells[i], comparison->setup.weathers);
    return rc;
}

static const struct {
    const char *kind;
    int (*make)(struct comparison *comparison);
} makers[] = {
    {"usual", make_usual},       {"sweep", add_sweep},
    {"stranger", make_stranger}, {"interrupted", make_interrupted},
    {"none", make_none},         {"one", make_one},
    {"hostile", make_hostile},   {"many", make_many},
    {"seeds", make_seeds},
};

const char *const specimen_kinds[] = {
    "usual", "sweep",   "stranger", "interrupted", "none",
    "one",   "hostile", "many",     "seeds",       NULL};

int specimen_make(struct comparison *comparison, const char *kind)
{
    comparison->same_work = true;
    comparison->setup = (struct comparison_setup){
        .codes = usual_codes,
        .item_count = COUNT(usual_codes),
        .weather = "uniform:.02:.08",
        .seed = 1,
        .runs = 10,
        .warmups = 1,
        .order = ORDER_INTERLEAVED,
        .timeout_us = 10000000,
        .connect_timeout_us = 5000000,
        .command = "flags compare --weather=uniform:.02:.08",
        .began = "2026-11-26T05:30:40Z",
        .machine = "2 x AMD EPYC, Linux 6.1 x86_64",
        .load = 0.37,
        .flags = "0.1.0",
        .curl = "7.88.1",
        .uv = "1.44.2",
        .tls = "OpenSSL/3.0.15",
    };
    for (size_t i = 0; i < COUNT(makers); i++) {
        int rc;

        if (strcmp(makers[i].kind, kind) != 0)
            continue;
        rc = makers[i].make(comparison);
        return rc < 0 ? rc : comparison_derive(comparison);
    }
    return -EINVAL;
}
