#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "country/selection.h"

enum { LIST_SIZE = CODES_EVERY * 3 + 1 };

/* The codes of a request, separated by spaces, those that are named with a
   `!` behind them; or "-EINVAL argument". */
static void list(char out[LIST_SIZE * 2],
                 const struct selection_request *request)
{
    struct selection selection;
    const char *bad = NULL;
    size_t at = 0;

    if (selection_make(&selection, request, &bad) < 0) {
        snprintf(out, LIST_SIZE, "-EINVAL %s", bad);
        return;
    }
    out[0] = '\0';
    for (size_t i = 0; i < selection.count; i++)
        at += (size_t)snprintf(out + at, LIST_SIZE * 2 - at, "%s%s%s",
                               i ? " " : "", selection.codes[i].code,
                               selection.codes[i].named ? "!" : "");
    selection_close(&selection);
}

static size_t count_arguments(const char *const *arguments)
{
    size_t count = 0;

    while (arguments[count])
        count++;
    return count;
}

Test(codes, are_those_of_the_book)
{
    cr_expect(eq(str, (char *)codes_populous[0], "CN"));
    cr_expect(eq(str, (char *)codes_populous[4], "BR"));
    cr_expect(eq(str, (char *)codes_populous[19], "FR"));
    cr_expect(eq(str, (char *)codes_all[0], "AD"));
    cr_expect(eq(str, (char *)codes_all[193], "ZW"));
}

Test(codes, of_all_countries_are_sorted_and_hold_the_populous_ones)
{
    for (size_t i = 1; i < CODES_ALL; i++)
        cr_expect(lt(int, strcmp(codes_all[i - 1], codes_all[i]), 0));
    for (size_t i = 0; i < CODES_POPULOUS; i++) {
        bool found = false;

        for (size_t j = 0; j < CODES_ALL; j++)
            found = found || strcmp(codes_populous[i], codes_all[j]) == 0;
        cr_expect(found, "%s", codes_populous[i]);
    }
}

Test(codes, from_AA_to_ZZ_are_numbered)
{
    static const struct {
        unsigned index;
        const char *code;
    } cases[] = {{0, "AA"}, {25, "AZ"}, {26, "BA"}, {675, "ZZ"}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char code[CODE_SIZE];

        codes_nth(cases[i].index, code);
        cr_expect(eq(str, code, (char *)cases[i].code));
    }
}

Test(selection, of_arguments_is_their_sorted_union)
{
    static const struct {
        const char *arguments[5];
        size_t limit;
        const char *codes;
    } cases[] = {
        {{"BR"}, 0, "BR!"},
        {{"br"}, 0, "BR!"},
        {{"us", "BR", "Us"}, 0, "BR! US!"},
        {{"zz"}, 0, "ZZ!"},
        {{"US", "BR", "CN"}, 2, "BR! CN!"},
        {{"b"},
         0,
         "BA BB BC BD BE BF BG BH BI BJ BK BL BM BN BO BP BQ BR BS BT BU BV "
         "BW BX BY BZ"},
        {{"B", "br", "ca"}, 4, "BA BB BC BD"},
        {{"br", "B"},
         0,
         "BA BB BC BD BE BF BG BH BI BJ BK BL BM BN BO BP BQ BR! BS BT BU BV "
         "BW BX BY BZ"},
        {{NULL},
         0,
         "BD! BR! CD! CN! DE! EG! ET! FR! ID! IN! IR! JP! MX! NG! PH! PK! RU! "
         "TR! US! VN!"},
        {{NULL}, 2, "BD! BR!"},
        {{"br", "brx"}, 0, "-EINVAL brx"},
        {{""}, 0, "-EINVAL "},
        {{"1"}, 0, "-EINVAL 1"},
        {{"B1"}, 0, "-EINVAL B1"},
        {{"\xc3\x9c"}, 0, "-EINVAL \xc3\x9c"}, /* U with a diaeresis */
        {{"A\xc3"}, 0, "-EINVAL A\xc3"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct selection_request request = {
            .arguments = cases[i].arguments,
            .argument_count =
                cases[i].arguments[0] ? count_arguments(cases[i].arguments) : 0,
            .limit = cases[i].limit,
        };
        char out[LIST_SIZE * 2];

        list(out, &request);
        cr_expect(eq(str, out, (char *)cases[i].codes), "case %zu", i);
    }
}

Test(selection, of_every_code_wins_over_all_countries)
{
    struct selection_request request = {.all = true, .every = true};
    struct selection selection;

    cr_assert(eq(int, selection_make(&selection, &request, NULL), 0));

    cr_expect(eq(sz, selection.count, CODES_EVERY));
    cr_expect(eq(str, selection.codes[1].code, "AB"));
    cr_expect(not(selection.codes[1].named));
    selection_close(&selection);
}

Test(selection, of_all_countries_cuts_the_sorted_list)
{
    struct selection_request request = {.all = true, .limit = 3};
    char out[LIST_SIZE * 2];

    list(out, &request);

    cr_expect(eq(str, out, "AD AE AF"));
}

Test(selection, names_a_code_that_is_also_in_a_wildcard)
{
    const char *arguments[] = {"ae", "zz"};
    struct selection_request request = {
        .arguments = arguments, .argument_count = 2, .all = true, .limit = 3};
    char out[LIST_SIZE * 2];

    list(out, &request);

    cr_expect(eq(str, out, "AD AE! AF"));
}

Test(selection, is_untouched_by_a_bad_argument_beside_every)
{
    const char *arguments[] = {"12"};
    struct selection_request request = {
        .arguments = arguments, .argument_count = 1, .every = true};
    struct selection selection = {.count = 7};
    const char *bad;

    cr_expect(eq(int, selection_make(&selection, &request, &bad), -EINVAL));

    cr_expect(eq(ptr, (void *)bad, (void *)arguments[0]));
    cr_expect(eq(sz, selection.count, 7));
}
