#include "findings/html_choice.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

double choice_length_us(const struct waterfall *waterfall)
{
    return fmax((double)record_observed_us(&waterfall->cell->record), 1);
}

static bool is_drawable(const struct comparison_cell *cell)
{
    return cell->record.item_count > 0 && record_observed_us(&cell->record) > 0;
}

/* The cell of the strategy of cell `index` with the least median; NULL: an
   earlier cell has that strategy, or none can be drawn. */
static const struct comparison_cell *fastest_of_new(
    const struct comparison *comparison, size_t index)
{
    const char *strategy = comparison->cells[index].strategy;
    const struct comparison_cell *fastest = NULL;

    for (size_t i = 0; i < comparison->cell_count; i++) {
        const struct comparison_cell *cell = &comparison->cells[i];

        if (strcmp(cell->strategy, strategy) != 0)
            continue;
        if (i < index)
            return NULL;
        if (is_drawable(cell) &&
            (!fastest || cell->observed.median < fastest->observed.median))
            fastest = cell;
    }
    return fastest;
}

static int by_start(const void *a, const void *b)
{
    const struct row *left = a;
    const struct row *right = b;
    uint64_t first = (uint64_t)left->started_us; /* -1 is the greatest */
    uint64_t second = (uint64_t)right->started_us;

    if (first != second)
        return first < second ? -1 : 1;
    return left->item < right->item ? -1 : left->item > right->item;
}

static int waterfall_init(struct waterfall *waterfall,
                          const struct comparison_cell *cell)
{
    const struct record *record = &cell->record;

    waterfall->cell = cell;
    waterfall->row_count = record->item_count;
    waterfall->rows = calloc(record->item_count, sizeof(*waterfall->rows));
    if (!waterfall->rows)
        return -ENOMEM;
    for (size_t i = 0; i < record->item_count; i++)
        waterfall->rows[i] = (struct row){i, record->items[i].started_us};
    qsort(waterfall->rows, waterfall->row_count, sizeof(*waterfall->rows),
          by_start);
    return 0;
}

size_t choice_rows(const struct waterfall *waterfall)
{
    return waterfall->row_count < CHOICE_ROWS ? waterfall->row_count
                                              : CHOICE_ROWS;
}

size_t choice_item(const struct waterfall *waterfall, size_t row)
{
    size_t shown = choice_rows(waterfall);

    if (shown > 1)
        row = row * (waterfall->row_count - 1) / (shown - 1);
    return waterfall->rows[row].item;
}

static void on_seen(void *arg, const struct record_span *span)
{
    ((bool *)arg)[span->phase] = true;
}

void choice_close(struct choice *choice)
{
    for (size_t i = 0; i < choice->count; i++)
        free(choice->figures[i].rows);
}

static int choice_add(struct choice *choice, const struct comparison_cell *cell)
{
    struct waterfall *waterfall = &choice->figures[choice->count];

    if (waterfall_init(waterfall, cell) < 0)
        return -ENOMEM;
    choice->count++;
    choice->longest_us = fmax(choice->longest_us, choice_length_us(waterfall));
    for (size_t i = 0; i < choice_rows(waterfall); i++)
        record_spans(&cell->record, choice_item(waterfall, i), on_seen,
                     choice->phases);
    return 0;
}

int choice_init(struct choice *choice, const struct comparison *comparison)
{
    size_t drawable = 0;

    *choice = (struct choice){0};
    for (size_t i = 0; i < comparison->cell_count; i++)
        drawable += is_drawable(&comparison->cells[i]);
    choice->all = drawable <= CHOICE_FIGURES;
    for (size_t i = 0; i < comparison->cell_count; i++) {
        const struct comparison_cell *cell = &comparison->cells[i];

        if (!choice->all)
            cell = fastest_of_new(comparison, i);
        if (!cell || !is_drawable(cell) || choice->count == CHOICE_FIGURES)
            continue;
        if (choice_add(choice, cell) < 0) {
            choice_close(choice);
            return -ENOMEM;
        }
    }
    return 0;
}
