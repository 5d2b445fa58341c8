#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "report/comparison.h"
#include "report/escape.h"
#include "report/url.h"

/*
 * The report for a terminal. Nothing in it is wider than WIDTH: the names of
 * the cells and the bars share what the columns leave.
 */
enum {
    WIDTH = 100,
    NAME_LEAST = 10,
    BAR_MOST = 30,
    TIMES_WIDTH = 69, /* the columns of the first table, name and bar aside */
    CODES_LISTED = 20
};

struct page {
    FILE *out;
    const struct comparison *comparison;
    bool unicode;
    int name; /* width of the first column */
    int bar;
    size_t column; /* of running text */
    int error;
};

static bool is_known(double value)
{
    return !isnan(value);
}

/* A word of running text, on a new line, indented, if this one is full. */
static void put_word(struct page *page, const char *word, size_t length)
{
    if (page->column + 1 + length > WIDTH) {
        fputs("\n ", page->out);
        page->column = 1;
    }
    fprintf(page->out, "%s%.*s", page->column > 0 ? " " : "", (int)length,
            word);
    page->column += length + (page->column > 0);
}

static void put_text(struct page *page, const char *text)
{
    while (*text) {
        size_t length = strcspn(text, " ");

        if (length > 0)
            put_word(page, text, length);
        text += length + strspn(text + length, " ");
    }
}

static void end_text(struct page *page)
{
    fputc('\n', page->out);
    page->column = 0;
}

static const char *plural(int64_t count)
{
    return count == 1 ? "" : "s";
}

static void print_codes(struct page *page)
{
    const struct comparison_setup *setup = &page->comparison->setup;

    put_text(page, "codes:");
    if (setup->item_count > CODES_LISTED) {
        put_word(page, setup->codes[0], strlen(setup->codes[0]));
        put_text(page, "to");
        put_word(page, setup->codes[setup->item_count - 1],
                 strlen(setup->codes[setup->item_count - 1]));
    } else {
        for (size_t i = 0; i < setup->item_count; i++)
            put_word(page, setup->codes[i], strlen(setup->codes[i]));
    }
    end_text(page);
}

static void print_machine(struct page *page)
{
    const struct comparison_setup *setup = &page->comparison->setup;
    char text[512];

    snprintf(text, sizeof(text), "machine: %s, load %.2f", setup->machine,
             setup->load);
    if (!is_known(setup->load))
        text[strlen(text) - strlen(", load nan")] = '\0';
    put_text(page, text);
    end_text(page);
    snprintf(text, sizeof(text),
             "versions: flags %s, libcurl %s, libuv %s, TLS %s", setup->flags,
             setup->curl, setup->uv, setup->tls);
    put_text(page, text);
    end_text(page);
}

/* What was run, and where. */
static void print_head(struct page *page)
{
    const struct comparison *comparison = page->comparison;
    const struct comparison_setup *setup = &comparison->setup;

    if (comparison->interrupted)
        fputs("interrupted\n", page->out);
    fprintf(page->out, "%zu flag%s%s, %" PRId64 " run%s of each cell (%s",
            setup->item_count, plural((int64_t)setup->item_count),
            setup->country_names ? " with metadata" : "", setup->runs,
            plural(setup->runs), comparison_order_name(setup->order));
    if (setup->warmups > 0)
        fprintf(page->out, ", %" PRId64 " warm-up%s", setup->warmups,
                plural(setup->warmups));
    fputs(")\n", page->out);
    if (setup->weather) {
        fprintf(page->out, "weather %s, seed %" PRId64 "\n", setup->weather,
                setup->seed);
    } else {
        fputs("at ", page->out);
        url_print(page->out, setup->server, false);
        fputc('\n', page->out);
    }
    print_codes(page);
    print_machine(page);
    fputc('\n', page->out);
}

static void print_time(struct page *page, int width, double us)
{
    char text[COMPARISON_TEXT_SIZE];

    comparison_time(text, us);
    fprintf(page->out, "%*s", width, is_known(us) ? text : "-");
}

/* One that may be below nothing. */
static void print_difference(struct page *page, int width, double us)
{
    char text[COMPARISON_TEXT_SIZE];
    char signed_text[COMPARISON_TEXT_SIZE + 1];

    comparison_time(text, fabs(us));
    snprintf(signed_text, sizeof(signed_text), "%s%s", us < 0 ? "-" : "", text);
    fprintf(page->out, "%*s", width, is_known(us) ? signed_text : "-");
}

static void print_number(struct page *page, int width, int decimals,
                         double value)
{
    if (is_known(value))
        fprintf(page->out, "%*.*f", width, decimals, value);
    else
        fprintf(page->out, "%*s", width, "-");
}

static void print_count(struct page *page, int width, double value)
{
    bool whole = is_known(value) && value == floor(value);

    print_number(page, width, whole ? 0 : 1, value);
}

/* An estimate is marked, wherever the ideal is in it. */
static void print_ideal(struct page *page, int width,
                        void (*print)(struct page *page, int width,
                                      double value),
                        double value)
{
    bool marked = page->comparison->ideal_estimated && is_known(value);

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
        fprintf(page->out, "%8s%15s", is_known(ratio->value) ? "1.000" : "-",
                "");
    } else if (!is_known(ratio->value)) {
        fprintf(page->out, "%8s%15s", "-", "");
    } else if (interval_holds(ratio, 1)) {
        fputs(" no difference detected", page->out);
    } else {
        snprintf(text, sizeof(text), "%.3f .. %.3f", ratio->low, ratio->high);
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
        print_ideal(page, 10, print_difference, cell->overhead_us);
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
    fprintf(page->out, "%9s%9s%9s%9s%9s%13s%9s%9s\n", "min", "max", "mean",
            "st. dev.", "outliers", "request p50", "p90", "p99");
    for (size_t i = 0; i < comparison->cell_count; i++) {
        const struct comparison_cell *cell = &comparison->cells[i];

        if (cell->run_count == 0)
            continue;
        print_name(page, cell->name);
        print_time(page, 9, cell->observed.min);
        print_time(page, 9, cell->observed.max);
        print_time(page, 9, cell->observed.mean);
        print_time(page, 9, cell->observed.stddev);
        fprintf(page->out, "%9zu", cell->outliers);
        print_time(page, 13, cell->p50_us);
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
    fprintf(page->out, "%9s%9s%10s%8s%7s%10s%13s%10s\n", "process", "CPU",
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
        print_count(page, 10, cell->voluntary + cell->involuntary);
        print_count(page, 13, cell->connections);
        print_count(page, 10, cell->peak_in_flight);
        fputc('\n', page->out);
    }
}

/* What was not downloaded, the same in all runs that count. */
static void print_troubles(struct page *page)
{
    const struct comparison *comparison = page->comparison;
    size_t items = comparison->setup.item_count;
    const char *lead = "\nIn each run:";

    if (comparison->not_found > 0) {
        fprintf(page->out, "%s %zu of %zu not found", lead,
                comparison->not_found, items);
        lead = ",";
    }
    if (comparison->errors > 0) {
        fprintf(page->out, "%s %zu of %zu error%s", lead, comparison->errors,
                items, plural((int64_t)comparison->errors));
        lead = ",";
    }
    if (*lead == ',')
        fputs(".\n", page->out);
}

static void on_sentence(void *arg, const char *sentence)
{
    struct page *page = arg;

    fputc('-', page->out);
    page->column = 1;
    put_text(page, sentence);
    end_text(page);
}

static void print_conclusions(struct page *page)
{
    int rc;

    fputc('\n', page->out);
    rc = comparison_conclude(page->comparison, on_sentence, page);
    page->error = rc < 0 ? rc : page->error;
}

static void print_quantity(struct page *page, const char *lead, double value,
                           enum comparison_unit unit)
{
    char text[COMPARISON_TEXT_SIZE];

    switch (unit) {
    case UNIT_TIME:
        comparison_time(text, fabs(value));
        break;
    case UNIT_SIZE:
        comparison_size(text, fabs(value));
        break;
    default:
        snprintf(text, sizeof(text), "%.4g", fabs(value));
    }
    fprintf(page->out, "%s%s%s", lead, value < 0 ? "-" : "", text);
}

static void print_check(struct page *page, const struct comparison_check *check)
{
    const struct interval *difference = &check->difference;

    fputs("fail if ", page->out);
    escape_print(page->out, check->expression);
    fprintf(page->out, ": %s", comparison_verdict_name(check->verdict));
    if (check->reason[0]) {
        fputs(", ", page->out);
        escape_print(page->out, check->reason);
    } else if (is_known(difference->value)) {
        print_quantity(page, " (left - right: ", difference->value,
                       check->unit);
        print_quantity(page, "; 95 %: ", difference->low, check->unit);
        print_quantity(page, " .. ", difference->high, check->unit);
        fputc(')', page->out);
    }
    fputc('\n', page->out);
}

static void print_checks(struct page *page)
{
    const struct comparison *comparison = page->comparison;

    if (comparison->check_count > 0)
        fputc('\n', page->out);
    for (size_t i = 0; i < comparison->check_count; i++)
        print_check(page, &comparison->checks[i]);
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
    page->bar = WIDTH - TIMES_WIDTH - page->name;
    if (page->bar > BAR_MOST)
        page->bar = BAR_MOST;
}

int comparison_print(FILE *out, const struct comparison *comparison,
                     bool unicode)
{
    struct page page = {
        .out = out, .comparison = comparison, .unicode = unicode};

    fit_columns(&page);
    print_head(&page);
    print_times(&page);
    print_spread(&page);
    print_costs(&page);
    print_troubles(&page);
    print_conclusions(&page);
    print_checks(&page);
    return page.error;
}
