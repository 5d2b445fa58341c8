#include "findings/html_curves.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { EDGE = 8, LABEL_SPACING = 16 }; /* pixels */

bool curves_exist(const struct comparison *comparison)
{
    for (size_t i = 0; i < comparison->cell_count; i++) {
        for (size_t j = 0; j < i; j++) {
            const struct comparison_cell *a = &comparison->cells[i];
            const struct comparison_cell *b = &comparison->cells[j];

            if (strcmp(a->strategy, b->strategy) == 0 && a->reuse == b->reuse &&
                a->http == b->http && a->max_req != b->max_req)
                return true;
        }
    }
    return false;
}

static int by_max_req(const void *a, const void *b)
{
    const struct comparison_cell *left =
        *(const struct comparison_cell *const *)a;
    const struct comparison_cell *right =
        *(const struct comparison_cell *const *)b;

    return left->max_req < right->max_req ? -1 : left->max_req > right->max_req;
}

static struct curve *curve_of(struct curves *curves,
                              const struct comparison_cell *cell)
{
    for (size_t i = 0; i < curves->count; i++) {
        const struct comparison_cell *first = curves->rows[i].cells[0];

        if (first->reuse == cell->reuse && first->http == cell->http &&
            strcmp(first->strategy, cell->strategy) == 0)
            return &curves->rows[i];
    }
    return NULL;
}

static int add_cell(struct curves *curves, size_t most,
                    const struct comparison_cell *cell)
{
    struct curve *curve = curve_of(curves, cell);

    if (!curve) {
        curve = &curves->rows[curves->count];
        curve->cells = calloc(most, sizeof(*curve->cells));
        if (!curve->cells)
            return -ENOMEM;
        curves->count++;
    }
    curve->cells[curve->count++] = cell;
    return 0;
}

/* Widen the axes for a cell. An ideal that is not known is NAN, which fmin()
   and fmax() pass over. */
static void hold(struct curves *curves, const struct comparison_cell *cell)
{
    double least_us = fmax(fmin(cell->observed.min, cell->ideal_us), 1);
    double most_us = fmax(fmax(cell->observed.max, cell->ideal_us), 1);

    curves->least_req = fmin(curves->least_req, cell->max_req);
    curves->most_req = fmax(curves->most_req, cell->max_req);
    curves->least_us = fmin(curves->least_us, least_us);
    curves->most_us = fmax(curves->most_us, most_us);
}

void curves_close(struct curves *curves)
{
    for (size_t i = 0; i < curves->count; i++)
        free(curves->rows[i].cells);
    free(curves->rows);
    free(curves->room);
}

static size_t most_runs(const struct comparison *comparison)
{
    size_t most = 0;

    for (size_t i = 0; i < comparison->cell_count; i++) {
        if (comparison->cells[i].run_count > most)
            most = comparison->cells[i].run_count;
    }
    return most;
}

int curves_init(struct curves *curves, const struct comparison *comparison)
{
    *curves = (struct curves){.least_req = INFINITY, .least_us = INFINITY};
    curves->comparison = comparison;
    curves->rows = calloc(comparison->cell_count, sizeof(*curves->rows));
    curves->room = calloc(most_runs(comparison) + 1, sizeof(*curves->room));
    if (!curves->rows || !curves->room) {
        curves_close(curves);
        return -ENOMEM;
    }
    for (size_t i = 0; i < comparison->cell_count; i++) {
        const struct comparison_cell *cell = &comparison->cells[i];

        curves->reuses |= cell->reuse != comparison->cells[0].reuse;
        curves->versions |= cell->http != comparison->cells[0].http;
        if (cell->observed.count == 0 || cell->again)
            continue;
        if (add_cell(curves, comparison->cell_count, cell) < 0) {
            curves_close(curves);
            return -ENOMEM;
        }
        hold(curves, cell);
    }
    for (size_t i = 0; i < curves->count; i++)
        qsort(curves->rows[i].cells, curves->rows[i].count,
              sizeof(*curves->rows[i].cells), by_max_req);
    return 0;
}

double curves_median(const struct curves *curves,
                     const struct comparison_cell *cell, size_t weather)
{
    size_t count = 0;

    for (size_t i = 0; i < cell->run_count; i++) {
        if (cell->runs[i].weather == weather)
            curves->room[count++] = cell->runs[i].observed_us;
    }
    return count > 0 ? statistics_of(curves->room, count).median : (double)NAN;
}

double curves_x(const struct curves *curves, double req)
{
    if (curves->most_req <= curves->least_req)
        return 50;
    return 100 * log(req / curves->least_req) /
           log(curves->most_req / curves->least_req);
}

double curves_y(const struct curves *curves, double us)
{
    double span = log(curves->most_us / curves->least_us);
    double share = log(fmax(us, 1) / curves->least_us) / fmax(span, 1e-9);

    return EDGE + (CURVES_HEIGHT - 2 * EDGE) * (1 - fmin(fmax(share, 0), 1));
}

static int by_label_y(const void *a, const void *b)
{
    const struct curve *left = a;
    const struct curve *right = b;

    return left->label_y < right->label_y ? -1 : left->label_y > right->label_y;
}

void curves_place_labels(struct curves *curves)
{
    double least = 0;
    double most = CURVES_HEIGHT;
    double most_of_points = CURVES_HEIGHT;

    for (size_t i = 0; i < curves->count; i++) {
        struct curve *curve = &curves->rows[i];

        curve->label_y =
            curves_y(curves, curve->cells[curve->count - 1]->observed.median);
    }
    qsort(curves->rows, curves->count, sizeof(*curves->rows), by_label_y);
    for (size_t i = 0; i < curves->count; i++) {
        struct curve *curve = &curves->rows[i];

        if (curve->count == 1)
            continue;
        curve->label_y = fmax(curve->label_y, least);
        least = curve->label_y + LABEL_SPACING;
    }
    for (size_t i = curves->count; i-- > 0;) {
        struct curve *curve = &curves->rows[i];
        double *limit = curve->count == 1 ? &most_of_points : &most;

        curve->label_y = fmin(curve->label_y, *limit);
        *limit = curve->label_y - LABEL_SPACING;
    }
}
