#pragma once

#include <stddef.h>
#include <stdint.h>

#include "comparison/comparison.h"
#include "comparison/settings.h"

/*
 * compare_grid: the cells of a comparison (strategy, version of HTTP,
 * connection reuse, requests in flight) and the order of its runs. It reads the
 * limit of open files, and is pure else.
 */

/* Told of a strategy that gets fewer requests in flight than were asked for:
   because it has no more, or because of the limit of open files. */
typedef void (*grid_on_clamp)(const char *strategy, unsigned asked,
                              unsigned allowed, bool by_descriptors);

/*
 * The cells that the settings ask for: by strategy, version, reuse, requests in
 * flight,
 * each in the order as typed. sequential has no more than one in flight, and so
 * one cell a reuse; where another strategy has a limit, too, or there are not
 * enough descriptors for so many of the `items` downloads, cells beyond are
 * clamped, which on_clamp (or NULL) is told, and not made twice. -ENOMEM:
 * *cells is untouched. To be freed by comparison_close().
 */
int grid_cells(const struct compare_settings *settings, size_t items,
               grid_on_clamp on_clamp, struct comparison_cell **cells,
               size_t *count);

/* One run to make. */
struct grid_run {
    size_t cell;
    int64_t number; /* from 1; 0: to warm up */
};

/*
 * The runs number from + 1 to `to` of each cell in their order, to be freed.
 * Interleaved: one of each cell in turn, so that a slow minute of the machine
 * meets all of them; random: shuffled by the seed; blocked: cell after cell.
 * If `from` is 0, warm-ups come before what they warm up for. NULL: no memory.
 */
struct grid_run *grid_runs(const struct compare_settings *settings,
                           size_t cells, int64_t from, int64_t to,
                           size_t *count);
