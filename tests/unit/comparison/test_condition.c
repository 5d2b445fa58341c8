#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "comparison/condition.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The nodes in the order of calculation: "a 2 *". */
static void notation(const struct condition *condition, char *text, size_t room)
{
    static const char signs[] = {[NODE_NEGATE] = '~',
                                 [NODE_ADD] = '+',
                                 [NODE_SUBTRACT] = '-',
                                 [NODE_MULTIPLY] = '*',
                                 [NODE_DIVIDE] = '/'};
    size_t size = 0;

    text[0] = '\0';
    for (size_t i = 0; i < condition->node_count; i++) {
        const struct condition_node *node = &condition->nodes[i];
        const char *blank = i > 0 ? " " : "";

        if (node->kind == NODE_NUMBER)
            size += (size_t)snprintf(text + size, room - size, "%s%.9g", blank,
                                     node->number);
        else if (node->kind == NODE_VALUE)
            size += (size_t)snprintf(text + size, room - size, "%s%.*s", blank,
                                     (int)node->size,
                                     condition->text + node->begin);
        else
            size += (size_t)snprintf(text + size, room - size, "%s%c", blank,
                                     signs[node->kind]);
    }
}

Test(condition, is_calculated_in_the_usual_order)
{
    static const struct {
        const char *text;
        enum condition_relation relation;
        const char *nodes;
    } cases[] = {
        {"1<2", RELATION_LESS, "1 2 -"},
        {"1<=2", RELATION_LESS_EQUAL, "1 2 -"},
        {"1>2", RELATION_GREATER, "1 2 -"},
        {" 1 >=\t2 ", RELATION_GREATER_EQUAL, "1 2 -"},
        {"1+2*3<4", RELATION_LESS, "1 2 3 * + 4 -"},
        {"1*2+3<4", RELATION_LESS, "1 2 * 3 + 4 -"},
        {"(1+2)*3<4", RELATION_LESS, "1 2 + 3 * 4 -"},
        {"1-2-3<4", RELATION_LESS, "1 2 - 3 - 4 -"},
        {"1-(2-3)<4", RELATION_LESS, "1 2 3 - - 4 -"},
        {"8/4/2<4", RELATION_LESS, "8 4 / 2 / 4 -"},
        {"8/4*2<4", RELATION_LESS, "8 4 / 2 * 4 -"},
        {"-1*2<4", RELATION_LESS, "1 ~ 2 * 4 -"},
        {"1--2<4", RELATION_LESS, "1 2 ~ - 4 -"},
        {"--1<4", RELATION_LESS, "1 ~ ~ 4 -"},
        {"-(1+2)<4", RELATION_LESS, "1 2 + ~ 4 -"},
        {"1<2+3", RELATION_LESS, "1 2 3 + -"},
        {"async.median < 0.2*sequential.median", RELATION_LESS,
         "async.median 0.2 sequential.median * -"},
        {"async[20].p99>threaded[20,no].p99", RELATION_GREATER,
         "async[20].p99 threaded[20,no].p99 -"},
        {"async [ no , 20 ] . p99 > 1", RELATION_GREATER,
         "async [ no , 20 ] . p99 1 -"},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct condition condition;
        char why[CONDITION_WHY_SIZE] = "";
        char text[256];

        cr_assert(eq(int, condition_parse(&condition, cases[i].text, why), 0),
                  "%s: %s", cases[i].text, why);
        notation(&condition, text, sizeof(text));
        cr_expect(eq(str, text, (char *)cases[i].nodes), "%s", cases[i].text);
        cr_expect(eq(int, condition.relation, cases[i].relation), "%s",
                  cases[i].text);
    }
}

Test(condition, numbers_are_seconds_bytes_or_plain)
{
    static const struct {
        const char *text;
        double number;
        enum figure_unit unit;
    } cases[] = {
        {"5", 5, UNIT_NONE},
        {"0.2", 0.2, UNIT_NONE},
        {".5", 0.5, UNIT_NONE},
        {"007.250", 7.25, UNIT_NONE},
        {"20%", 0.2, UNIT_NONE},
        {"100ms", 0.1, UNIT_TIME},
        {"250us", 0.00025, UNIT_TIME},
        {"1.5s", 1.5, UNIT_TIME},
        {"2m", 120, UNIT_TIME},
        {"1h", 3600, UNIT_TIME},
        {"20M", 20971520, UNIT_SIZE},
        {"20MiB", 20971520, UNIT_SIZE},
        {"1k", 1024, UNIT_SIZE},
        {"1K", 1024, UNIT_SIZE},
        {"1KiB", 1024, UNIT_SIZE},
        {".5G", 536870912, UNIT_SIZE},
        {"1GiB", 1073741824, UNIT_SIZE},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct condition condition;
        char why[CONDITION_WHY_SIZE] = "";
        char text[64];

        snprintf(text, sizeof(text), "%s < 1", cases[i].text);
        cr_assert(eq(int, condition_parse(&condition, text, why), 0), "%s",
                  why);
        cr_expect(eq(dbl, condition.nodes[0].number, cases[i].number));
        cr_expect(eq(int, condition.unit, cases[i].unit), "%s", text);
    }
}

Test(condition, the_difference_has_the_unit_of_its_sides)
{
    static const struct {
        const char *text;
        enum figure_unit unit;
    } cases[] = {
        {"async.median < 0.2", UNIT_TIME},
        {"0.2 < async.median", UNIT_TIME},
        {"async.median / sequential.median < 20%", UNIT_NONE},
        {"async.median * 2 + 1 < 3", UNIT_TIME},
        {"async.peak_rss + 1M < 3", UNIT_SIZE},
        {"async.server_bytes / async.median > 1M / 1s", UNIT_OTHER},
        {"async.median * async.peak_rss / 1M < 3s", UNIT_TIME},
        {"async.threads * 1M > async.peak_rss", UNIT_SIZE},
        {"1 / async.median > 5", UNIT_OTHER},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct condition condition;
        char why[CONDITION_WHY_SIZE] = "";

        cr_assert(eq(int, condition_parse(&condition, cases[i].text, why), 0),
                  "%s", why);
        cr_expect(eq(int, condition.unit, cases[i].unit), "%s", cases[i].text);
    }
}

Test(condition, what_is_wrong_is_told_with_its_place)
{
    static const struct {
        const char *text, *why; /* how the reason begins */
    } cases[] = {
        {"", "at 1: it ends where a number or a value is expected"},
        {"  ", "at 3: it ends where a number or a value is expected"},
        {"async.median", "at 13: it ends where <, <=, > or >= is expected"},
        {"async.median <", "at 15: it ends where a number or a value is"},
        {"async.median = 1", "at 14: expected <, <=, > or >= instead of '='"},
        {"1 << 2", "at 4: expected a number or a value instead of '<'"},
        {"1 < 2 < 3", "at 7: there can be one comparison only"},
        {"1 < 2 3", "at 7: expected an operator instead of '3'"},
        {"1 < 2)", "at 6: expected an operator instead of ')'"},
        {"(1 < 2", "at 4: expected ) instead of '<'"},
        {"(1", "at 3: it ends where ) is expected"},
        {"() < 1", "at 2: expected a number or a value instead of ')'"},
        {"1 + < 2", "at 5: expected a number or a value instead of '<'"},
        {"+1 < 2", "at 1: expected a number or a value instead of '+'"},
        {"async < 1", "at 7: expected a period and a field instead of '<'"},
        {"async. < 1", "at 8: expected a field"},
        {"async.medain < 1",
         "at 7: 'medain' is no field; there are run_count median "},
        {"async.media < 1", "at 7: 'media' is no field"},
        {"async.medians < 1", "at 7: 'medians' is no field"},
        {"async[].p50 < 1", "at 7: expected a value of -m, yes or no"},
        {"async[0].p50 < 1", "at 7: expected a value of -m, yes or no"},
        {"async[2x].p50 < 1", "at 7: expected a value of -m, yes or no"},
        {"async[99999999999].p50 < 1", "at 7: expected a value of -m"},
        {"async[20.p50 < 1", "at 9: expected ] instead of '.'"},
        {"async[20,].p50 < 1", "at 10: expected a value of -m, yes or no"},
        {"1ns < 1", "at 1: 'ns' is no unit: us, ms, s, m, h; k, M, G; %"},
        {"1 ms < 1", "at 3: expected <, <=, > or >= instead of 'ms'"},
        {"1e3 < 1", "at 1: 'e3' is no unit"},
        {"0x10 < 1", "at 1: 'x10' is no unit"},
        {". < 1", "at 2: a digit is expected after the period"},
        {"1. < 1", "at 3: a digit is expected after the period"},
        {"1.2.3 < 1", "at 4: expected <, <=, > or >= instead of '.'"},
        {"99999999999999999999 < 1", "at 1: the number is too large"},
        {"999999999999999h < 1", "at 1: the number is too large"},
        {"async.median < 20M",
         "at 14: a time and a size cannot be compared or added"},
        {"async.threads > 5ms",
         "at 15: a plain number and a time cannot be compared or added"},
        {"async.ideal + async.peak_rss > 1",
         "at 13: a time and a size cannot be compared or added"},
        {"async.ideal * async.ideal > 1s",
         "at 27: something in other units and a time cannot be compared"},
        {"\x1b[31m < 1", "at 1: expected a number or a value instead of '?'"},
        {"1 < 2\n", "at 6: expected an operator instead of '?'"},
        {"\xc3\xa9 < 1", "at 1: expected a number or a value instead of '?'"},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct condition condition;
        char why[CONDITION_WHY_SIZE] = "";

        cr_expect(
            eq(int, condition_parse(&condition, cases[i].text, why), -EINVAL),
            "%s", cases[i].text);
        why[strlen(cases[i].why)] = '\0';
        cr_expect(eq(str, why, (char *)cases[i].why), "%s", cases[i].text);
    }
}

/* "((((", 1, "))))" < 1, or with other brackets. */
static int parse_nested(const char *before, const char *after, size_t depth,
                        char *why)
{
    struct condition condition;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    int error;

    for (size_t i = 0; i < depth; i++)
        fputs(before, out);
    fputc('1', out);
    for (size_t i = 0; i < depth; i++)
        fputs(after, out);
    fputs(" < 1", out);
    fclose(out);
    error = condition_parse(&condition, text, why);
    free(text);
    return error;
}

Test(condition, depth_and_length_are_bounded)
{
    char why[CONDITION_WHY_SIZE] = "";

    cr_expect(eq(int, parse_nested("(", ")", 64, why), 0));
    cr_expect(eq(int, parse_nested("(", ")", 65, why), -EINVAL));
    cr_expect(eq(str, why, "at 65: the expression is too deep"));
    cr_expect(eq(int, parse_nested("(", ")", 1000000, why), -EINVAL));
    cr_expect(eq(int, parse_nested("-", "", 1000000, why), -EINVAL));
    cr_expect(eq(str, why, "at 65: the expression is too deep"));
    cr_expect(eq(int, parse_nested("", "+1", 30, why), 0));
    cr_expect(eq(int, parse_nested("", "+1", 31, why), -EINVAL));
    cr_expect(eq(int, parse_nested("", "0", 1000000, why), -EINVAL));
    cr_expect(eq(str, why, "at 1: the number is too large"));
    cr_expect(eq(int, parse_nested("", ".0", 2, why), -EINVAL));
    cr_expect(eq(int, parse_nested("", "x", 1000000, why), -EINVAL));
    cr_expect(lt(sz, strlen(why), CONDITION_WHY_SIZE));
}

static const struct comparison_cell three[] = {
    {.strategy = "sequential", .max_req = 1, .reuse = true},
    {.strategy = "threaded", .max_req = 20, .reuse = true},
    {.strategy = "async", .max_req = 20, .reuse = true},
};
static const struct comparison_cell many[] = {
    {.strategy = "sequential", .max_req = 1, .reuse = true},
    {.strategy = "async", .max_req = 20, .reuse = true},
    {.strategy = "async", .max_req = 20, .reuse = false},
    {.strategy = "async", .max_req = 50, .reuse = true},
};

static struct comparison comparison_of(const struct comparison_cell *cells,
                                       size_t count)
{
    /* Nothing of them is written to. */
    return (struct comparison){.cells = (struct comparison_cell *)cells,
                               .cell_count = count};
}

Test(condition, names_are_bound_to_cells)
{
    static const struct {
        const char *text;
        bool all; /* of many, instead of three */
        int cell; /* of the left side; -1: refused */
        const char *why;
    } cases[] = {
        {"async.median < 1", false, 2, ""},
        {"sequential.median < 1", true, 0, ""},
        {"async[20].median < 1", false, 2, ""},
        {"async[yes].median < 1", false, 2, ""},
        {"async[50].median < 1", true, 3, ""},
        {"async[no].median < 1", true, 2, ""},
        {"async[20,yes].median < 1", true, 1, ""},
        {"async[yes,20].median < 1", true, 1, ""},
        {"async.median < 1", true, -1,
         "at 1: 'async.median' may be of any of async[20,yes], async[20,no], "
         "async[50,yes]"},
        {"1 > async[20].median", true, -1,
         "at 5: 'async[20].median' may be of any of async[20,yes], "
         "async[20,no]"},
        {"async[30].median < 1", true, -1,
         "at 1: 'async[30].median' is of no cell; there is async[20,yes], "
         "async[20,no], async[50,yes]"},
        {"asnyc.median < 1", true, -1,
         "at 1: 'asnyc' is not compared; there is sequential, async"},
        {"a.median < 1", false, -1,
         "at 1: 'a' is not compared; there is sequential, threaded, async"},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct comparison comparison = cases[i].all
                                           ? comparison_of(many, COUNT(many))
                                           : comparison_of(three, COUNT(three));
        struct condition condition;
        char why[CONDITION_WHY_SIZE] = "";

        cr_assert(eq(int, condition_parse(&condition, cases[i].text, why), 0));
        cr_expect(eq(int, condition_check(&condition, &comparison, why),
                     cases[i].cell < 0 ? -EINVAL : 0),
                  "%s", cases[i].text);
        if (cases[i].cell >= 0)
            cr_expect(eq(sz, condition.nodes[0].cell, (size_t)cases[i].cell));
        cr_expect(eq(str, why, (char *)cases[i].why));
    }
}

Test(condition, candidates_that_are_many_do_not_overflow)
{
    struct comparison_cell cells[100];
    struct comparison comparison = {.cells = cells, .cell_count = COUNT(cells)};
    struct condition condition;
    char why[CONDITION_WHY_SIZE];

    for (size_t i = 0; i < COUNT(cells); i++)
        cells[i] = (struct comparison_cell){.strategy = "sequential",
                                            .max_req = (unsigned)i + 1};
    cr_assert(
        eq(int, condition_parse(&condition, "sequential.max < 1", why), 0));
    cr_expect(eq(int, condition_check(&condition, &comparison, why), -EINVAL));
    cr_expect(lt(sz, strlen(why), sizeof(why)));
}
