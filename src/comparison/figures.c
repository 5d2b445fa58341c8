#include "comparison/figures.h"

#include <math.h>
#include <string.h>

#include "comparison/comparison.h"

#define CELL_FIELD(field) offsetof(struct comparison_cell, field)

const struct figure figures[FIGURES] = {
#define FIGURE(id, ...) [FIGURE_##id] = {__VA_ARGS__},
#include "comparison/figures.list"
#undef FIGURE
};

static size_t counted(const struct comparison_cell *cell,
                      const struct figure *figure)
{
    size_t count;

    memcpy(&count, (const char *)cell + figure->where, sizeof(count));
    return count;
}

/* NAN, where the server queues: what is beyond the ideal is not known to be the
   strategy's. */
static double overhead_of(const struct comparison_cell *cell)
{
    return cell->queued ? (double)NAN : cell->observed.median - cell->ideal_us;
}

/* Likewise, and where its ideal takes no time: nothing is a share of that. */
static double efficiency_of(const struct comparison_cell *cell)
{
    return cell->ideal_us > 0 && !cell->queued
               ? cell->ideal_us / cell->observed.median
               : (double)NAN;
}

double figure_of(const struct comparison_cell *cell, enum figure_id id)
{
    const struct figure *figure = &figures[id];

    switch (figure->how) {
    case HOW_MEASURED:
    case HOW_SUMMED:
        break;
    case HOW_MEDIAN:
        return cell->observed.median;
    case HOW_MEAN:
        return cell->observed.mean;
    case HOW_STDDEV:
        return cell->run_count < figure->least_runs ? (double)NAN
                                                    : cell->observed.stddev;
    case HOW_MIN:
        return cell->observed.min;
    case HOW_MAX:
        return cell->observed.max;
    case HOW_RATIO:
        return cell->ratio.value;
    case HOW_IDEAL:
        return cell->ideal_us;
    case HOW_OVERHEAD:
        return overhead_of(cell);
    case HOW_EFFICIENCY:
        return efficiency_of(cell);
    case HOW_COUNTED:
        return (double)counted(cell, figure);
    }
    return cell->found[id];
}

int64_t figure_of_run(const struct comparison_run *run, enum figure_id id)
{
    const struct figure *figure = &figures[id];
    int64_t one;
    int64_t other;

    if (figure->how != HOW_SUMMED)
        return run->measured[id];
    one = run->measured[figure->parts[0]];
    other = run->measured[figure->parts[1]];
    return one >= 0 && other >= 0 ? one + other : -1;
}

bool figure_is_of_runs(enum figure_id id)
{
    return figures[id].how == HOW_MEASURED || figures[id].how == HOW_SUMMED;
}

void figures_forget(int64_t measured[FIGURES])
{
    for (size_t i = 0; i < FIGURES; i++)
        measured[i] = -1;
}
