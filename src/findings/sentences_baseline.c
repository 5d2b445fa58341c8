#include "findings/sentences.h"

#include <math.h>

#include "text/quantity.h"

/* Of one cell. */
static void say_since(struct sentences *s, const struct comparison_cell *cell)
{
    struct factor factor = sentences_factor(cell->baseline);

    if (interval_holds(&cell->baseline, 1))
        sentences_say(s, "%s since the baseline: no difference detected%s",
                      cell->name, factor.bounds);
    else
        sentences_say(s, "%s %s as in the baseline%s", cell->name, factor.times,
                      factor.bounds);
}

static void say_all_since(struct sentences *s)
{
    size_t unknown = 0;

    for (size_t i = 0; i < s->comparison->cell_count; i++) {
        const struct comparison_cell *cell = sentences_cell(s, i);

        if (!sentences_counts(s, i))
            continue;
        if (isfinite(cell->baseline.low))
            say_since(s, cell);
        else
            unknown++;
    }
    if (unknown > 0)
        sentences_say(s,
                      "of %zu cell%s the baseline has none that is alike, or "
                      "there are too few runs to tell a difference",
                      unknown, quantity_plural(unknown));
}

/* What is no difference. */
static void say_noise(struct sentences *s, const struct comparison_cell *cell)
{
    struct factor factor = sentences_factor(cell->ratio);

    if (!isfinite(cell->ratio.low))
        return;
    sentences_say(s, "the noise floor: %s %s as the same cell before it%s",
                  cell->name, factor.times, factor.bounds);
    if (!interval_holds(&cell->ratio, 1))
        sentences_say(s, "so even the same is told apart here: differences as "
                         "small mean nothing");
}

void sentences_baseline(struct sentences *s)
{
    if (s->comparison->has_baseline)
        say_all_since(s);
    for (size_t i = 0; i < s->comparison->cell_count; i++) {
        if (sentences_cell(s, i)->again)
            say_noise(s, sentences_cell(s, i));
    }
}
