#include "command/compare_timelines.h"

#include "report/timeline.h"

enum { ROWS = 24 };

static int64_t longest_us(const struct comparison *comparison)
{
    int64_t longest = 0;

    for (size_t i = 0; i < comparison->cell_count; i++) {
        int64_t us = record_observed_us(&comparison->cells[i].record);

        longest = us > longest ? us : longest;
    }
    return longest;
}

void compare_timelines_print(FILE *out, const struct comparison *comparison)
{
    struct timeline_style style = timeline_style_of(out);

    style.rows = ROWS;
    style.total_us = longest_us(comparison);
    for (size_t i = 0; i < comparison->cell_count; i++) {
        const struct comparison_cell *cell = &comparison->cells[i];

        if (cell->record.item_count == 0)
            continue;
        fputc('\n', out);
        style.title = cell->name;
        timeline_print(out, &cell->record, &style);
    }
}
