#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "cli/values.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { UNTOUCHED = -77 };

struct number_case {
    const char *text;
    int rc;
    int64_t number;
};

static void check_numbers(int (*read)(const char *, int64_t *),
                          const struct number_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int64_t number = UNTOUCHED;
        int rc = read(cases[i].text, &number);

        cr_expect(eq(int, rc, cases[i].rc), "'%s'", cases[i].text);
        cr_expect(eq(i64, number, rc < 0 ? UNTOUCHED : cases[i].number), "'%s'",
                  cases[i].text);
    }
}

Test(values, an_integer_is_digits_and_nothing_else)
{
    static const struct number_case cases[] = {
        {"0", 0, 0},
        {"20", 0, 20},
        {"007", 0, 7},
        {"9223372036854775807", 0, INT64_MAX},
        {"9223372036854775808", -ERANGE, 0},
        {"99999999999999999999", -ERANGE, 0},
        {"99999999999999999999x", -EINVAL, 0},
        {"", -EINVAL, 0},
        {"x", -EINVAL, 0},
        {"-1", -EINVAL, 0},
        {"+1", -EINVAL, 0},
        {" 1", -EINVAL, 0},
        {"1 ", -EINVAL, 0},
        {"1.5", -EINVAL, 0},
        {"1e3", -EINVAL, 0},
        {"0x10", -EINVAL, 0},
        {"nan", -EINVAL, 0},
        {"inf", -EINVAL, 0},
        {"\xc3\x9c", -EINVAL, 0},
    };

    check_numbers(value_integer, cases, COUNT(cases));
}

Test(values, a_duration_has_a_unit_or_is_in_seconds)
{
    static const struct number_case cases[] = {
        {"500ms", 0, 500000},
        {"2s", 0, 2000000},
        {"1.5", 0, 1500000},
        {"1m", 0, 60000000},
        {"1.5m", 0, 90000000},
        {"1h", 0, 3600000000},
        {"7us", 0, 7},
        {"0", 0, 0},
        {".02", 0, 20000},
        {"0.0000019", 0, 1},
        {"1.00000000000000000000000001", 0, 1000000},
        {"9223372036854", 0, 9223372036854000000},
        {"9223372036855", -ERANGE, 0},
        {"9223372036854775808us", -ERANGE, 0},
        {"9223372036854.775808", -ERANGE, 0},
        {"", -EINVAL, 0},
        {".", -EINVAL, 0},
        {"1.", -EINVAL, 0},
        {"1..5", -EINVAL, 0},
        {"s", -EINVAL, 0},
        {"-1", -EINVAL, 0},
        {"1 s", -EINVAL, 0},
        {"1S", -EINVAL, 0},
        {"1sec", -EINVAL, 0},
        {"1,5", -EINVAL, 0},
        {"1e3", -EINVAL, 0},
        {"nan", -EINVAL, 0},
        {"inf", -EINVAL, 0},
    };

    check_numbers(value_duration, cases, COUNT(cases));
}

Test(values, a_size_counts_in_powers_of_1024)
{
    static const struct number_case cases[] = {
        {"0", 0, 0},
        {"4096", 0, 4096},
        {"10k", 0, 10240},
        {"10K", 0, 10240},
        {"1M", 0, 1048576},
        {"1m", 0, 1048576},
        {"2G", 0, 2147483648},
        {"8589934591G", 0, 9223372035781033984},
        {"8589934592G", -ERANGE, 0},
        {"99999999999999999999k", -ERANGE, 0},
        {"", -EINVAL, 0},
        {"k", -EINVAL, 0},
        {"1.5M", -EINVAL, 0},
        {"1kB", -EINVAL, 0},
        {"1 k", -EINVAL, 0},
        {"-1k", -EINVAL, 0},
    };

    check_numbers(value_size, cases, COUNT(cases));
}

Test(values, a_rate_is_a_count_in_a_unit_of_time)
{
    static const struct {
        const char *text;
        int rc;
        struct value_rate rate;
    } cases[] = {
        {"12/s", 0, {12, 1000000}},
        {"100/m", 0, {100, 60000000}},
        {"3600/h", 0, {3600, 3600000000}},
        {"2/ms", 0, {2, 1000}},
        {"0/s", -ERANGE, {0, 0}},
        {"99999999999999999999/s", -ERANGE, {0, 0}},
        {"12", -EINVAL, {0, 0}},
        {"12/", -EINVAL, {0, 0}},
        {"/s", -EINVAL, {0, 0}},
        {"1.5/s", -EINVAL, {0, 0}},
        {"12/2s", -EINVAL, {0, 0}},
        {"12/d", -EINVAL, {0, 0}},
        {"-1/s", -EINVAL, {0, 0}},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct value_rate rate = {0, 0};

        cr_expect(eq(int, value_rate(cases[i].text, &rate), cases[i].rc),
                  "'%s'", cases[i].text);
        cr_expect(eq(i64, rate.count, cases[i].rate.count), "'%s'",
                  cases[i].text);
        cr_expect(eq(i64, rate.unit_us, cases[i].rate.unit_us), "'%s'",
                  cases[i].text);
    }
}

Test(values, a_probability_lies_between_0_and_1)
{
    static const struct {
        const char *text;
        int rc;
        double probability;
    } cases[] = {
        {"0", 0, 0},          {"1", 0, 1},           {".25", 0, .25},
        {"0.5", 0, .5},       {"1.0", 0, 1},         {"1.01", -ERANGE, -1},
        {"25", -ERANGE, -1},  {"25%", 0, .25},       {"100%", 0, 1},
        {"0.5%", 0, .005},    {"101%", -ERANGE, -1}, {"25%%", -EINVAL, -1},
        {"-.1", -EINVAL, -1}, {"nan", -EINVAL, -1},  {"1e-1", -EINVAL, -1},
        {"", -EINVAL, -1},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        double probability = -1;

        cr_expect(eq(int, value_probability(cases[i].text, &probability),
                     cases[i].rc),
                  "'%s'", cases[i].text);
        cr_expect(ieee_ulp_eq(dbl, probability, cases[i].probability, 1),
                  "'%s'", cases[i].text);
    }
}
