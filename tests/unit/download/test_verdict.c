#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "download/verdict.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct verdict_case {
    const char *story;
    struct verdict verdict;
    int status;
};

static void check(const struct verdict_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++)
        cr_expect(eq(int, verdict_status(&cases[i].verdict), cases[i].status),
                  "%s", cases[i].story);
}

Test(verdict, each_outcome_has_its_status)
{
    static const struct verdict_case cases[] = {
        {"all named are in place", {.in_place = 3, .any_named = true}, 0},
        {"a wildcard's missing codes are tolerated",
         {.in_place = 3, .tolerated = 23},
         0},
        {"some failed", {.in_place = 3, .failed = 1, .any_named = true}, 1},
        {"all failed", {.failed = 2, .any_named = true}, 3},
        {"all of a wildcard failed", {.failed = 26}, 3},
        {"nothing of a wildcard was found", {.tolerated = 26}, 3},
        {"one named is missing",
         {.in_place = 3, .missing = 1, .any_named = true},
         4},
        {"all named are missing", {.missing = 2, .any_named = true}, 4},
        {"the named is missing, nothing of the wildcard is there",
         {.missing = 1, .tolerated = 26, .any_named = true},
         4},
        {"the named is there, the wildcard's are not",
         {.in_place = 1, .tolerated = 25, .any_named = true},
         0},
        {"the disk is full",
         {.in_place = 3, .local_failed = true, .any_named = true},
         5},
        {"the runs differ",
         {.in_place = 3, .check_failed = true, .any_named = true},
         6},
        {"time is up",
         {.in_place = 3, .cancelled = 1, .deadline = true, .any_named = true},
         7},
        {"stopped early by a missing one",
         {.in_place = 1, .missing = 1, .cancelled = 3, .any_named = true},
         4},
        {"cancelled without a reason is no success",
         {.in_place = 1, .cancelled = 3, .any_named = true},
         1},
    };

    check(cases, COUNT(cases));
}

Test(verdict, the_gravest_of_several_wins)
{
    struct verdict all = {.in_place = 1,
                          .missing = 1,
                          .failed = 1,
                          .any_named = true,
                          .local_failed = true,
                          .check_failed = true,
                          .deadline = true};

    cr_expect(eq(int, verdict_status(&all), 5));
    all.local_failed = false;
    cr_expect(eq(int, verdict_status(&all), 7));
    all.deadline = false;
    cr_expect(eq(int, verdict_status(&all), 6));
    all.check_failed = false;
    all.in_place = 0;
    cr_expect(eq(int, verdict_status(&all), 3));
    all.in_place = 1;
    cr_expect(eq(int, verdict_status(&all), 1));
    all.failed = 0;
    cr_expect(eq(int, verdict_status(&all), 4));
    all.missing = 0;
    cr_expect(eq(int, verdict_status(&all), 0));
}
