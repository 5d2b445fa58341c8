#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "findings/sentences.h"
#include "text/quantity.h"

enum { NAMES = 3 };

/* Of the requests that may be in flight, so many are as good as all. */
static const double REACHED = 0.9;

/* The runs that something is true of: how many, and in which cells. */
struct affected {
    size_t runs, cells;
    char names[48 * NAMES]; /* "async 2, threaded 1" */
};

static void add_affected(struct affected *affected,
                         const struct comparison_cell *cell, size_t runs)
{
    size_t size = strlen(affected->names);

    if (runs == 0)
        return;
    affected->runs += runs;
    affected->cells++;
    if (affected->cells <= NAMES)
        snprintf(affected->names + size, sizeof(affected->names) - size,
                 "%s%s: %zu", size > 0 ? ", " : "", cell->name, runs);
    else if (affected->cells == NAMES + 1)
        snprintf(affected->names + size, sizeof(affected->names) - size,
                 ", ...");
}

/* Runs that do not count, and cells that are left without any. */
static void caution_invalid(const struct sentences *s)
{
    struct affected invalid = {.runs = 0};
    size_t empty = 0;
    size_t excluded = 0;
    const char *name = NULL;

    for (size_t i = 0; i < s->comparison->cell_count; i++) {
        const struct comparison_cell *cell = sentences_cell(s, i);

        if (cell->excluded[0]) {
            excluded++;
            continue;
        }
        add_affected(&invalid, cell, cell->invalid);
        if (cell->run_count == 0) {
            empty++;
            name = cell->name;
        }
    }
    if (invalid.runs > 0)
        sentences_say(
            s,
            "%zu run%s failed or did other work than the rest and %s not "
            "count (%s)",
            invalid.runs, quantity_plural(invalid.runs),
            invalid.runs == 1 ? "does" : "do", invalid.names);
    if (empty + excluded == s->comparison->cell_count)
        sentences_say(s, "no run counts, so there is nothing to compare");
    else if (empty == 1)
        sentences_say(s, "%s has no run that counts", name);
    else if (empty > 1)
        sentences_say(s, "%zu of %zu cells have no run that counts", empty,
                      s->comparison->cell_count);
}

/* Programs without a time, each with its reason. */
static void caution_excluded(const struct sentences *s)
{
    for (size_t i = 0; i < s->comparison->cell_count; i++) {
        const struct comparison_cell *cell = sentences_cell(s, i);

        if (cell->excluded[0])
            sentences_say(s, "%s is left out: %s", cell->name, cell->excluded);
    }
}

static void caution_bounds(const struct sentences *s)
{
    for (size_t i = 0; i < s->comparison->cell_count; i++) {
        if (sentences_cell(s, i)->ideal_is_bound && sentences_counts(s, i)) {
            sentences_say(s, "in which order other programs ask is not known: "
                             "their ideals are bounds, no less than that (>)");
            return;
        }
    }
}

/* What the machine did to them is no strategy's. */
static void caution_disturbed(const struct sentences *s)
{
    struct affected disturbed = {.runs = 0};

    for (size_t i = 0; i < s->comparison->cell_count; i++) {
        const struct comparison_cell *cell = sentences_cell(s, i);
        size_t runs = 0;

        for (size_t j = 0; j < cell->run_count; j++)
            runs += comparison_is_disturbed(&cell->runs[j]);
        add_affected(&disturbed, cell, runs);
    }
    if (disturbed.runs > 0)
        sentences_say(s,
                      "in %zu run%s client and server waited for a processor "
                      "for more than %.0f %% of the time (%s)",
                      disturbed.runs, quantity_plural(disturbed.runs),
                      COMPARISON_DISTURBED * 100, disturbed.names);
}

static bool is_late(const struct comparison_run *run)
{
    return (double)run->measured[FIGURE_SERVER_LATE] >
           COMPARISON_DISTURBED * (double)run->observed_us;
}

/* Nor is what its server did. */
static void caution_late(const struct sentences *s)
{
    struct affected late = {.runs = 0};

    for (size_t i = 0; i < s->comparison->cell_count; i++) {
        const struct comparison_cell *cell = sentences_cell(s, i);
        size_t runs = 0;

        for (size_t j = 0; j < cell->run_count; j++)
            runs += is_late(&cell->runs[j]);
        add_affected(&late, cell, runs);
    }
    if (late.runs > 0)
        sentences_say(s,
                      "in %zu run%s the server was late with an answer for "
                      "more than %.0f %% of the time (%s)",
                      late.runs, quantity_plural(late.runs),
                      COMPARISON_DISTURBED * 100, late.names);
}

/* What was done about the disturbed ones. */
static void caution_replaced(const struct sentences *s)
{
    struct affected replaced = {.runs = 0};

    for (size_t i = 0; i < s->comparison->cell_count; i++)
        add_affected(&replaced, sentences_cell(s, i),
                     sentences_cell(s, i)->replaced_count);
    if (replaced.runs > 0)
        sentences_say(s,
                      "%zu run%s once more, as the machine had disturbed "
                      "%s, and only the second one counts (%s)",
                      replaced.runs,
                      replaced.runs == 1 ? " was made" : "s were made",
                      replaced.runs == 1 ? "it" : "them", replaced.names);
    else if (s->comparison->setup.rerun_disturbed)
        sentences_say(s, "no run had to be made again for that it was "
                         "disturbed");
}

static void caution_outliers(const struct sentences *s)
{
    struct affected outliers = {.runs = 0};

    for (size_t i = 0; i < s->comparison->cell_count; i++)
        add_affected(&outliers, sentences_cell(s, i),
                     sentences_cell(s, i)->outliers);
    if (outliers.runs > 0)
        sentences_say(s,
                      "%zu run%s took far longer or shorter than the rest "
                      "of %s cell (%s)",
                      outliers.runs, quantity_plural(outliers.runs),
                      outliers.runs == 1 ? "its" : "their", outliers.names);
}

/* The most requests that any run had in flight at a time; NAN: that is not
   known of all of them. */
static double reach_of(const struct comparison_cell *cell)
{
    int64_t most = 0;

    for (size_t i = 0; i < cell->run_count; i++) {
        int64_t peak = figure_of_run(&cell->runs[i], FIGURE_PEAK_IN_FLIGHT);

        if (peak < 0)
            return (double)NAN;
        most = peak > most ? peak : most;
    }
    return (double)most;
}

/* With fewer requests in flight than were allowed a cell tells nothing about
   that limit. */
static void caution_reach(const struct sentences *s)
{
    for (size_t i = 0; i < s->comparison->cell_count; i++) {
        const struct comparison_cell *cell = sentences_cell(s, i);
        size_t items = s->comparison->setup.item_count;
        double most = cell->max_req < items ? cell->max_req : (double)items;
        double peak = reach_of(cell);

        if (sentences_counts(s, i) && peak < REACHED * most)
            sentences_say(s,
                          "%s never had more than %.0f of %.0f requests in "
                          "flight, so it tells nothing of that limit",
                          cell->name, peak, most);
    }
}

/* With too few runs nothing is told from chance: the more pairs of cells there
   are, the more runs it takes. */
static void caution_few(const struct sentences *s)
{
    size_t fewest = SIZE_MAX;
    size_t least = sentences_least_runs(s);
    const char *advice =
        least <= 10 && s->comparison->setup.runs < (int64_t)least
            ? ", 10 a good start (-r 10)"
            : "";
    char among[64] = "";

    for (size_t i = 0; i < s->comparison->cell_count; i++) {
        size_t count = sentences_cell(s, i)->run_count;

        if (count > 0 && count < fewest)
            fewest = count;
    }
    if (fewest >= least)
        return;
    if (least > COMPARISON_RUNS_LEAST)
        snprintf(among, sizeof(among), " among %zu", s->row_count);
    sentences_say(s,
                  "with %zu run%s of a cell, a difference%s is not told from "
                  "chance: %zu are the least%s",
                  fewest, quantity_plural(fewest), among, least, advice);
}

/* The runs came to their greatest number first. */
static void caution_looks(const struct sentences *s)
{
    const struct comparison_looks *looks = &s->comparison->looks;
    double widest = 0;

    if (looks->enough || looks->taken < looks->planned || looks->width <= 0)
        return;
    for (size_t i = 1; i < s->comparison->cell_count; i++) {
        const struct interval *ratio = &sentences_cell(s, i)->ratio;

        widest = fmax(widest, (ratio->high - ratio->low) / ratio->value);
    }
    if (widest > looks->width)
        sentences_say(
            s,
            "after %" PRId64 " run%s of each, a ratio's interval is "
            "still %.*f %% wide, and not %g %%",
            looks->runs[looks->planned - 1],
            quantity_plural((uint64_t)looks->runs[looks->planned - 1]),
            widest < 0.0995 ? 2 : 0, widest * 100, looks->width * 100);
}

void sentences_nothing(const struct sentences *s)
{
    const struct comparison *comparison = s->comparison;

    sentences_say(
        s,
        "nothing was in place after any run (of %zu item%s %zu not "
        "found, %zu in error), so there is nothing to compare, and no "
        "condition is judged",
        comparison->setup.item_count,
        quantity_plural(comparison->setup.item_count), comparison->not_found,
        comparison->errors);
}

void sentences_caution(const struct sentences *s)
{
    const struct comparison_setup *setup = &s->comparison->setup;

    caution_excluded(s);
    caution_invalid(s);
    caution_bounds(s);
    if (s->comparison->interrupted)
        sentences_say(s, "the comparison was interrupted: not all runs were "
                         "made");
    caution_few(s);
    caution_looks(s);
    caution_reach(s);
    caution_disturbed(s);
    caution_late(s);
    caution_replaced(s);
    caution_outliers(s);
    sentences_caution_setup(s);
    if (setup->processors > 0 && setup->load > (double)setup->processors)
        sentences_say(s,
                      "the machine was busy at the start: a load of %.1f on "
                      "%ld processor%s",
                      setup->load, setup->processors,
                      quantity_plural((size_t)setup->processors));
}
