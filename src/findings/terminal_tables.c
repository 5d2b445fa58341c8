#include <string.h>

#include "findings/terminal.h"

enum {
    NAME_LEAST = 10,
    BAR_MOST = 30,
    TIMES_WIDTH = 69 /* the columns of the first table, name and bar aside */
};

static void print_time(struct page *page, int width, double us)
{
    char text[COMPARISON_TEXT_SIZE];

    comparison_time(text, us);
    fprintf(page->out, "%*s", width, text);
}

static void print_number(struct page *page, int width, int decimals,
                         double value)
{
    if (page_knows(value))
        fprintf(page->out, "%*.*f", width, decimals, value);
    else
        fprintf(page->out, "%*s", width, "-");
}

static void print_count(struct page *page, int width, double value)
{
    bool whole = page_knows(value) && value == floor(value);

    print_number(page, width, whole ? 0 : 1, value);
}

/* An estimate is marked, wherever the ideal is in it. */
static void print_ideal(struct page *page, int width,
                        void (*print)(struct page *page, int width,
                                      double value),
                        double value)
{
    bool marked = page->comparison->ideal_estimated && page_knows(value);

    print(page, width - marked, value);
    if (marked)
        fputc('~', page->out);
}

static void print_efficiency(struct page *page, int width, double value)
{
    print_number(page, width, 3, value);
}

/* 23 columns. */
static void print_ratio(struct page *page, const struct comparison_cell *cell)
{
    const struct interval *ratio = &cell->ratio;
    char text[32];

    if (cell == page->comparison->cells) {
        fprintf(page->out, "%8s%15s", page_knows(ratio->value) ? "1.000" : "-",
                "");
    } else if (!page_knows(ratio->value)) {
        fprintf(page->out, "%8s%15s", "-", "");
    } else if (interval_holds(ratio, 1)) {
        fputs(" no difference detected", page->out);
    } else {
        text[0] = '\0'; /* single runs have no interval */
        if (ratio->low < ratio->high)
            snprintf(text, sizeof(text), "%.3f .. %.3f", ratio->low,
                     ratio->high);
        fprintf(page->out, "%8.3f%15s", ratio->value, text);
    }
}

static double longest_median(const struct comparison *comparison)
{
    double longest = 0;

    for (size_t i = 0; i < comparison->cell_count; i++) {
        const struct comparison_cell *cell = &comparison->cells[i];

        if (cell->run_count > 0)
            longest = fmax(longest, cell->observed.median);
    }
    return longest;
}

/* In eighths of a column where the terminal has them; of a time that is not
   nothing something is always seen. */
static void print_bar(struct page *page, double share)
{
    static const char *const eighths[] = {"",       "\u258f", "\u258e",
                                          "\u258d", "\u258c", "\u258b",
                                          "\u258a", "\u2589"};
    int steps = page->unicode ? 8 : 1;
    int length = (int)lround(share * page->bar * steps);

    if (length < 1)
        length = 1;
    for (int i = 0; i < length / steps; i++)
        fputs(page->unicode ? "\u2588" : "#", page->out);
    if (page->unicode)
        fputs(eighths[length % steps], page->out);
}

static void print_name(struct page *page, const char *name)
{
    fprintf(page->out, "%-*s", page->name, name);
}

static void print_times(struct page *page)
{
    const struct comparison *comparison = page->comparison;
    double longest = longest_median(comparison);

    print_name(page, "cell");
    fprintf(page->out, "%5s%9s%9s%10s%12s%8s%15s\n", "runs", "median", "ideal",
            "overhead", "efficiency", "ratio", "95 % interval");
    for (size_t i = 0; i < comparison->cell_count; i++) {
        const struct comparison_cell *cell = &comparison->cells[i];

        print_name(page, cell->name);
        fprintf(page->out, "%5zu", cell->run_count);
        if (cell->run_count == 0) {
            fputs("  no run counts\n", page->out);
            continue;
        }
        print_time(page, 9, cell->observed.median);
        print_ideal(page, 9, print_time, cell->ideal_us);
        print_ideal(page, 10, print_time, cell->overhead_us);
        print_ideal(page, 12, print_efficiency, cell->efficiency);
        print_ratio(page, cell);
        fputc(' ', page->out);
        print_bar(page, longest > 0 ? cell->observed.median / longest : 0);
        fputc('\n', page->out);
    }
}

static void print_spread(struct page *page)
{
    const struct comparison *comparison = page->comparison;

    fputc('\n', page->out);
    print_name(page, "spread");
    fprintf(page->out, "%9s%9s%9s%9s%9s%12s%9s%9s\n", "min", "max", "mean",
            "st. dev.", "outliers", "request p50", "p90", "p99");
    for (size_t i = 0; i < comparison->cell_count; i++) {
        const struct comparison_cell *cell = &comparison->cells[i];

        if (cell->run_count == 0)
            continue;
        print_name(page, cell->name);
        print_time(page, 9, cell->observed.min);
        print_time(page, 9, cell->observed.max);
        print_time(page, 9, cell->observed.mean);
        /* One run has none, whatever the formula says. */
        print_time(page, 9,
                   cell->run_count > 1 ? cell->observed.stddev : (double)NAN);
        fprintf(page->out, "%9zu", cell->outliers);
        print_time(page, 12, cell->p50_us);
        print_time(page, 9, cell->p90_us);
        print_time(page, 9, cell->p99_us);
        fputc('\n', page->out);
    }
}

static void print_size(struct page *page, int width, double bytes)
{
    char text[COMPARISON_TEXT_SIZE];

    comparison_size(text, bytes);
    fprintf(page->out, "%*s", width, text);
}

static void print_costs(struct page *page)
{
    const struct comparison *comparison = page->comparison;

    fputc('\n', page->out);
    print_name(page, "costs");
    fprintf(page->out, "%9s%9s%10s%8s%7s%10s%12s%10s\n", "process", "CPU",
            "memory", "threads", "files", "switches", "connections",
            "in flight");
    for (size_t i = 0; i < comparison->cell_count; i++) {
        const struct comparison_cell *cell = &comparison->cells[i];

        if (cell->run_count == 0)
            continue;
        print_name(page, cell->name);
        print_time(page, 9, cell->process_us);
        print_time(page, 9, cell->cpu_us);
        print_size(page, 10, cell->peak_rss);
        print_count(page, 8, cell->threads);
        print_count(page, 7, cell->descriptors);
        print_count(page, 10, cell->switches);
        print_count(page, 12, cell->connections);
        print_count(page, 10, cell->peak_in_flight);
        fputc('\n', page->out);
    }
}

static void fit_columns(struct page *page)
{
    const struct comparison *comparison = page->comparison;

    page->name = NAME_LEAST;
    for (size_t i = 0; i < comparison->cell_count; i++) {
        int length = (int)strlen(comparison->cells[i].name);

        if (length > page->name)
            page->name = length;
    }
    page->bar = PAGE_WIDTH - TIMES_WIDTH - page->name;
    if (page->bar > BAR_MOST)
        page->bar = BAR_MOST;
}

void page_print_tables(struct page *page)
{
    fit_columns(page);
    print_times(page);
    if (longest_median(page->comparison) > 0) {
        print_spread(page);
        print_costs(page);
    }
}
