#include "comparison/grid.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "download/descriptors.h"

static bool has_cell(const struct comparison_cell *cells, size_t count,
                     const struct comparison_cell *cell)
{
    for (size_t i = 0; i < count; i++) {
        if (cells[i].strategy == cell->strategy &&
            cells[i].max_req == cell->max_req &&
            cells[i].reuse == cell->reuse && cells[i].http == cell->http)
            return true;
    }
    return false;
}

/* How many the strategy can have in flight of those asked for; only sequential
   has so few by its nature. */
static unsigned clamp(const struct downloader *strategy, unsigned max_req,
                      size_t items, grid_on_clamp on_clamp)
{
    unsigned allowed = max_req < strategy->greatest_max_req
                           ? max_req
                           : strategy->greatest_max_req;
    unsigned wanted = allowed < items ? allowed : (unsigned)items;
    unsigned fit = descriptors_fit(strategy, wanted);

    if (strategy->greatest_max_req == 1)
        on_clamp = NULL;
    if (on_clamp && allowed < max_req)
        on_clamp(strategy->name, max_req, allowed, false);
    if (fit == wanted)
        return allowed;
    if (on_clamp)
        on_clamp(strategy->name, max_req, fit, true);
    return fit;
}

/* Those of a strategy with a version and a way with connections. */
static void add_cells(struct comparison_cell *cells, size_t *count,
                      const struct compare_settings *settings, size_t items,
                      const struct comparison_cell *like,
                      const struct downloader *strategy, grid_on_clamp on_clamp)
{
    for (size_t i = 0; i < settings->max_req_count; i++) {
        struct comparison_cell cell = *like;

        cell.max_req = clamp(strategy, settings->max_req[i], items, on_clamp);
        if (!has_cell(cells, *count, &cell))
            cells[(*count)++] = cell;
    }
}

int grid_cells(const struct compare_settings *settings, size_t items,
               grid_on_clamp on_clamp, struct comparison_cell **cells,
               size_t *count)
{
    size_t ways = settings->http_count * settings->reuse_count;
    size_t most = settings->strategy_count * ways * settings->max_req_count;
    struct comparison_cell *made = calloc(most + 1, sizeof(*made));
    size_t used = 0;

    if (!made)
        return -ENOMEM;
    for (size_t i = 0; i < settings->strategy_count; i++) {
        for (size_t j = 0; j < ways; j++) {
            const struct downloader *strategy = settings->strategies[i];
            const struct comparison_cell cell = {
                .strategy = strategy->name,
                .has_limit = true,
                .http = settings->http[j / settings->reuse_count],
                .reuse = settings->reuse[j % settings->reuse_count],
                .ideal_us = (double)NAN,
            };

            add_cells(made, &used, settings, items, &cell, strategy,
                      j == 0 ? on_clamp : NULL);
        }
    }
    if (settings->self_check) {
        memmove(made + 2, made + 1, (used - 1) * sizeof(*made));
        made[1] = made[0];
        made[1].again = true;
        used++;
    }
    *cells = made;
    *count = used;
    return 0;
}

/* Fisher and Yates; Durstenfeld, "Algorithm 235: Random permutation" (1964). */
static void shuffle(struct grid_run *runs, size_t count, uint64_t seed)
{
    for (size_t i = count; i > 1; i--) {
        size_t j = statistics_index(&seed, i);
        struct grid_run kept = runs[i - 1];

        runs[i - 1] = runs[j];
        runs[j] = kept;
    }
}

struct grid_run *grid_runs(const struct compare_settings *settings,
                           size_t cells, int64_t from, int64_t to,
                           size_t *count)
{
    bool blocked = settings->order == ORDER_BLOCKED;
    size_t warmups = from == 0 ? (size_t)settings->warmups : 0;
    size_t rounds = warmups + (size_t)(to - from);
    struct grid_run *runs = calloc(rounds * cells, sizeof(*runs));

    if (!runs)
        return NULL;
    for (size_t cell = 0; cell < cells; cell++) {
        for (size_t round = 0; round < rounds; round++) {
            size_t place =
                blocked ? cell * rounds + round : round * cells + cell;

            runs[place] = (struct grid_run){
                .cell = cell,
                .number =
                    round < warmups ? 0 : from + (int64_t)(round - warmups) + 1,
            };
        }
    }
    if (settings->order == ORDER_RANDOM)
        shuffle(runs + warmups * cells, (size_t)(to - from) * cells,
                (uint64_t)settings->seed + (uint64_t)from);
    *count = rounds * cells;
    return runs;
}
