#include <math.h>
#include <stdio.h>
#include <string.h>

#include "findings/sentences.h"

/* Of what varies from run to run, a difference is worth a word from this
   factor on. */
static const double notable = 1.25;

/* What each of two cells needs, as two lists that are told side by side. */
struct needs {
    char own[96], other[96];
    size_t count;
};

/* `of` is left out in the second list. */
static void add_need(struct needs *needs, bool last, const char *own,
                     const char *of, const char *other)
{
    const char *comma = needs->count == 0 ? "" : last ? " and " : ", ";
    size_t own_size = strlen(needs->own);
    size_t other_size = strlen(needs->other);

    snprintf(needs->own + own_size, sizeof(needs->own) - own_size, "%s%s%s",
             comma, own, of);
    snprintf(needs->other + other_size, sizeof(needs->other) - other_size,
             "%s%s", comma, other);
    needs->count++;
}

static void number_text(char text[COMPARISON_TEXT_SIZE], double number)
{
    snprintf(text, COMPARISON_TEXT_SIZE, "%.0f", number);
}

/* What is told of a cell's needs, and how. */
static const struct {
    size_t field;
    void (*text)(char text[COMPARISON_TEXT_SIZE], double value);
    const char *of, *of_one;
    bool exact; /* any difference is worth a word */
} resources[] = {
    {offsetof(struct comparison_cell, threads), number_text, " threads",
     " thread", true},
    {offsetof(struct comparison_cell, peak_rss), comparison_size, " of memory",
     NULL, false},
    {offsetof(struct comparison_cell, cpu_us), comparison_time, " of CPU time",
     NULL, false},
    {offsetof(struct comparison_cell, connections), number_text, " connections",
     " connection", true},
};
enum { RESOURCES = sizeof(resources) / sizeof(*resources) };

static double resource_of(const struct comparison_cell *cell, size_t resource)
{
    return *(const double *)((const char *)cell + resources[resource].field);
}

static bool differs(double own, double other, bool exact)
{
    if (isnan(own) || isnan(other))
        return false;
    return exact ? lround(own) != lround(other)
                 : fmax(own, other) > notable * fmin(own, other);
}

void sentences_needs(const struct sentences *s, size_t cell, size_t other)
{
    struct needs needs = {.count = 0};
    bool chosen[RESOURCES];
    size_t last = RESOURCES;

    for (size_t i = 0; i < RESOURCES; i++) {
        chosen[i] = differs(resource_of(sentences_cell(s, cell), i),
                            resource_of(sentences_cell(s, other), i),
                            resources[i].exact);
        if (chosen[i])
            last = i;
    }
    for (size_t i = 0; i < RESOURCES; i++) {
        double value = resource_of(sentences_cell(s, cell), i);
        char own[COMPARISON_TEXT_SIZE];
        char others[COMPARISON_TEXT_SIZE];
        bool one = resources[i].of_one && lround(value) == 1;

        if (!chosen[i])
            continue;
        resources[i].text(own, value);
        resources[i].text(others, resource_of(sentences_cell(s, other), i));
        add_need(&needs, i == last, own,
                 one ? resources[i].of_one : resources[i].of, others);
    }
    if (needs.count > 0)
        sentences_say(s, "%s needs %s where %s needs %s",
                      sentences_cell(s, cell)->name, needs.own,
                      sentences_cell(s, other)->name, needs.other);
}
