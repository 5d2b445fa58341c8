#include <math.h>
#include <stdio.h>
#include <string.h>

#include "findings/sentences.h"
#include "findings/table.h"
#include "text/quantity.h"

/* Of what varies from run to run, a difference is worth a word from this
   factor on. */
static const double notable = 1.25;

/* What each of two cells needs, as two lists that are told side by side. */
struct needs {
    char own[192], other[192];
    size_t count;
};

/* `of` is left out in the second list. */
static void add_need(struct needs *needs, bool last, const char *own,
                     const char *of, const char *other)
{
    const char *comma = needs->count == 0 ? "" : last ? " and " : ", ";
    size_t own_size = strlen(needs->own);
    size_t other_size = strlen(needs->other);

    snprintf(needs->own + own_size, sizeof(needs->own) - own_size, "%s%s %s",
             comma, own, of);
    snprintf(needs->other + other_size, sizeof(needs->other) - other_size,
             "%s%s", comma, other);
    needs->count++;
}

static double of_cell(const struct sentences *s, size_t cell, size_t resource)
{
    return figure_of(sentences_cell(s, cell), (enum figure_id)resource);
}

/* Of what is counted in whole things, any difference is worth a word. */
static bool differs(const struct figure *resource, double own, double other)
{
    if (!resource->noun || isnan(own) || isnan(other))
        return false;
    return resource->noun_one ? lround(own) != lround(other)
                              : fmax(own, other) > notable * fmin(own, other);
}

static void resource_text(char text[QUANTITY_SIZE],
                          const struct figure *resource, double value)
{
    table_value(text, resource->unit,
                resource->noun_one ? round(value) : value);
}

/* A program's process time has its start in it, a strategy's has not. */
static bool is_alike(const struct sentences *s, size_t cell, size_t other,
                     size_t resource)
{
    return sentences_cell(s, cell)->program ==
               sentences_cell(s, other)->program ||
           (resource != FIGURE_CPU && resource != FIGURE_SWITCHES);
}

/* What varies from run to run is told where there are enough of them. */
static bool is_certain(const struct sentences *s, size_t cell,
                       const struct figure *resource)
{
    return resource->noun_one ||
           sentences_cell(s, cell)->run_count >= COMPARISON_RUNS_LEAST;
}

static bool is_told(const struct sentences *s, size_t cell, size_t other,
                    size_t resource)
{
    return is_alike(s, cell, other, resource) &&
           is_certain(s, cell, &figures[resource]) &&
           is_certain(s, other, &figures[resource]) &&
           differs(&figures[resource], of_cell(s, cell, resource),
                   of_cell(s, other, resource));
}

void sentences_needs(const struct sentences *s, size_t cell, size_t other)
{
    struct needs needs = {.count = 0};
    size_t last = FIGURES;

    for (size_t i = 0; i < FIGURES; i++) {
        if (is_told(s, cell, other, i))
            last = i;
    }
    for (size_t i = 0; i < FIGURES; i++) {
        const struct figure *resource = &figures[i];
        double value = of_cell(s, cell, i);
        bool one = resource->noun_one && lround(value) == 1;
        char own[QUANTITY_SIZE];
        char others[QUANTITY_SIZE];

        if (!is_told(s, cell, other, i))
            continue;
        resource_text(own, resource, value);
        resource_text(others, resource, of_cell(s, other, i));
        add_need(&needs, i == last, own,
                 one ? resource->noun_one : resource->noun, others);
    }
    if (needs.count > 0)
        sentences_say(s, "%s needs %s where %s needs %s",
                      sentences_cell(s, cell)->name, needs.own,
                      sentences_cell(s, other)->name, needs.other);
}
