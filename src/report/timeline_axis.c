#include "report/timeline_axis.h"

#include <inttypes.h>
#include <string.h>

enum {
    TICK_CELLS = 12, /* at least, between two ticks */
    OVERHANG = 8     /* what the column behind the rows leaves free */
};

void timeline_time(char text[TIMELINE_TIME_SIZE], int64_t us)
{
    bool seconds = us >= 999500; /* below, it is less than 1000 ms, rounded */
    double value = seconds ? (double)us / 1e6 : (double)us / 1e3;
    int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;

    if (us < 1000)
        snprintf(text, TIMELINE_TIME_SIZE, "%" PRId64 " us", us);
    else
        snprintf(text, TIMELINE_TIME_SIZE, "%.*f %s", decimals, value,
                 seconds ? "s" : "ms");
}

/* The least of 1, 2, 5, 10, 20 ... us at which ticks are far enough apart. */
static int64_t step_of(int64_t total_us, int width)
{
    static const int factors[] = {1, 2, 5};
    int64_t least_us = total_us / width * TICK_CELLS;

    for (int64_t power = 1; power <= INT64_MAX / 50; power *= 10) {
        for (size_t i = 0; i < sizeof(factors) / sizeof(factors[0]); i++) {
            if (power * factors[i] > least_us)
                return power * factors[i];
        }
    }
    return INT64_MAX;
}

/* As short as it can be said in the unit that the steps have. */
static void tick_text(char text[TIMELINE_TIME_SIZE], int64_t at_us,
                      int64_t step_us)
{
    if (at_us == 0)
        snprintf(text, TIMELINE_TIME_SIZE, "0");
    else if (step_us >= 100000)
        snprintf(text, TIMELINE_TIME_SIZE, "%g s", (double)at_us / 1e6);
    else if (step_us >= 100)
        snprintf(text, TIMELINE_TIME_SIZE, "%g ms", (double)at_us / 1e3);
    else
        snprintf(text, TIMELINE_TIME_SIZE, "%" PRId64 " us", at_us);
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
        char text[TIMELINE_TIME_SIZE];
        int cell = cell_of(at_us, total_us, width);

        tick_text(text, at_us, step_us);
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
