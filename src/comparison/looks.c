#include "comparison/looks.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "comparison/ideals.h"

void looks_plan(struct comparison_looks *looks,
                const struct compare_settings *settings)
{
    int64_t runs = settings->runs > COMPARISON_RUNS_LEAST
                       ? settings->runs
                       : COMPARISON_RUNS_LEAST;

    *looks = (struct comparison_looks){.width = settings->until,
                                       .decide = settings->until_decided};
    if (settings->until <= 0 && !settings->until_decided)
        return;
    for (; runs < settings->max_runs; runs *= 2) {
        assert(looks->planned < LOOKS_MOST - 1);
        looks->runs[looks->planned++] = runs;
    }
    looks->runs[looks->planned++] = settings->max_runs;
}

static bool is_narrow(const struct interval *ratio, double width)
{
    return (ratio->high - ratio->low) / ratio->value <= width;
}

bool looks_enough(const struct comparison *comparison)
{
    const struct comparison_looks *looks = &comparison->looks;

    for (size_t i = 0; looks->decide && i < comparison->check_count; i++) {
        if (comparison->checks[i].verdict == VERDICT_UNDECIDED)
            return false;
    }
    for (size_t i = 1; looks->width > 0 && i < comparison->cell_count; i++) {
        const struct comparison_cell *cell = &comparison->cells[i];

        if (cell->run_count > 0 && !is_narrow(&cell->ratio, looks->width))
            return false;
    }
    return true;
}

/* What would come out if there were no more runs. */
static int conclude(struct comparison *look, const struct results *results,
                    const struct compare_work *work,
                    const struct compare_settings *settings,
                    struct compare_checks *checks)
{
    int rc = results_look(results, look);

    if (rc == 0 && !look->nothing)
        rc = compare_ideals(look, results, work, settings);
    if (rc == 0)
        rc = comparison_derive(look);
    if (rc == 0 && !look->nothing)
        rc = checks_judge(checks, look);
    return rc;
}

int looks_take(struct comparison *comparison, const struct results *results,
               const struct compare_work *work,
               const struct compare_settings *settings,
               struct compare_checks *checks, bool *over)
{
    struct comparison_looks *looks = &comparison->looks;
    struct comparison look = *comparison;
    int rc;

    look.cells = calloc(look.cell_count, sizeof(*look.cells));
    if (!look.cells)
        return -ENOMEM;
    memcpy(look.cells, comparison->cells,
           look.cell_count * sizeof(*look.cells));
    rc = conclude(&look, results, work, settings, checks);
    if (rc == 0) {
        bool related = look.cells[0].run_count > 0;

        looks->taken++;
        looks->enough = related && looks_enough(&look);
        *over = looks->enough || !related || looks->taken == looks->planned;
    }
    comparison_close(&look);
    return rc;
}
