#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "findings/sentences.h"
#include "text/quantity.h"

enum { LIST_SIZE = 96 };

/* A cell that may have all items in flight at a time. */
static bool is_wide(const struct sentences *s, size_t i)
{
    const struct comparison_cell *cell = sentences_cell(s, i);

    return sentences_counts(s, i) && cell->has_limit &&
           cell->max_req >= s->comparison->setup.item_count;
}

static bool is_alike_but_for_limit(const struct comparison_cell *a,
                                   const struct comparison_cell *b)
{
    return strcmp(a->strategy, b->strategy) == 0 && a->reuse == b->reuse &&
           a->http == b->http && a->max_req != b->max_req;
}

/* Limits beyond the number of items are one and the same. */
static void caution_alike(const struct sentences *s)
{
    char list[LIST_SIZE] = "";

    for (size_t i = 0; i < s->comparison->cell_count; i++) {
        const struct comparison_cell *cell = sentences_cell(s, i);

        for (size_t j = 0; j < i; j++) {
            if (!is_wide(s, i) || !is_wide(s, j) ||
                !is_alike_but_for_limit(cell, sentences_cell(s, j)))
                continue;
            snprintf(list, sizeof(list), "%s and %s",
                     sentences_cell(s, j)->name, cell->name);
            sentences_say(s,
                          "there are %zu item%s, so that cells with more "
                          "requests in flight are the same work (%s): what "
                          "they differ by is noise",
                          s->comparison->setup.item_count,
                          quantity_plural(s->comparison->setup.item_count),
                          list);
            return;
        }
    }
}

/* What its CPU time is of, is not what a strategy's is of. */
static void caution_start(const struct sentences *s)
{
    bool strategies = false;
    bool programs = false;

    for (size_t i = 0; i < s->comparison->cell_count; i++) {
        bool counts = sentences_counts(s, i);

        strategies |= counts && !sentences_cell(s, i)->program;
        programs |= counts && sentences_cell(s, i)->program;
    }
    if (strategies && programs)
        sentences_say(s, "CPU time and switches of other programs include the "
                         "start of their processes, those of the strategies "
                         "do not");
}

/* Several seeds of a weather that hangs on none. */
static void caution_seeds(const struct sentences *s)
{
    char few[64] = "";

    if (s->comparison->setup.weathers < WEATHERS_LEAST)
        snprintf(few, sizeof(few),
                 ", and of fewer than %d a ratio has no interval",
                 WEATHERS_LEAST);
    sentences_say(s,
                  "this weather is the same with each of the %zu seeds%s: "
                  "--seeds is of no use here",
                  s->comparison->setup.weathers, few);
}

/* The same machine has other times under other weather. */
static void caution_weather(const struct sentences *s)
{
    const struct comparison_setup *setup = &s->comparison->setup;
    size_t counting = 0;

    for (size_t i = 0; i < s->comparison->cell_count; i++)
        counting += sentences_counts(s, i);
    if (counting == 0)
        return;
    if (comparison_has_weathers(s->comparison) && !setup->is_seeded)
        caution_seeds(s);
    else if (comparison_has_weathers(s->comparison) &&
             setup->weathers < WEATHERS_LEAST)
        sentences_say(s,
                      "with %zu weathers, nothing is told of others: %d are "
                      "the least (--seeds %d)",
                      setup->weathers, WEATHERS_LEAST, WEATHERS_LEAST);
    else if (setup->is_seeded && counting > 1 &&
             !comparison_has_weathers(s->comparison))
        sentences_say(s,
                      "all of this is under one weather, that of seed %" PRId64
                      ": under another the factors are others (--seeds)",
                      setup->seed);
}

void sentences_caution_setup(const struct sentences *s)
{
    caution_alike(s);
    caution_start(s);
    if (s->comparison->setup.processors == 1 && !s->comparison->setup.server)
        sentences_say(s, "client and server share the only processor: each "
                         "waits for what the other computes");
    caution_weather(s);
}
