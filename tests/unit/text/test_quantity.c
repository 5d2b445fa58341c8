#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

#include "text/quantity.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct written {
    double value;
    const char *text;
};

static void expect(void (*write)(char text[QUANTITY_SIZE], double value),
                   const struct written *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char text[QUANTITY_SIZE];

        write(text, cases[i].value);
        cr_expect(eq(str, text, (char *)cases[i].text));
    }
}

Test(quantity, times_have_three_digits_and_a_unit)
{
    static const struct written cases[] = {
        {0, "0 us"},          {1, "1 us"},         {999.4, "999 us"},
        {999.6, "1.00 ms"},   {9994, "9.99 ms"},   {9996, "10.0 ms"},
        {52340, "52.3 ms"},   {99960, "100 ms"},   {999400, "999 ms"},
        {999600, "1.00 s"},   {7213000, "7.21 s"}, {72130000, "72.1 s"},
        {123000000, "123 s"}, {3600e6, "3600 s"},  {-52300, "-52.3 ms"},
        {NAN, "-"},
    };

    expect(quantity_time, cases, COUNT(cases));
}

Test(quantity, sizes_have_a_binary_unit)
{
    static const struct written cases[] = {
        {0, "0 B"},
        {1023, "1023 B"},
        {1024, "1.0 KiB"},
        {1023.6, "1.0 KiB"},
        {9.4 * 1048576, "9.4 MiB"},
        {99.94 * 1048576, "99.9 MiB"},
        {99.96 * 1048576, "100 MiB"},
        {1023.4 * 1048576, "1023 MiB"},
        {1023.6 * 1048576, "1.0 GiB"},
        {5e18, "4547474 TiB"},
        {NAN, "-"},
    };

    expect(quantity_size, cases, COUNT(cases));
}

Test(quantity, ratios_have_three_digits_whatever_their_size)
{
    static const struct written cases[] = {
        {1, "1.00"},      {0.0825, "0.0825"}, {0.08, "0.0800"},
        {0.998, "0.998"}, {0.9996, "1.00"},   {12.14, "12.1"},
        {9.996, "10.0"},  {193.6, "194"},     {0, "0"},
        {1e12, "1e+12"},  {NAN, "-"},
    };

    expect(quantity_ratio, cases, COUNT(cases));
}

Test(quantity, counts_have_decimals_only_if_there_are_some)
{
    static const struct written cases[] = {
        {20, "20"}, {84.5, "84.5"}, {10485761, "10485761"}, {NAN, "-"}};

    expect(quantity_count, cases, COUNT(cases));
}

Test(quantity, shares_are_percentages)
{
    static const struct written cases[] = {{0.341, "34.1 %"},
                                           {0.9999, "100 %"},
                                           {1.5, "150 %"},
                                           {0, "0.0 %"},
                                           {NAN, "-"}};

    expect(quantity_share, cases, COUNT(cases));
}

Test(quantity, steps_are_round)
{
    static const struct {
        double least, step;
    } cases[] = {
        {0.2, 0.2}, {1, 1},    {212000, 500000}, {16040, 20000},
        {2.1, 5},   {5.2, 10}, {0.0005, 0.0005},
    };

    for (size_t i = 0; i < COUNT(cases); i++)
        cr_expect(epsilon_eq(dbl, quantity_step(cases[i].least), cases[i].step,
                             cases[i].step * 1e-9));
}

Test(quantity, ticks_are_in_the_unit_of_the_largest)
{
    static const struct {
        double largest_us, us;
        const char *text;
    } cases[] = {
        {1060000, 0, "0"},         {1060000, 200000, "0.2 s"},
        {1060000, 1000000, "1 s"}, {80200, 20000, "20 ms"},
        {900, 200, "200 us"},      {7200000000, 5000000000, "5000 s"},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[QUANTITY_SIZE];

        quantity_tick(text, cases[i].us, cases[i].largest_us);
        cr_expect(eq(str, text, (char *)cases[i].text));
    }
}

Test(quantity, one_thing_has_no_s)
{
    cr_expect(eq(str, (char *)quantity_plural(1), ""));
    cr_expect(eq(str, (char *)quantity_plural(0), "s"));
    cr_expect(eq(str, (char *)quantity_plural(2), "s"));
}
