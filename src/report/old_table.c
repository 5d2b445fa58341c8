#include "report/old_table.h"

#include <math.h>

enum { BAR_CELLS = 20 };

/* How many decimals show three significant digits of `value`, from 0.995 up
   to 999.5. */
static int decimals(double value)
{
    return value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
}

void old_time(char text[OLD_TIME_SIZE], double us)
{
    const char *unit = "s";
    double value = us / 1e6;

    if (us < 999.5) {
        unit = "us";
        value = us;
    } else if (us < 999.5e3) {
        unit = "ms";
        value = us / 1e3;
    }
    snprintf(text, OLD_TIME_SIZE, "%.*f %s", decimals(value), value,
             unit);
}

static double longest_median(const struct old_cell *cells, size_t count)
{
    double longest = 0;

    for (size_t i = 0; i < count; i++) {
        if (cells[i].observed.count > 0)
            longest = fmax(longest, cells[i].observed.median);
    }
    return longest;
}

/* At least one cell, for a time that is not nothing is a bar that is seen. */
static void print_bar(FILE *out, double share, bool unicode)
{
    int cells = (int)lround(share * BAR_CELLS);

    for (int i = 0; i < (cells > 0 ? cells : 1); i++)
        fputs(unicode ? "\u2588" : "#", out);
}

static void print_cell(FILE *out, const struct old_cell *cell,
                       const struct old_cell *first, double longest,
                       bool unicode)
{
    char median[OLD_TIME_SIZE];
    char min[OLD_TIME_SIZE];
    char max[OLD_TIME_SIZE];
    char ratio[16] = "-";
    const struct statistics *observed = &cell->observed;

    fprintf(out, "%-10s %4u %4zu", cell->strategy, cell->max_req,
            observed->count);
    if (observed->count == 0) {
        fprintf(out, " %8s\n", "no valid run");
        return;
    }
    old_time(median, observed->median);
    old_time(min, observed->min);
    old_time(max, observed->max);
    if (first->observed.count > 0 && first->observed.median > 0)
        snprintf(ratio, sizeof(ratio), "%.3f",
                 observed->median / first->observed.median);
    fprintf(out, " %8s %8s %8s %7s ", median, min, max, ratio);
    print_bar(out, longest > 0 ? observed->median / longest : 0, unicode);
    fputc('\n', out);
}

void old_print(FILE *out, const struct old_cell *cells,
                      size_t count, bool unicode)
{
    double longest = longest_median(cells, count);

    fprintf(out, "%-10s %4s %4s %8s %8s %8s %7s\n", "strategy", "-m", "runs",
            "median", "min", "max", "ratio");
    for (size_t i = 0; i < count; i++)
        print_cell(out, &cells[i], &cells[0], longest, unicode);
}
