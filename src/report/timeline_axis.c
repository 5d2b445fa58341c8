#include "report/timeline_axis.h"

#include <inttypes.h>
#include <string.h>

#include "text/quantity.h"

enum {
    TICK_CELLS = 12, /* at least, between two ticks */
    OVERHANG = 8     /* what the column behind the rows leaves free */
};

/* The least round time at which ticks are far enough apart. */
static int64_t step_of(int64_t total_us, int width)
{
    double least_us = (double)total_us * TICK_CELLS / width;
    double step_us = quantity_step(least_us > 1 ? least_us : 1);

    return step_us < (double)INT64_MAX / 2 ? (int64_t)step_us : INT64_MAX;
}

static int cell_of(int64_t at_us, int64_t total_us, int width)
{
    return total_us > 0 ? (int)(at_us * width / total_us) : 0;
}

static void print_texts(FILE *out, int64_t total_us, int indent, int width,
                        int64_t step_us)
{
    int at = 0;

    fprintf(out, "%*s", indent, "");
    for (int64_t at_us = 0; at_us <= total_us; at_us += step_us) {
        char text[QUANTITY_SIZE];
        int cell = cell_of(at_us, total_us, width);

        quantity_tick(text, (double)at_us, (double)total_us);
        if (cell >= width || cell + (int)strlen(text) > width + OVERHANG)
            break;
        at += fprintf(out, "%*s%s", cell - at, "", text);
    }
    putc('\n', out);
}

void timeline_axis_print(FILE *out, int64_t total_us, int indent, int width,
                         bool unicode)
{
    int64_t step_us = step_of(total_us, width);
    int64_t tick_us = 0;

    print_texts(out, total_us, indent, width, step_us);
    fprintf(out, "%*s", indent, "");
    for (int cell = 0; cell < width; cell++) {
        bool tick = cell == cell_of(tick_us, total_us, width);

        if (tick && tick_us <= total_us - step_us)
            tick_us += step_us;
        if (unicode)
            fputs(tick ? "\u252c" : "\u2500", out);
        else
            putc(tick ? '|' : '-', out);
    }
    putc('\n', out);
}
